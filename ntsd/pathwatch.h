/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notices that another file is found at a path, or the same one was written. */
#ifndef NTSD_PATHWATCH_H
#define NTSD_PATHWATCH_H

#include <stdbool.h>
#include <stdint.h>

#define PATHWATCH_MAX 32

struct pathwatch_step;

/**
 * struct pathwatch - some paths
 * @fd: of inotify, readable when there is something to hear; or -1
 * @path: each, absolute
 * @n: how many
 * @step: each name looked up on the way of each of them
 * @n_steps: how many
 */
struct pathwatch {
	int fd;
	char *path[PATHWATCH_MAX];
	unsigned int n;
	struct pathwatch_step *step;
	unsigned int n_steps;
};

bool pathwatch_open(struct pathwatch *w);
void pathwatch_set(struct pathwatch *w, const char *const *path, unsigned int n);
uint32_t pathwatch_hear(struct pathwatch *w);
void pathwatch_close(struct pathwatch *w);

#endif
