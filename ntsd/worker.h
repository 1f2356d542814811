/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A worker process: holds the TLS key, serves NTS-KE clients, and has no
 * privileges. It speaks with the master over one SOCK_SEQPACKET socket.
 */
#ifndef NTSD_WORKER_H
#define NTSD_WORKER_H

#include <pwd.h>

#include "config.h"
#include "gate.h"
#include "keyring.h"
#include "listener.h"
#include "ke_session.h"
#include "tls.h"

/* The whole exchange, as in chrony. */
#define WORKER_TIMEOUT_MS 2000

enum worker_say {
	WORKER_SET_KEY,		/* to the worker: seal with this key */
	WORKER_RETIRE,		/* to the worker: finish, then exit */
	WORKER_READY,		/* to the master: I accept clients */
	WORKER_FAILED,		/* to the master: I cannot, and exit */
	WORKER_COUNTS,		/* to the master: so far I counted */
};

/**
 * struct worker_counts - of one worker, since it started
 * @accepted: connections that got cookies
 * @dropped: connections refused for lack of room, or that ended otherwise
 */
struct worker_counts {
	uint64_t accepted;
	uint64_t dropped;
};

struct worker_msg {
	enum worker_say say;
	uint32_t key_id;
	uint8_t key[KEYRING_KEY_LEN];
	struct worker_counts counts;
	char text[TLS_ERR_LEN];
};

struct worker_pair {
	struct tls_file cert;
	struct tls_file key;
};

/**
 * struct worker_setup - what a worker is born with
 * @pair: open copies of certificates and keys
 * @n_pairs: how many
 * @listener: the sockets to accept from
 * @gate: who may speak with it
 * @policy: for its sessions
 * @connections: so many at once
 * @user: to run as
 * @key_id: of the key to seal with
 * @key: the key to seal with
 */
struct worker_setup {
	struct worker_pair pair[CONFIG_MAX_PAIRS];
	unsigned int n_pairs;
	struct listener listener;
	struct gate gate;
	struct ke_policy policy;
	unsigned int connections;
	struct passwd user;
	uint32_t key_id;
	uint8_t key[KEYRING_KEY_LEN];
};

_Noreturn void worker_main(struct worker_setup *setup, int control);

#endif
