// SPDX-License-Identifier: GPL-2.0-or-later
/* What do module and daemon say of the sources? */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"

#define HIGH_STRATUM 10

/* What to do about a problem that ntsd has with a source. */
static const struct {
	const char *word;
	const char *remedy;
} remedies[] = {
	{ "not yet valid",
	  "set the clock: date -u -s 'YYYY-MM-DD HH:MM'; or nocerttimecheck 1 in ntsd.conf" },
	{ "not valid yet",
	  "set the clock: date -u -s 'YYYY-MM-DD HH:MM'; or nocerttimecheck 1 in ntsd.conf" },
	{ "expired", "if the clock is right (date), the server has to renew its certificate" },
	{ "certificate",
	  "name its CA: ntstrustedcerts FILE; or install the package ca-certificates anew" },
	{ "unknown", "correct the name in ntsd.conf; ntsctl refresh" },
	{ "refused", "take another server, or say its port: ntsport N" },
	{ "timed out", "let TCP port 4460 out in the firewalls on the way" },
	{ "no answer", "let TCP port 4460 out in the firewalls on the way" },
	{ "timeout", "let TCP port 4460 out in the firewalls on the way" },
};

static const char *remedy_for(const char *problem)
{
	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
		if (strstr(problem, remedies[i].word))
			return remedies[i].remedy;
	return "ntsctl authdata -v; ntsd -d says more";
}

static void check(struct doctor *d, const struct source *source)
{
	const bool nts = source->flags & NTS_SOURCE_FLAG_NTS;

	if (!source->online)
		doctor_problem(d, "ntsctl online", "%s is offline: nobody asks it",
			       source->label);
	else if (source->problem[0])
		doctor_problem(d, remedy_for(source->problem), "%s: %s", source->label,
			       source->problem);
	else if (nts && source->naks > 1 && !source->authenticated)
		doctor_problem(d, "ntsctl refresh; if it stays so, its servers do not share their cookie keys: take another",
			       "%s answers with NAKs (%" PRIu32 "): it cannot open our cookies",
			       source->label, source->naks);
	else if (nts && !source->cookies && source->ke_count)
		doctor_problem(d, "ntsctl refresh", "no cookies are left for %s", source->label);
	else if (source->reach && (source->state == 'x' || source->state == 'T'))
		doctor_problem(d, "remove it from ntsd.conf, or add sources so that the majority is clear",
			       "%s tells another time than the others", source->label);
	else if (!source->reach && source->total_tx > 8)
		doctor_problem(d, "ntsctl ntpdata; the test of servers says who is in the way",
			       "%s did not answer the last 8 requests", source->label);
	else
		doctor_ok(d, "%s: %s%s", source->label, source->reach ? "answers" : "was just asked",
			  source->authenticated ? ", authenticated" : "");
}

static void check_stratum(struct doctor *d)
{
	const struct clock_state *clock = &d->snapshot.clock;

	if (clock->stratum >= UNSYNCHRONISED_STRATUM)
		doctor_problem(d, d->snapshot.sources.n ?
			       "ntsctl selectdata -v says why no source is selected" :
			       "add a source to ntsd.conf, as: server time.cloudflare.com iburst nts",
			       "the clock is not synchronised");
	else if (clock->stratum >= HIGH_STRATUM)
		doctor_problem(d, "add a source that is nearer to a reference clock; ntsctl sources",
			       "the stratum is %u: the nearest sources do not answer",
			       clock->stratum);
	else
		doctor_ok(d, "synchronised, stratum %u", clock->stratum);
}

void doctor_sources(struct doctor *d)
{
	if (!d->loaded)
		return;
	for (unsigned int i = 0; i < d->snapshot.sources.n; i++)
		check(d, &d->snapshot.sources.row[i]);
	if (d->snapshot.sources.n || d->snapshot.server.enabled)
		check_stratum(d);
}
