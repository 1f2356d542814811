// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines that the kernel refuses are named. */
#include <stdarg.h>
#include <stdio.h>

#include "../../ntsd/refusal.c"
#include "ntsd_ktap.h"

static struct config conf, old;
static char said[2048];

void log_problem(void *arg, bool is_error, const char *file, int line, const char *text)
{
	(void)arg;
	snprintf(said, sizeof(said), "%s%s:%d: %s", is_error ? "" : "warning: ", file, line,
		 text);
}

void log_line(enum log_level level, const char *fmt, ...)
{
	va_list args;

	(void)level;
	va_start(args, fmt);
	vsnprintf(said, sizeof(said), fmt, args);
	va_end(args);
}

static void place(struct config_place *at, int line)
{
	strcpy(at->file, "n.conf");
	at->line = line;
}

#define SAYS(start, remedy) EXPECT(!strncmp(said, start, strlen(start)) && strstr(said, remedy))

static void of_the_kernel(void)
{
	place(&conf.ntp_port_place, 2);
	place(&conf.bind_device_place, 3);
	place(&conf.bind_place, 4);
	refusal_tell(&conf, &old, "setting the NTP port: the kernel says: port: in use, stop it");
	SAYS("n.conf:2: setting", "stop it");
	refusal_tell(&conf, &old, "x: the kernel says: device: there is none of this name");
	SAYS("n.conf:3: x", "correct or remove binddevice");
	refusal_tell(&conf, &old, "x: the kernel says: bind4/bind6: not an address of this host");
	SAYS("n.conf:4: x", "correct or remove bindaddress");
	refusal_tell(&conf, &old, "x: the kernel says: rule: more than 65536");
	SAYS("x: the kernel says: rule", "65536");
	/* What nobody wrote has no line. */
	conf.ntp_port_place.line = 0;
	refusal_tell(&conf, NULL, "x: the kernel says: port: in use");
	SAYS("x: the kernel says: port", "in use");
}

/* There is no other device than lo everywhere. */
static void of_a_fast_path(void)
{
	const char *text = "x: the kernel says: fastpath: this device is not Ethernet";

	conf.n_fastpaths = 3;
	strcpy(conf.fastpath[0], "none0");
	strcpy(conf.fastpath[1], "none1");
	strcpy(conf.fastpath[2], "lo");
	place(&conf.fastpath_place[0], 5);
	place(&conf.fastpath_place[1], 6);
	place(&conf.fastpath_place[2], 7);
	refusal_tell(&conf, &old, text);
	SAYS("n.conf:7: x", "correct or remove fastpath");
	/* It cannot be one that was taken before. */
	old.n_fastpaths = 1;
	strcpy(old.fastpath[0], "lo");
	refusal_tell(&conf, &old, text);
	SAYS("x: the kernel says: fastpath", "correct or remove fastpath");
}

static void of_the_listener(void)
{
	place(&conf.nts_port_place, 8);
	refusal_tell_listener(&conf, EADDRINUSE, "cannot listen");
	SAYS("n.conf:8: cannot", "");
	refusal_tell_listener(&conf, ENODEV, "cannot listen");
	SAYS("n.conf:3: cannot", "binddevice");
	refusal_tell_listener(&conf, EADDRNOTAVAIL, "cannot listen");
	SAYS("n.conf:4: cannot", "bindaddress");
}

static const struct ktap_case cases[] = {
	CASE(of_the_kernel),
	CASE(of_a_fast_path),
	CASE(of_the_listener),
};

KTAP_MAIN(cases)
