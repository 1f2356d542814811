// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "certwatch.h"
#include "log.h"
#include "sandbox.h"

/* So long nothing must happen to the files before they are read; */
#define SETTLE_MS 300
/* but when something always happens, they are read after so long. */
#define SETTLE_MAX_MS 3000
/* Key and certificate may be written by two commands of a script. */
#define LOUD_MS 5000
/* Not every file system tells of changes. */
#define LOOK_MS 30000

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void look_at(const struct certwatch_pair *pair,
		    struct certwatch_look *look)
{
	struct stat st;

	memset(look, 0, sizeof(*look));
	for (int i = 0; i < 2; i++) {
		if (stat(pair->path[i], &st))
			continue;
		look->file[i].dev = st.st_dev;
		look->file[i].ino = st.st_ino;
		look->file[i].size = st.st_size;
		look->file[i].mtime = st.st_mtim;
		look->file[i].ctime = st.st_ctim;
	}
}

static void touch(struct certwatch_pair *pair, uint64_t now)
{
	uint64_t latest;

	if (!pair->touched_ms)
		pair->touched_ms = now;
	latest = pair->touched_ms + SETTLE_MAX_MS;
	pair->read_ms = now + SETTLE_MS < latest ? now + SETTLE_MS : latest;
}

/* Return: true if it is to be used; @same tells whether it was told before. */
static bool judge(struct certwatch_pair *pair, struct certwatch_report *report,
		  bool touched, uint64_t now, bool *same)
{
	struct certload *load = &report->load;

	if (load->fault == CERTLOAD_GOOD ||
	    (report->ordered && load->fault == CERTLOAD_DOUBTFUL)) {
		*same = pair->has_good && !memcmp(pair->digest, load->digest,
						  sizeof(pair->digest));
		pair->has_good = true;
		pair->facts = load->facts;
		memcpy(pair->digest, load->digest, sizeof(pair->digest));
		pair->complaint[0] = '\0';
		pair->loud_ms = UINT64_MAX;
		return true;
	}
	if ((touched || pair->loud_ms == UINT64_MAX) &&
	    strcmp(pair->complaint, load->why))
		pair->loud_ms = now + LOUD_MS;
	report->loud = now >= pair->loud_ms || report->ordered;
	if (report->loud) {
		snprintf(pair->complaint, sizeof(pair->complaint), "%s",
			 load->why);
		pair->loud_ms = UINT64_MAX;
	}
	return false;
}

static void read_pair(struct certwatch *w, unsigned int i, bool ordered,
		      uint64_t now)
{
	struct certwatch_report report = { .seq = w->seq, .index = i,
					   .ordered = ordered };
	struct certwatch_pair *pair = &w->pair[i];
	bool usable, same = false, was_faulty = pair->faulty;
	bool touched = pair->touched_ms;
	int fd[2];

	look_at(pair, &pair->look);
	pair->touched_ms = 0;
	pair->read_ms = UINT64_MAX;
	certload_read(&report.load, pair->path[0], pair->path[1], time(NULL),
		      fd);
	pair->again = report.load.again;
	if (!ordered && pair->has_good)
		certload_hold_against(&report.load, &pair->facts, time(NULL));
	usable = judge(pair, &report, touched, now, &same);
	pair->faulty = !usable;
	if (ordered || !usable || was_faulty || !same)
		w->tell(w->arg, &report, fd);
	for (int k = 0; k < 2; k++)
		if (fd[k] >= 0)
			close(fd[k]);
}

static void tell_end(struct certwatch *w, bool ordered)
{
	const struct certwatch_report end = { .seq = w->seq, .end = true,
					      .ordered = ordered };
	static const int none[2] = { -1, -1 };

	w->tell(w->arg, &end, none);
}

/**
 * certwatch_obey() - watch these files from now on, and tell of all of them
 * @w: with @tell, and @paths open
 * @order: which
 * @now_ms: the time
 */
void certwatch_obey(struct certwatch *w, const struct certwatch_order *order,
		    uint64_t now_ms)
{
	const char *path[2 * CONFIG_MAX_PAIRS], *at = order->paths;

	for (unsigned int i = 0; i < w->n; i++) {
		free(w->pair[i].path[0]);
		free(w->pair[i].path[1]);
	}
	memset(w->pair, 0, sizeof(w->pair));
	w->n = 0;
	w->seq = order->seq;
	for (unsigned int i = 0; i < order->n && i < CONFIG_MAX_PAIRS; i++) {
		struct certwatch_pair *pair = &w->pair[i];

		for (int k = 0; k < 2; k++) {
			pair->path[k] = strdup(at);
			path[2 * i + k] = pair->path[k];
			at += strlen(at) + 1;
		}
		if (!pair->path[0] || !pair->path[1])
			abort();
		pair->loud_ms = UINT64_MAX;
		pair->read_ms = UINT64_MAX;
		w->n++;
	}
	/* Before they are read: what happens later is then heard of. */
	pathwatch_set(&w->paths, path, 2 * w->n);
	for (unsigned int i = 0; i < w->n; i++)
		read_pair(w, i, true, now_ms);
	w->look_ms = now_ms + LOOK_MS;
	tell_end(w, true);
}

/**
 * certwatch_hear() - something happened to the files
 * @w: obeying
 * @now_ms: the time
 */
void certwatch_hear(struct certwatch *w, uint64_t now_ms)
{
	uint32_t touched = pathwatch_hear(&w->paths);

	for (unsigned int i = 0; i < w->n; i++)
		if (touched & (3U << (2 * i)))
			touch(&w->pair[i], now_ms);
}

static void look(struct certwatch *w, uint64_t now)
{
	struct certwatch_look seen;

	for (unsigned int i = 0; i < w->n; i++) {
		struct certwatch_pair *pair = &w->pair[i];

		look_at(pair, &seen);
		if (memcmp(&seen, &pair->look, sizeof(seen)) ||
		    (pair->again && time(NULL) >= pair->again))
			touch(pair, now);
	}
	w->look_ms = now + LOOK_MS;
}

/**
 * certwatch_tick() - the time passes: read what has settled
 * @w: obeying
 * @now_ms: the time
 *
 * Return: when to be called next.
 */
uint64_t certwatch_tick(struct certwatch *w, uint64_t now_ms)
{
	uint64_t due;
	bool told = false;

	if (now_ms >= w->look_ms)
		look(w, now_ms);
	due = w->look_ms;
	for (unsigned int i = 0; i < w->n; i++) {
		struct certwatch_pair *pair = &w->pair[i];

		if (now_ms >= pair->read_ms || now_ms >= pair->loud_ms) {
			read_pair(w, i, false, now_ms);
			told = true;
		}
		if (pair->read_ms < due)
			due = pair->read_ms;
		if (pair->loud_ms < due)
			due = pair->loud_ms;
	}
	/* Those renewed together are put in force together. */
	if (told)
		tell_end(w, false);
	return due;
}

/* --- the process ---------------------------------------------------------- */

static void tell_master(void *arg, const struct certwatch_report *report,
			const int fd[2])
{
	const int *control = arg;
	union {
		char buf[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} aux = { 0 };
	struct iovec iov = { (void *)report, sizeof(*report) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;

	if (fd[0] >= 0 && fd[1] >= 0) {
		msg.msg_control = aux.buf;
		msg.msg_controllen = sizeof(aux.buf);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(2 * sizeof(int));
		memcpy(CMSG_DATA(cmsg), fd, 2 * sizeof(int));
	}
	/* A master that does not listen is gone, or will start another one. */
	if (sendmsg(*control, &msg, MSG_NOSIGNAL) != sizeof(*report))
		_exit(1);
}

static bool on_master(struct certwatch *w, int control)
{
	static struct certwatch_order order;
	ssize_t len = recv(control, &order, sizeof(order), MSG_DONTWAIT);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (len != sizeof(order))
		return false;
	certwatch_obey(w, &order, now_ms());
	return true;
}

static void loop(struct certwatch *w, int control)
{
	struct pollfd fds[] = {
		{ .fd = control, .events = POLLIN },
		{ .fd = w->paths.fd, .events = POLLIN },
	};

	for (;;) {
		uint64_t due = w->seq ? certwatch_tick(w, now_ms()) : UINT64_MAX;
		uint64_t now = now_ms();
		int n;

		n = poll(fds, 2, due == UINT64_MAX ? -1 :
			 due <= now ? 0 : (int)(due - now));
		if (n < 0 && errno != EINTR)
			return;
		if (n <= 0)
			continue;
		if (fds[1].revents)
			certwatch_hear(w, now_ms());
		if (fds[0].revents && !on_master(w, control))
			return;
	}
}

static void job(void *arg, int control)
{
	static struct certwatch w;
	const struct passwd *user = arg;
	char err[256];

	/* A report must not get lost. */
	fcntl(control, F_SETFL, fcntl(control, F_GETFL) & ~O_NONBLOCK);
	w.tell = tell_master;
	w.arg = &control;
	if (!pathwatch_open(&w.paths))
		log_warn("inotify: %s: new certificates are found only every %d s",
			 strerror(errno), LOOK_MS / 1000);
	if (!sandbox_certs(user, err, sizeof(err))) {
		log_err("%s", err);
		return;
	}
	loop(&w, control);
}

/**
 * certwatch_start() - start the process
 * @h: filled in; its @fd is readable when there is a report, or it ended
 * @user: directive user
 *
 * Started while there is the right to, it can read what only root can.
 *
 * Return: false with errno set.
 */
bool certwatch_start(struct helper *h, const struct passwd *user)
{
	return helper_start(h, "ntsd-certs", job, (void *)user, -1);
}

/**
 * certwatch_order() - have it watch other files
 * @h: started
 * @seq: comes back with its reports, not 0
 * @conf: names the files
 *
 * Return: false when it does not hear.
 */
bool certwatch_order(struct helper *h, uint32_t seq, const struct config *conf)
{
	static struct certwatch_order order;
	char *at = order.paths;

	memset(&order, 0, sizeof(order));
	order.seq = seq;
	order.n = conf->n_certs;
	for (unsigned int i = 0; i < conf->n_certs; i++) {
		at = stpcpy(at, conf->cert[i].path) + 1;
		at = stpcpy(at, conf->key[i].path) + 1;
	}
	return send(h->fd, &order, sizeof(order), MSG_NOSIGNAL) ==
	       sizeof(order);
}

/* It read what strangers wrote: no text of it is taken to have an end. */
static void end_texts(struct certload *load)
{
	struct tls_facts *f = &load->facts;

	load->why[sizeof(load->why) - 1] = '\0';
	load->remark[sizeof(load->remark) - 1] = '\0';
	f->subject[sizeof(f->subject) - 1] = '\0';
	f->issuer[sizeof(f->issuer) - 1] = '\0';
	f->names[sizeof(f->names) - 1] = '\0';
	f->serial[sizeof(f->serial) - 1] = '\0';
	f->fingerprint[sizeof(f->fingerprint) - 1] = '\0';
	f->key[sizeof(f->key) - 1] = '\0';
	f->chain[sizeof(f->chain) - 1] = '\0';
}

/**
 * certwatch_take() - take a report
 * @h: readable
 * @report: filled in
 * @fd: filled in with copies of certificate and key, or -1
 *
 * Return: 1 with a report, 0 without one, -1 when the process ended.
 */
int certwatch_take(struct helper *h, struct certwatch_report *report, int fd[2])
{
	union {
		char buf[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} aux;
	struct iovec iov = { report, sizeof(*report) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = aux.buf,
			      .msg_controllen = sizeof(aux.buf) };
	struct cmsghdr *cmsg;
	ssize_t len;

	fd[0] = -1;
	fd[1] = -1;
	len = recvmsg(h->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	cmsg = len > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	if (cmsg && cmsg->cmsg_type == SCM_RIGHTS &&
	    cmsg->cmsg_len <= CMSG_LEN(2 * sizeof(int)))
		memcpy(fd, CMSG_DATA(cmsg), cmsg->cmsg_len - CMSG_LEN(0));
	end_texts(&report->load);
	if (len == sizeof(*report))
		return 1;
	for (int i = 0; i < 2; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	return -1;
}
