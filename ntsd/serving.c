// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <time.h>

#include "serving.h"

#define NOTE_MS 1000

static uint64_t monotonic_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/**
 * serving_text() - where NTP is served, or why it is not
 * @d: the daemon
 * @text: filled in
 *
 * Return: @text.
 */
const char *serving_text(const struct daemon *d, char text[SERVING_TEXT_LEN])
{
	if (!d->conf->ntp_port)
		snprintf(text, SERVING_TEXT_LEN, "no NTP (port 0)");
	else if (!d->access.serves)
		snprintf(text, SERVING_TEXT_LEN, "no NTP (nobody is allowed)");
	else
		snprintf(text, SERVING_TEXT_LEN, "NTP on port %u", d->conf->ntp_port);
	return text;
}

/**
 * serving_open() - have the kernel answer, or not if nobody may ask
 * @d: the daemon
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: false with @err set.
 */
bool serving_open(struct daemon *d, char *err)
{
	return !nl_set_server(d->nl, d->conf, d->access.serves, err);
}

/**
 * serving_push() - tell the kernel who is served, and how often
 * @d: the daemon
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: false with @err set.
 */
bool serving_push(struct daemon *d, char *err)
{
	struct access *a = &d->access;

	if (nl_set_access(d->nl, a->rule, a->n_rules, err) ||
	    nl_set_ratelimit(d->nl, d->conf, err))
		return false;
	a->changed = false;
	return true;
}

/**
 * serving_say() - allow or deny, in kernel and workers when this returns
 * @d: the daemon, attached and serving
 * @what: not a name
 * @err: NL_ERR_LEN bytes for what failed
 *
 * It holds until the configuration is read again.
 *
 * Return: false with @err set.
 */
bool serving_say(struct daemon *d, const struct config_access *what, char *err)
{
	if (!access_say(&d->access, what)) {
		snprintf(err, NL_ERR_LEN, "too many prefixes, or too little memory");
		return false;
	}
	return serving_push(d, err) && serving_open(d, err);
}

/* Who connected to the workers, for the kernel's list of clients. */
static bool note_visitors(struct daemon *d, char *err)
{
	struct nts_clientlog_record record;
	uint64_t now_ns = monotonic_ns();
	uint32_t at = 0;
	bool v6;

	while (gate_take(&d->access.gate, &at, &v6, &record)) {
		const struct nts_clientlog_use *use = &record.use[NTS_CLIENTLOG_KE];
		uint64_t age_ns = now_ns > use->last ? now_ns - use->last : 0;

		if (nl_note_visitor(d->nl, v6, record.key, use, age_ns / 1000000, err))
			return false;
	}
	return true;
}

/**
 * serving_tick() - do what is due
 * @d: the daemon, attached and serving
 * @now_ms: the time
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: false with @err set when the kernel does not take it.
 */
bool serving_tick(struct daemon *d, uint64_t now_ms, char *err)
{
	access_tick(&d->access, now_ms);
	if (d->access.changed && !(serving_push(d, err) && serving_open(d, err)))
		return false;
	if (now_ms < d->note_ms)
		return true;
	d->note_ms = now_ms + NOTE_MS;
	return note_visitors(d, err);
}
