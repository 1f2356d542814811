// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "adjust.h"
#include "log.h"

#define NS_PER_S 1000000000LL

/* What the event asks for, as clock_adjtime(2) takes it. */
static void fill(const struct nl_event *event, struct timex *tx)
{
	int64_t s = event->step_ns / NS_PER_S, ns = event->step_ns % NS_PER_S;

	memset(tx, 0, sizeof(*tx));
	tx->modes = event->modes;
	tx->freq = event->freq;
	tx->tick = event->tick;
	tx->status = event->status;
	tx->maxerror = event->maxerror;
	tx->esterror = event->esterror;
	if (!(event->modes & ADJ_SETOFFSET))
		return;
	/* The part below a second may not be negative. */
	if (ns < 0) {
		s--;
		ns += NS_PER_S;
	}
	tx->modes |= ADJ_NANO;
	tx->time.tv_sec = s;
	tx->time.tv_usec = ns;
}

/**
 * adjust_clock() - do what the kernel asks for, and report it
 * @nl: connected
 * @event: of kind NL_EVENT_ADJUST
 */
void adjust_clock(struct nl *nl, const struct nl_event *event)
{
	static int last_error;
	char err[NL_ERR_LEN];
	struct timex tx;
	int error = 0;

	fill(event, &tx);
	if (clock_adjtime(CLOCK_REALTIME, &tx) < 0) {
		error = errno;
		memset(&tx, 0, sizeof(tx));
		/* It is asked for again and again: say so once. */
		if (error != last_error)
			log_err("the system clock cannot be steered: clock_adjtime: %s%s",
				strerror(error), error == EPERM ?
				": restart ntsd, and let it have CAP_SYS_TIME: see FALLBACK in "
				"ntsd(8)" :
				"");
	}
	last_error = error;
	if (nl_tell_adjust(nl, event->seq, error, &tx, err))
		log_debug("%s", err);
}
