// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "certexpiry.h"
#include "log.h"

#define DAY 86400

/* Days before the end at which the operator is warned. */
static const int warn_days[] = { 30, 14, 7, 3, 1, 0 };

/**
 * certexpiry_days() - for how long clients accept it
 * @facts: of the certificate
 * @now: seconds since 1970
 *
 * Return: whole days; negative when it has ended.
 */
int certexpiry_days(const struct tls_facts *facts, time_t now)
{
	time_t left = facts->not_after - now;

	return left >= 0 ? (int)(left / DAY) : -(int)((DAY - 1 - left) / DAY);
}

/**
 * certexpiry_date() - say a date
 * @date: seconds since 1970
 * @text: filled in
 */
void certexpiry_date(time_t date, char text[32])
{
	struct tm tm;

	gmtime_r(&date, &tm);
	strftime(text, 32, "%Y-%m-%d %H:%M UTC", &tm);
}

/**
 * certexpiry_stage() - how near the end is
 * @facts: of the certificate
 * @now: seconds since 1970
 *
 * Those that live for days only are renewed late.
 *
 * Return: 0 when there is time enough, more the less there is.
 */
unsigned int certexpiry_stage(const struct tls_facts *facts, time_t now)
{
	int left = certexpiry_days(facts, now);
	long life = (facts->not_after - facts->not_before) / DAY;
	unsigned int stage = 0;

	for (size_t i = 0; i < sizeof(warn_days) / sizeof(*warn_days); i++) {
		int days = warn_days[i];

		if (days > 1 && days * 3L > life + 1)
			continue;
		if (days ? left < days : left < 0)
			stage = i + 1;
	}
	return stage;
}

/**
 * certexpiry_warn() - warn the operator, once at each stage
 * @facts: of the certificate
 * @path: where it is
 * @now: seconds since 1970
 * @warned: the stage that was warned of, 0 at first; updated
 */
void certexpiry_warn(const struct tls_facts *facts, const char *path, time_t now,
		     unsigned int *warned)
{
	unsigned int stage = certexpiry_stage(facts, now);
	int left = certexpiry_days(facts, now);
	char until[32], days[16];
	const struct log_field fields[] = {
		{ "NTS_EVENT", "certificate-expiry" },
		{ "NTS_CERTIFICATE", path }, { "NTS_DAYS", days }, { }
	};

	if (stage <= *warned)
		return;
	*warned = stage;
	certexpiry_date(facts->not_after, until);
	snprintf(days, sizeof(days), "%d", left);
	if (left < 0)
		log_event(LOG_LEVEL_ERR, fields,
			  "%s: the certificate expired on %s: clients refuse it, renew it",
			  path, until);
	else if (!left)
		log_event(LOG_LEVEL_WARN, fields,
			  "%s: the certificate expires within a day, on %s: renew it",
			  path, until);
	else
		log_event(LOG_LEVEL_WARN, fields,
			  "%s: the certificate expires in %d day%s, on %s: renew it",
			  path, left, left == 1 ? "" : "s", until);
}
