/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the clock of a network device (PHC) and the raw clock together. */
#ifndef NTSD_PHC_READER_H
#define NTSD_PHC_READER_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define PHC_READER_MAX 25

/**
 * struct phc_reading - one reading
 * @before: CLOCK_MONOTONIC_RAW before it, ns
 * @phc: the device's clock, ns
 * @after: CLOCK_MONOTONIC_RAW after it, ns
 */
struct phc_reading {
	int64_t before;
	int64_t phc;
	int64_t after;
};

/* What the system is asked, for tests to answer. */
struct phc_reader_calls {
	int (*ioctl)(int fd, unsigned long request, void *data);
	int (*gettime)(clockid_t clock, struct timespec *ts);
};

/* The ways to read, the best first. */
enum phc_reader_way {
	PHC_READER_PRECISE,	/* the device reads both itself */
	PHC_READER_RAW,		/* the driver reads one between two of the other */
	PHC_READER_REAL,	/* so, but of the system clock */
	PHC_READER_OLD,		/* the system calls the driver between them */
};

/**
 * struct phc_reader - a clock that is open
 * @fd: of /dev/ptpN
 * @way: that works, as far as is known
 * @calls: of the system
 */
struct phc_reader {
	int fd;
	enum phc_reader_way way;
	const struct phc_reader_calls *calls;
};

int phc_reader_open(struct phc_reader *r, int clock, bool crossts);
int phc_reader_read(struct phc_reader *r, struct phc_reading reading[PHC_READER_MAX]);
const char *phc_reader_name(enum phc_reader_way way);
void phc_reader_close(struct phc_reader *r);

#endif
