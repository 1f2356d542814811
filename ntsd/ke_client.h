/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One exchange with an NTS-KE server, in a process without privileges: the
 * master connects, the process speaks TLS, the master gets keys and cookies.
 */
#ifndef NTSD_KE_CLIENT_H
#define NTSD_KE_CLIENT_H

#include "config.h"
#include "helper.h"
#include "ke_exchange.h"

/**
 * struct ke_client_job - what the process needs to know
 * @fd: the socket, connected or being connected; not closed
 * @name: that the certificate must be for
 * @conf: whom to trust
 * @certset: of them
 * @now: the time to check certificates with, seconds since 1970
 * @any_time: do not check their dates
 * @timeout_ms: for all of it
 * @user: directive user
 */
struct ke_client_job {
	int fd;
	const char *name;
	const struct config *conf;
	uint32_t certset;
	time_t now;
	bool any_time;
	uint32_t timeout_ms;
	const struct passwd *user;
};

bool ke_client_start(struct helper *h, struct ke_client_job *job);
bool ke_client_hear(struct helper *h, struct ke_exchange_result *result);

#endif
