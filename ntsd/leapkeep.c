// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <time.h>

#include "leapkeep.h"
#include "log.h"

#define LOOK_MS 600000
#define UNLISTED 3

/**
 * leapkeep_load() - read the list
 * @keep: filled in
 * @conf: directives leapsectz and leapseclist, of which the latter comes first
 * @tell: is given what is wrong: warnings, sources are believed then
 * @arg: for @tell
 */
void leapkeep_load(struct leapkeep *keep, const struct config *conf,
		   config_tell *tell, void *arg)
{
	const bool by_list = conf->leap_list.path[0];
	const struct config_path *from = by_list ? &conf->leap_list :
						   &conf->leap_zone;
	char err[PATH_MAX + 128], text[PATH_MAX + 256];
	int64_t at;

	keep->told = -1;
	keep->listed = false;
	if (!from->path[0])
		return;
	keep->listed = by_list ?
		leaplist_read_file(&keep->list, from->path, err, sizeof(err)) :
		leaplist_read_zone(&keep->list, from->path, err, sizeof(err));
	if (!keep->listed)
		snprintf(text, sizeof(text), "%s: leap seconds are taken from the sources",
			 err);
	else if (leaplist_next(&keep->list, time(NULL), &at) == UNLISTED)
		snprintf(text, sizeof(text), "%s has expired, install a newer one: leap seconds are taken from the sources",
			 from->path);
	else
		return;
	tell(arg, false, from->place.file, from->place.line, text);
}

/**
 * leapkeep_attach() - tell the kernel
 * @keep: loaded
 * @nl: connected
 * @err: NL_ERR_LEN bytes for what failed
 *
 * Return: false with @err set.
 */
bool leapkeep_attach(struct leapkeep *keep, struct nl *nl, char *err)
{
	int64_t at = 0;
	int kind = keep->listed ? leaplist_next(&keep->list, time(NULL), &at) :
				  UNLISTED;

	if (nl_set_leap(nl, kind, at, err))
		return false;
	if (keep->told != kind || keep->told_at != at)
		log_debug("the next leap second: %d, %lld", kind, (long long)at);
	keep->told = kind;
	keep->told_at = at;
	return true;
}

/**
 * leapkeep_tick() - tell the kernel of the next one when one is past
 * @keep: attached
 * @nl: connected
 * @now_ms: the time
 */
void leapkeep_tick(struct leapkeep *keep, struct nl *nl, uint64_t now_ms)
{
	char err[NL_ERR_LEN];
	int64_t at;
	int kind;

	if (!keep->listed || now_ms < keep->look_ms)
		return;
	keep->look_ms = now_ms + LOOK_MS;
	kind = leaplist_next(&keep->list, time(NULL), &at);
	if ((kind != keep->told || at != keep->told_at) &&
	    !leapkeep_attach(keep, nl, err))
		log_warn("%s", err);
}

/**
 * leapkeep_tai() - how far TAI is ahead, by the list
 * @keep: loaded
 *
 * Return: seconds, 0 when it is not known.
 */
int leapkeep_tai(const struct leapkeep *keep)
{
	return keep->listed ? leaplist_tai(&keep->list, time(NULL)) : 0;
}
