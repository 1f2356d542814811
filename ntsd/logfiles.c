// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/nts.h>

#include "file.h"
#include "log.h"
#include "logfiles.h"

#define LINE_LEN 512
#define NS_PER_S 1e9
/* Of the kernel's frequencies, and of its 16.16 numbers. */
#define FREQ_ONE 281474976710656.0
#define FIXED_ONE 65536.0
/* The ten tests, first one highest; chrony's 1 to 7 are the first six. */
#define TESTS_ALL 0x3ffU
#define TESTS_PACKET 0x3f0U
/* So many samples make a line. */
#define MIN_SAMPLES 3

/* Columns are those of chrony 4.9, which programs read. */
static const struct {
	const char *name;
	unsigned int wanted;
	const char *banner;
} files[LOGFILES_N] = {
	[LOGFILES_MEASUREMENTS] = {
		"measurements",
		CONFIG_LOG_MEASUREMENTS | CONFIG_LOG_RAWMEASUREMENTS,
		"   Date (UTC) Time     IP Address   L St 123 567 ABCD  LP RP Score    Offset  Peer del. Peer disp.  Root del. Root disp. Refid     MTxRx",
	},
	[LOGFILES_SELECTION] = {
		"selection", CONFIG_LOG_SELECTION,
		"   Date (UTC) Time     IP Address   S EOpts Reach Score Last sample  Low end   High end",
	},
	[LOGFILES_STATISTICS] = {
		"statistics", CONFIG_LOG_STATISTICS,
		"   Date (UTC) Time     IP Address    Std dev'n Est offset  Offset sd  Diff freq   Est skew  Stress  Ns  Bs  Nr  Asym",
	},
	[LOGFILES_TRACKING] = {
		"tracking", CONFIG_LOG_TRACKING,
		"   Date (UTC) Time     IP Address   St   Freq ppm   Skew ppm     Offset L Co  Offset sd Rem. corr. Root delay Root disp. Max. error",
	},
};

static double s(double ns)
{
	return ns / NS_PER_S;
}

static bool wanted(const struct logfiles *l, enum logfiles_kind kind)
{
	return l->conf && l->conf->logs & files[kind].wanted;
}

/* Once, however many lines it is. */
static void say_lost(struct logfiles *l, enum logfiles_kind kind, int why)
{
	if (!l->failed[kind])
		log_err("%s/%s.log: %s: lines are lost until it can be written",
			l->conf->log_dir, files[kind].name, strerror(why));
	l->failed[kind] = true;
}

static bool open_file(struct logfiles *l, enum logfiles_kind kind)
{
	char path[PATH_MAX + 32];

	if (l->fd[kind] >= 0)
		return true;
	if (!l->conf->log_dir[0])
		return false;
	snprintf(path, sizeof(path), "%s/%s.log", l->conf->log_dir,
		 files[kind].name);
	l->fd[kind] = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC |
			   O_NOCTTY, 0644);
	/* The umask is for secrets, of which there are none here. */
	if (l->fd[kind] >= 0 && !lseek(l->fd[kind], 0, SEEK_END))
		fchmod(l->fd[kind], 0644);
	l->lines[kind] = 0;
	if (l->fd[kind] < 0)
		say_lost(l, kind, errno);
	return l->fd[kind] >= 0;
}

/*
 * Whole lines only: readers follow the file. Return: false when it is lost; the
 * next one is tried all the same, for a full disk has room again some day.
 */
static bool put(struct logfiles *l, enum logfiles_kind kind, const char *text,
		size_t len)
{
	ssize_t n = write(l->fd[kind], text, len);
	int why = n < 0 ? errno : ENOSPC;

	if (n == (ssize_t)len) {
		if (l->failed[kind])
			log_notice("%s/%s.log: it is written again",
				   l->conf->log_dir, files[kind].name);
		l->failed[kind] = false;
		return true;
	}
	if (n > 0 && ftruncate(l->fd[kind], lseek(l->fd[kind], 0, SEEK_CUR) - n))
		log_debug("%s: %s", files[kind].name, strerror(errno));
	say_lost(l, kind, why);
	return false;
}

static bool put_banner(struct logfiles *l, enum logfiles_kind kind)
{
	char text[3 * 256], rule[256];
	size_t len = strlen(files[kind].banner);

	memset(rule, '=', len);
	rule[len] = '\0';
	len = snprintf(text, sizeof(text), "%s\n%s\n%s\n", rule,
		       files[kind].banner, rule);
	return put(l, kind, text, len);
}

__attribute__((format(printf, 4, 5)))
static void put_line(struct logfiles *l, enum logfiles_kind kind, time_t at,
		     const char *fmt, ...)
{
	char line[LINE_LEN];
	va_list args;
	struct tm tm;
	size_t len;

	if (!open_file(l, kind))
		return;
	if (l->conf->log_banner && l->lines[kind] % l->conf->log_banner == 0 &&
	    !put_banner(l, kind))
		return;
	gmtime_r(&at, &tm);
	len = strftime(line, sizeof(line), "%Y-%m-%d %H:%M:%S ", &tm);
	va_start(args, fmt);
	vsnprintf(line + len, sizeof(line) - len - 1, fmt, args);
	va_end(args);
	strcat(line, "\n");
	if (put(l, kind, line, strlen(line)))
		l->lines[kind]++;
}

static char letter(const char *letters, unsigned int n)
{
	return n < strlen(letters) ? letters[n] : '?';
}

static void write_measurement(struct logfiles *l, const struct nl_sample *m,
			      time_t at)
{
	char addr[ADDRESS_TEXT_LEN], tests[16];
	bool synced = (m->tests & TESTS_PACKET) == TESTS_PACKET;
	size_t n = 0;

	if (!wanted(l, LOGFILES_MEASUREMENTS) ||
	    (!synced && !(l->conf->logs & CONFIG_LOG_RAWMEASUREMENTS)))
		return;
	for (int bit = 9; bit >= 0; bit--) {
		tests[n++] = m->tests & (1U << bit) ? '1' : '0';
		if (bit == 7 || bit == 4)
			tests[n++] = ' ';
	}
	tests[n] = '\0';
	put_line(l, LOGFILES_MEASUREMENTS, at,
		 "%-15s %1c %2d %s  %2d %2d %4.2f %10.3e %10.3e %10.3e %10.3e %10.3e %08X %1d%1c %1c %1c",
		 address_text(&m->addr, addr), letter("N+-?", m->leap),
		 m->stratum, tests, m->poll, m->remote_poll,
		 m->poll_score / FIXED_ONE, s(m->offset_ns), s(m->delay_ns),
		 s(m->dispersion_ns), s(m->root_delay_ns),
		 s(m->root_dispersion_ns), m->refid, m->mode,
		 m->interleaved ? 'I' : 'B', letter("DKH", m->tx_stamp),
		 letter("DKH", m->rx_stamp));
}

static void write_statistics(struct logfiles *l, const struct nl_sample *m,
			     const struct logfiles_source *last, time_t at)
{
	char addr[ADDRESS_TEXT_LEN];
	double stress = 0;

	if (!wanted(l, LOGFILES_STATISTICS) || m->samples < MIN_SAMPLES)
		return;
	if (last->skew)
		stress = fabs((double)(m->freq - last->freq)) / last->skew;
	/* Samples that do not fit are dropped at once: the best start is 0. */
	put_line(l, LOGFILES_STATISTICS, at,
		 "%-15s %10.3e %10.3e %10.3e %10.3e %10.3e %7.1e %3d %3d %3d %5.2f",
		 address_text(&m->addr, addr), s(m->sd_ns),
		 s(-m->est_offset_ns), s(m->est_offset_sd_ns),
		 -m->freq / FREQ_ONE, m->skew / FREQ_ONE, stress, m->samples, 0,
		 m->runs, m->asymmetry / FIXED_ONE);
}

static void write_selection(struct logfiles *l, const struct nl_sample *m,
			    time_t now)
{
	static const struct {
		uint32_t flag;
		char letter;
	} options[] = {
		{ NTS_SOURCE_FLAG_NOSELECT, 'N' },
		{ NTS_SOURCE_FLAG_PREFER, 'P' },
		{ NTS_SOURCE_FLAG_TRUST, 'T' },
		{ NTS_SOURCE_FLAG_REQUIRE, 'R' },
	};
	char addr[ADDRESS_TEXT_LEN], flags[] = "-----";

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (m->effective_flags & options[i].flag)
			flags[1 + i] = options[i].letter;
	put_line(l, LOGFILES_SELECTION, now,
		 "%-15s %c %s %4o %5.2f %10.3e %10.3e %10.3e",
		 address_text(&m->addr, addr), m->state ? m->state : 'M', flags,
		 m->reach, m->score / FIXED_ONE,
		 m->last_rx_ns == UINT64_MAX ? 0 : s(m->last_rx_ns),
		 s(-m->high_ns), s(-m->low_ns));
}

/* The worst that the clock may have been off since the update before. */
static double max_error(const struct logfiles *l, const struct nl_tracking *t,
			time_t now)
{
	const struct nl_tracking *old = l->tracked ? &l->tracking : t;
	double passed = l->tracked && now > l->tracking_at ?
			now - l->tracking_at : 0;

	return fabs(t->last_offset) + fabs(t->correction) +
	       old->root_delay / 2 + old->root_dispersion +
	       passed * (old->skew_ppm +
			 l->conf->discipline.maxclockerror) / 1e6;
}

static void write_tracking(struct logfiles *l, const struct nl_tracking *t,
			   time_t now)
{
	bool lost = l->tracked && l->tracking.synchronised && !t->synchronised;
	char addr[ADDRESS_TEXT_LEN] = "0.0.0.0";

	if (!wanted(l, LOGFILES_TRACKING))
		return;
	if (!lost && (!t->synchronised ||
		      (l->tracked && t->updates == l->tracking.updates)))
		return;
	if (!lost && t->addr.family != AF_UNSPEC)
		address_text(&t->addr, addr);
	else if (!lost)
		snprintf(addr, sizeof(addr), "%08X", t->refid);
	put_line(l, LOGFILES_TRACKING, now,
		 "%-15s %2d %10.3f %10.3f %10.3e %1c %2d %10.3e %10.3e %10.3e %10.3e %10.3e",
		 addr, lost ? 0 : t->stratum, -t->freq_ppm, t->skew_ppm,
		 lost ? 0 : -t->last_offset,
		 lost ? '?' : letter("N+-?", t->leap), lost ? 0 : t->combined,
		 lost ? 0 : t->offset_sd, t->correction,
		 lost ? 0 : t->root_delay, lost ? 0 : t->root_dispersion,
		 lost ? 0 : max_error(l, t, now));
}

static struct logfiles_source *find(struct logfiles *l, uint32_t id)
{
	for (unsigned int i = 0; i < l->n; i++)
		if (l->source[i].id == id)
			return &l->source[i];
	/* Those of sources that are gone give way. */
	if (l->n == CONFIG_MAX_SOURCES) {
		l->n--;
		memmove(l->source, l->source + 1, l->n * sizeof(*l->source));
	}
	memset(&l->source[l->n], 0, sizeof(*l->source));
	l->source[l->n].id = id;
	return &l->source[l->n++];
}

/**
 * logfiles_init() - nothing is open yet
 * @l: filled in
 */
void logfiles_init(struct logfiles *l)
{
	memset(l, 0, sizeof(*l));
	for (int i = 0; i < LOGFILES_N; i++)
		l->fd[i] = -1;
}

/**
 * logfiles_make_dir() - as root still: make directory logdir
 * @conf: names it
 * @user: whose it becomes
 */
void logfiles_make_dir(const struct config *conf, const struct passwd *user)
{
	const char *dir = conf->log_dir;
	int ret;

	if (!conf->logs || !dir[0])
		return;
	ret = file_make_dir(dir, 0755, user->pw_uid, user->pw_gid);
	if (ret)
		log_warn("%s: %s", dir, strerror(-ret));
}

/**
 * logfiles_configure() - write these from now on
 * @l: initialised
 * @conf: directives log, logdir, logbanner
 *
 * Files are opened again, as by logfiles_cycle(), and only when there is a line.
 */
void logfiles_configure(struct logfiles *l, const struct config *conf)
{
	l->conf = conf;
	logfiles_cycle(l);
	if (conf->logs && !conf->log_dir[0])
		log_warn("log: nothing is written: logdir is missing, for example logdir /var/log/ntsd");
}

/**
 * logfiles_write() - write what is new
 * @l: configured
 * @id: of the source that was measured
 * @sample: what was measured last of each source
 * @n: how many
 * @tracking: how the clock does
 * @now: seconds since 1970
 */
void logfiles_write(struct logfiles *l, uint32_t id,
		    const struct nl_sample *sample, unsigned int n,
		    const struct nl_tracking *tracking, time_t now)
{
	struct logfiles_source *last = find(l, id);
	const struct nl_sample *m = NULL;
	time_t at;

	for (unsigned int i = 0; i < n; i++)
		if (sample[i].id == id)
			m = &sample[i];
	/* Another event may have been quicker. */
	if (m && m->total_valid != last->total_valid) {
		at = m->last_rx_ns == UINT64_MAX ? now :
		     now - (time_t)(m->last_rx_ns / NS_PER_S);
		write_measurement(l, m, at);
		if (m->tests == TESTS_ALL)
			write_statistics(l, m, last, at);
		for (unsigned int i = 0; m->tests == TESTS_ALL && i < n; i++)
			if (wanted(l, LOGFILES_SELECTION))
				write_selection(l, &sample[i], now);
		last->total_valid = m->total_valid;
		last->freq = m->freq;
		last->skew = m->skew;
	}
	write_tracking(l, tracking, now);
	if (!l->tracked || tracking->updates != l->tracking.updates ||
	    tracking->synchronised != l->tracking.synchronised) {
		l->tracking = *tracking;
		l->tracking_at = now;
		l->tracked = true;
	}
}

struct list {
	struct nl_sample sample[CONFIG_MAX_SOURCES];
	unsigned int n;
};

static void add(void *arg, const struct nl_sample *sample)
{
	struct list *list = arg;

	if (list->n < CONFIG_MAX_SOURCES)
		list->sample[list->n++] = *sample;
}

/**
 * logfiles_take() - the kernel says that a source was measured
 * @l: configured
 * @nl: to ask for the rest
 * @id: of the source
 */
void logfiles_take(struct logfiles *l, struct nl *nl, uint32_t id)
{
	struct nl_tracking tracking;
	static struct list list;
	char err[NL_ERR_LEN];

	if (!l->conf || !l->conf->logs || !l->conf->log_dir[0])
		return;
	list.n = 0;
	if (nl_get_samples(nl, add, &list, err) ||
	    nl_get_tracking(nl, &tracking, err)) {
		log_debug("%s", err);
		return;
	}
	logfiles_write(l, id, list.sample, list.n, &tracking, time(NULL));
}

/**
 * logfiles_cycle() - let go of the files, which may have been renamed
 * @l: initialised
 */
void logfiles_cycle(struct logfiles *l)
{
	for (int i = 0; i < LOGFILES_N; i++) {
		if (l->fd[i] >= 0)
			close(l->fd[i]);
		l->fd[i] = -1;
		l->lines[i] = 0;
		l->failed[i] = false;
	}
}
