/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watches the files of certificates and keys: tells when there is a new pair
 * that can serve, or why there is none. It does so in a process of its own,
 * the only one that may read keys once ntsd has given up its privileges.
 */
#ifndef NTSD_CERTWATCH_H
#define NTSD_CERTWATCH_H

#include "certload.h"
#include "config.h"
#include "helper.h"
#include "pathwatch.h"

/* To the process: which pairs; @paths are "CERT\0KEY\0" of each. */
struct certwatch_order {
	uint32_t seq;
	uint32_t n;
	char paths[2 * CONFIG_MAX_PAIRS * PATH_MAX];
};

/**
 * struct certwatch_report - of a pair, or that all of an order were told
 * @seq: of the order in force
 * @end: all were told that are to be put in force together; the rest is empty
 * @index: of the pair
 * @ordered: it is the answer to an order, not by itself
 * @loud: a fault is not about to end by itself: let the operator know
 * @load: what was found; with copies of both files when they can be used
 */
struct certwatch_report {
	uint32_t seq;
	uint32_t index;
	bool end;
	bool ordered;
	bool loud;
	struct certload load;
};

/* What the files looked like from outside. */
struct certwatch_look {
	struct {
		uint64_t dev;
		uint64_t ino;
		int64_t size;
		struct timespec mtime;
		struct timespec ctime;
	} file[2];
};

/**
 * struct certwatch_pair - files that are watched
 * @path: of certificate and key
 * @look: when they were read
 * @touched_ms: when something happened to them first, since they were read
 * @read_ms: when to read them
 * @loud_ms: when a fault is old enough to be told aloud
 * @good: what was told as good, in @facts and @digest
 * @complaint: what was told aloud
 * @again: when to read them by the clock of the day, seconds since 1970
 */
struct certwatch_pair {
	char *path[2];
	struct certwatch_look look;
	uint64_t touched_ms;
	uint64_t read_ms;
	uint64_t loud_ms;
	bool has_good;
	bool faulty;
	struct tls_facts facts;
	uint8_t digest[CERTLOAD_DIGEST_LEN];
	char complaint[TLS_ERR_LEN];
	time_t again;
};

typedef void certwatch_tell(void *arg, const struct certwatch_report *report,
			    const int fd[2]);

struct certwatch {
	struct pathwatch paths;
	struct certwatch_pair pair[CONFIG_MAX_PAIRS];
	unsigned int n;
	uint32_t seq;
	uint64_t look_ms;
	certwatch_tell *tell;
	void *arg;
};

void certwatch_obey(struct certwatch *w, const struct certwatch_order *order,
		    uint64_t now_ms);
void certwatch_hear(struct certwatch *w, uint64_t now_ms);
uint64_t certwatch_tick(struct certwatch *w, uint64_t now_ms);

bool certwatch_start(struct helper *h, const struct passwd *user);
bool certwatch_order(struct helper *h, uint32_t seq, const struct config *conf);
int certwatch_take(struct helper *h, struct certwatch_report *report, int fd[2]);

#endif
