/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A daemon for the tests of ntsctl that tells of one certificate. */
#ifndef NTSCTL_DAEMON_H
#define NTSCTL_DAEMON_H

#include "../../tools/ntsctl.h"

/* Days left of it; without are none. */
static bool has_cert;
static int64_t cert_days;
static const char *cert_state = "serving";

bool control_reachable(void)
{
	return has_cert;
}

int certs_fetch(unsigned int index, struct cert_report *report)
{
	if (index)
		return -1;
	report->cert = "/etc/ntsd/server.crt";
	report->state = cert_state;
	report->days = cert_days;
	report->not_after = 1800000000;
	return 0;
}

#endif
