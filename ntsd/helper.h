/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process for one job: it reads what strangers say, tells the master one
 * message, and ends. So the master never looks at a stranger's bytes, and
 * what one server could break into knows nothing of the others.
 */
#ifndef NTSD_HELPER_H
#define NTSD_HELPER_H

#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * struct helper - the process
 * @pid: 0 when there is none
 * @fd: where its message comes from, or -1
 */
struct helper {
	pid_t pid;
	int fd;
};

/**
 * typedef helper_job - what the process does
 * @arg: as given to helper_start()
 * @control: where the message goes to, see helper_tell()
 */
typedef void helper_job(void *arg, int control);

void helper_setup(void (*forget)(void));
bool helper_start(struct helper *h, const char *who, helper_job *job, void *arg,
		  int keep);
void helper_tell(int control, const void *msg, size_t len);
bool helper_hear(struct helper *h, void *msg, size_t len);
void helper_stop(struct helper *h);

#endif
