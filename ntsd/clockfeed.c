// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "clockfeed.h"

#define UNSYNCHRONISED 16
#define LEAP_INSERT 1
#define LEAP_DELETE 2
#define LEAP_ALARM 3
/* 127.127.1.1: chrony and ntpd, too, name the local clock so. */
#define REFID_LOCAL 0x7f7f0101

/**
 * clockfeed_judge() - tell the state of the clock
 * @feed: filled in
 * @conf: directives local and systemclock, and whether there are sources
 * @tx: what adjtimex(2) said
 * @now_ns: since 1970 UTC
 *
 * RFC 5905: an unsynchronised server says leap 3 and stratum 16.
 */
void clockfeed_judge(struct clockfeed *feed, const struct config *conf,
		     const struct timex *tx, int64_t now_ns)
{
	memset(feed, 0, sizeof(*feed));
	feed->local = conf->clock == CONFIG_CLOCK_LOCAL;
	feed->stratum = conf->stratum;
	feed->refid = REFID_LOCAL;
	feed->reftime_ns = now_ns;
	if (tx->status & STA_INS)
		feed->leap = LEAP_INSERT;
	else if (tx->status & STA_DEL)
		feed->leap = LEAP_DELETE;
	feed->when = conf->local;
	if (feed->local)
		return;

	/* The kernel has no root delay: its maximum error holds all of it. */
	feed->root_dispersion_ns = tx->maxerror > 0 ?
				   (uint64_t)tx->maxerror * 1000 : 0;
	/* While a source is followed, the module itself knows better. */
	if (tx->status & STA_UNSYNC || conf->clock == CONFIG_CLOCK_NOWHERE) {
		feed->leap = LEAP_ALARM;
		feed->stratum = UNSYNCHRONISED;
		feed->refid = 0;
		feed->reftime_ns = 0;
	}
}

/**
 * clockfeed_read() - ask the kernel for the state of the clock
 * @feed: filled in
 * @conf: directives local and systemclock
 */
void clockfeed_read(struct clockfeed *feed, const struct config *conf)
{
	struct timex tx = { .modes = 0 };
	struct timespec now;

	if (adjtimex(&tx) < 0)
		tx.status = STA_UNSYNC;
	clock_gettime(CLOCK_REALTIME, &now);
	clockfeed_judge(feed, conf, &tx,
			(int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
}

/**
 * clockfeed_differs() - did something change that cannot wait?
 * @a: one state
 * @b: the other
 *
 * Return: true if leap, stratum or the kind of clock differ.
 */
bool clockfeed_differs(const struct clockfeed *a, const struct clockfeed *b)
{
	return a->local != b->local || a->leap != b->leap ||
	       a->stratum != b->stratum || a->refid != b->refid;
}
