// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What becomes of each directive: all of chrony 4.9's, those of its past that
 * it still takes, and ours. Ignored is what changes neither the time nor who
 * gets it; what would is refused.
 */
#include <stddef.h>
#include <strings.h>

#include "config_reader.h"

#define NO_RTC "the kernel alone sets the hardware clock: write rtcsync"
#define NO_CMD "there is no command port: ntsctl speaks with the kernel and by a socket in the file system"
#define NO_PTP "there is no NTP over PTP: remove it; hwtimestamp \"*\" is for NTP's own port"
#define NO_FILE_KEYS "symmetric keys are not supported: have sources use nts"
#define PAST "chrony has no such directive any more: remove it"

#define WORKS(word)		{ word, CONFIG_WORKS, false, NULL }
#define OURS(word)		{ word, CONFIG_WORKS, true, NULL }
#define IGNORED(word, why)	{ word, CONFIG_IGNORED, false, why }
#define REFUSED(word, instead)	{ word, CONFIG_REFUSED, false, instead }

const struct config_entry config_table[] = {
	IGNORED("acquisitionport", "each request leaves from a new random port, which forgers "
				   "would have to guess (RFC 9109): firewalls can allow what "
				   "comes from port 123"),
	WORKS("allow"),
	WORKS("authselectmode"),
	WORKS("bindacqaddress"),
	REFUSED("bindacqdevice", "requests go where the routes lead: use bindacqaddress, an "
				 "ip-rule(8) or a VRF"),
	WORKS("bindaddress"),
	WORKS("bindcmdaddress"),
	IGNORED("bindcmddevice", NO_CMD),
	WORKS("binddevice"),
	REFUSED("broadcast", "broadcasts cannot be authenticated: have clients use server or pool"),
	WORKS("clientloglimit"),
	IGNORED("clockprecision", "the kernel measures it"),
	IGNORED("cmdallow", NO_CMD),
	IGNORED("cmddeny", NO_CMD),
	IGNORED("cmdport", NO_CMD),
	IGNORED("cmdratelimit", NO_CMD),
	WORKS("combinelimit"),
	IGNORED("commandkey", PAST),
	WORKS("confdir"),
	WORKS("corrtimeratio"),
	WORKS("deny"),
	WORKS("driftfile"),
	WORKS("dscp"),
	IGNORED("dumpdir", "samples stay in the kernel while ntsd is restarted"),
	IGNORED("dumponexit", "samples stay in the kernel while ntsd is restarted"),
	IGNORED("fallbackdrift", "without a source the clock goes on at its last frequency"),
	OURS("fastpath"),
	IGNORED("generatecommandkey", PAST),
	IGNORED("hwclockfile", NO_RTC),
	WORKS("hwtimestamp"),
	IGNORED("hwtstimeout", "answers are sent without waiting, and a late timestamp is "
			       "still used"),
	WORKS("include"),
	REFUSED("initstepslew", "write makestep with its threshold, for example \"makestep 1 "
				"3\", and option iburst"),
	IGNORED("keyfile", NO_FILE_KEYS),
	WORKS("leapseclist"),
	WORKS("leapsecmode"),
	WORKS("leapsectz"),
	IGNORED("linux_freq_scale", PAST),
	IGNORED("linux_hz", PAST),
	WORKS("local"),
	WORKS("lock_all"),
	WORKS("log"),
	WORKS("logbanner"),
	IGNORED("logchange", "the journal tells of each step, ntsctl tracking of offsets"),
	WORKS("logdir"),
	IGNORED("mailonchange", "no mail is sent: have what watches the journal, or ntsctl "
				"check, send it"),
	WORKS("makestep"),
	IGNORED("manual", "the time is not typed in: date -s sets it"),
	WORKS("maxchange"),
	WORKS("maxclockerror"),
	WORKS("maxdistance"),
	IGNORED("maxdrift", "the kernel's own limit holds"),
	WORKS("maxjitter"),
	WORKS("maxntsconnections"),
	WORKS("maxntsretry"),
	WORKS("maxsamples"),
	WORKS("maxslewrate"),
	IGNORED("maxtxbuffers", "answers are not buffered"),
	WORKS("maxupdateskew"),
	WORKS("minsamples"),
	WORKS("minsources"),
	WORKS("nocerttimecheck"),
	WORKS("noclientlog"),
	WORKS("nosystemcert"),
	REFUSED("ntpsigndsocket", "answers signed for Samba's clients cannot be given: leave "
				  "those to chronyd, on a port of its own"),
	WORKS("ntsaeads"),
	WORKS("ntscachedir"),
	WORKS("ntsdumpdir"),
	OURS("ntskeysecret"),
	OURS("ntskeysource"),
	WORKS("ntsntpserver"),
	WORKS("ntsport"),
	WORKS("ntsprocesses"),
	WORKS("ntsratelimit"),
	WORKS("ntsrefresh"),
	WORKS("ntsrotate"),
	WORKS("ntsservercert"),
	WORKS("ntsserverkey"),
	OURS("ntstimeout"),
	WORKS("ntstrustedcerts"),
	IGNORED("opencommands", "all reports can be read by every user of this machine, and by "
				"nobody else"),
	REFUSED("peer", "symmetric mode is not supported: have each of the two use the other "
			"by server"),
	WORKS("pidfile"),
	WORKS("pool"),
	WORKS("port"),
	REFUSED("ptpdomain", NO_PTP),
	REFUSED("ptpport", NO_PTP),
	WORKS("ratelimit"),
	OURS("ratelimitprefix4"),
	OURS("ratelimitprefix6"),
	REFUSED("refclock", "reference clocks are not read: let ts2phc(8) and phc2sys(8), say, "
			    "steer the system clock by it, and write systemclock"),
	WORKS("refresh"),
	WORKS("reselectdist"),
	IGNORED("rtcautotrim", NO_RTC),
	IGNORED("rtcdevice", NO_RTC),
	IGNORED("rtcfile", NO_RTC),
	IGNORED("rtconutc", "the kernel knows by what hwclock(8) --systz told it"),
	WORKS("rtcsync"),
	IGNORED("sched_priority", "the kernel answers, before any process"),
	WORKS("server"),
	WORKS("smoothtime"),
	WORKS("sourcedir"),
	WORKS("stratumweight"),
	OURS("systemclock"),
	IGNORED("tempcomp", "frequency is learned from the sources"),
	WORKS("user"),
	{ }
};

/**
 * config_table_find() - look a directive up
 * @name: in upper or lower case
 *
 * Return: its entry, or NULL when there is no such directive.
 */
const struct config_entry *config_table_find(const char *name)
{
	for (const struct config_entry *e = config_table; e->name; e++)
		if (!strcasecmp(name, e->name))
			return e;
	return NULL;
}
