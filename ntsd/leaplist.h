/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Leap seconds as a file lists them. Times are seconds since 1970 UTC. */
#ifndef NTSD_LEAPLIST_H
#define NTSD_LEAPLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEAPLIST_MAX 128

/**
 * struct leaplist - all leap seconds that are known
 * @second: in order; the first one only tells the offset of the beginning
 * @n: how many
 * @expires: when more may be known, 0 when that is not told
 */
struct leaplist {
	struct {
		int64_t at;	/* the midnight after it */
		int tai;	/* TAI - UTC from then on */
	} second[LEAPLIST_MAX];
	unsigned int n;
	int64_t expires;
};

bool leaplist_read_zone(struct leaplist *list, const char *zone, char *err,
			size_t err_len);
bool leaplist_read_file(struct leaplist *list, const char *path, char *err,
			size_t err_len);
int leaplist_next(const struct leaplist *list, int64_t now, int64_t *at);
int leaplist_tai(const struct leaplist *list, int64_t now);

#endif
