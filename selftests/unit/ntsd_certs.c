// SPDX-License-Identifier: GPL-2.0-or-later
/* The master and the process that reads certificates: what workers are given. */
#include <pwd.h>
#include <sys/wait.h>

#include "../../ntsd/certs.c"
#include "ntsd_peer.h"

#define DAY 86400

static struct certs c;
static struct config conf;
static struct passwd user;
static struct peer_cert one, two, other, old, soon;
static char problems[2048];
static bool severe;
static uint64_t now;

static void complain(void *arg, bool is_error, const char *file, int line,
		     const char *text)
{
	(void)arg;
	severe |= is_error;
	snprintf(problems + strlen(problems), sizeof(problems) - strlen(problems),
		 "%s:%d: %s\n", file, line, text);
}

static void put(const char *from, const char *to)
{
	char command[512];

	snprintf(command, sizeof(command), "cat %s >%s.new && mv %s.new %s", from,
		 to, to, to);
	if (system(command))
		abort();
}

static void install(const struct peer_cert *pair)
{
	put(pair->key, conf.key[0].path);
	put(pair->crt, conf.cert[0].path);
}

/* Wait for what the watcher says, at most 10 s. */
static enum certs_news hear(void)
{
	enum certs_news news = CERTS_NOTHING;
	struct epoll_event ev;

	for (int i = 0; news == CERTS_NOTHING && i < 100; i++)
		if (epoll_wait(c.epoll, &ev, 1, 100) == 1) {
			EXPECT(ev.data.u64 == 4);
			news = certs_hear(&c, now);
		}
	return news;
}

#define HEAR_UNTIL(cond) \
	do { \
		struct epoll_event ev_; \
		for (int i_ = 0; !(cond) && i_ < 100; i_++) \
			if (epoll_wait(c.epoll, &ev_, 1, 100) == 1) \
				certs_hear(&c, now); \
		EXPECT(cond); \
	} while (0)

static bool same_file(const struct tls_file *file, const char *path)
{
	char a[TLS_PEM_MAX], b[TLS_PEM_MAX];
	FILE *f = fopen(path, "r");
	ssize_t la = pread(file->fd, a, sizeof(a), 0);
	size_t lb = f ? fread(b, 1, sizeof(b), f) : 0;

	if (f)
		fclose(f);
	return la > 0 && (size_t)la == lb && !memcmp(a, b, lb);
}

static bool judge(bool strict)
{
	problems[0] = '\0';
	severe = false;
	return certs_judge(&c, &conf, strict, complain, NULL);
}

/* What workers are given is that pair. */
static void expect_workers_with(const struct peer_cert *pair)
{
	struct worker_setup *setup = certs_setup(&c, &conf);

	EXPECT(setup && setup->n_pairs == 1);
	if (!setup)
		return;
	EXPECT(same_file(&setup->pair[0].cert, pair->crt));
	EXPECT(same_file(&setup->pair[0].key, pair->key));
	EXPECT_STR(setup->pair[0].key.name, conf.key[0].path);
	/* Nobody can change it: not the master, not a worker. */
	EXPECT(write(setup->pair[0].key.fd, "x", 1) < 0);
	certs_close(setup);
}

static void begin(const struct peer_cert *pair)
{
	install(pair);
	certs_init(&c, epoll_create1(0), 4);
	c.user = &user;
	EXPECT(certs_order(&c, &conf, false) && certs_wait(&c, 10000));
}

static void serve(const struct peer_cert *pair)
{
	begin(pair);
	judge(false);
	expect_workers_with(pair);
	certs_commit(&c, &conf, false);
}

static void end(void)
{
	certs_stop(&c);
	close(c.epoll);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static const char *print(void)
{
	static char text[8192];

	EXPECT(certs_print(&c, &conf, 0, text, sizeof(text)));
	return text;
}

static void a_start(void)
{
	begin(&one);
	EXPECT(judge(false) && !problems[0]);
	EXPECT(strstr(print(), "\nstate=none\n"));
	expect_workers_with(&one);
	certs_commit(&c, &conf, false);
	EXPECT(strstr(print(), "\nstate=serving\nwhy=\n"));
	EXPECT(strstr(print(), "\nnames=ntp.test\n"));
	EXPECT(strstr(print(), "\ndays=29\n") || strstr(print(), "\ndays=30\n"));
	EXPECT(!certs_print(&c, &conf, 1, problems, sizeof(problems)));
	end();
}

static void a_start_with_the_wrong_key(void)
{
	begin(&one);
	put(two.key, conf.key[0].path);
	EXPECT(certs_order(&c, &conf, false) && certs_wait(&c, 10000));
	EXPECT(!judge(false) && severe);
	EXPECT(!strncmp(problems, "x.conf:3: ", 10));
	unlink(conf.cert[0].path);
	EXPECT(certs_order(&c, &conf, false) && certs_wait(&c, 10000));
	EXPECT(!judge(false) && !strncmp(problems, "x.conf:2: ", 10));
	EXPECT(strstr(problems, "No such file"));
	end();
}

static void a_renewal(void)
{
	serve(&one);
	install(&two);
	EXPECT(hear() == CERTS_RENEWED && certs_renewed(&c, &conf));
	/* What serves is that which workers have. */
	EXPECT(!strstr(print(), one.crt) && strstr(print(), "ECDSA"));
	expect_workers_with(&two);
	EXPECT(!certs_renewed(&c, &conf));
	certs_commit(&c, &conf, true);
	EXPECT(strstr(print(), "\nkeytype=Ed25519\n"));
	/* A worker that has to start again gets it, whatever the files are. */
	put("/dev/null", conf.key[0].path);
	expect_workers_with(&two);
	end();
}

static void a_broken_renewal_waits(void)
{
	serve(&one);
	put("/dev/null", conf.cert[0].path);
	HEAR_UNTIL(strstr(print(), "\nstate=waiting\nwhy="));
	EXPECT(strstr(print(), "not a PEM certificate"));
	EXPECT(strstr(print(), "\nnames=ntp.test\n") && !certs_renewed(&c, &conf));
	expect_workers_with(&one);
	put(one.crt, conf.cert[0].path);
	HEAR_UNTIL(strstr(print(), "\nstate=serving\nwhy=\n"));
	EXPECT(!certs_renewed(&c, &conf));
	end();
}

static void expired_ones(void)
{
	begin(&old);
	EXPECT(judge(false) && severe && strstr(problems, "expired on"));
	EXPECT(!judge(true));
	end();
}

/* A reload that is refused puts all back as it was. */
static void a_refused_reload(void)
{
	serve(&one);
	install(&old);
	EXPECT(certs_order(&c, &conf, false) && certs_wait(&c, 10000));
	EXPECT(!certs_renewed(&c, &conf) || !judge(true));
	EXPECT(certs_order(&c, &conf, true) && certs_wait(&c, 10000));
	EXPECT(!certs_renewed(&c, &conf));
	EXPECT(strstr(print(), "\nstate=waiting\nwhy=") &&
	       strstr(print(), "expired on"));
	expect_workers_with(&one);
	install(&two);
	EXPECT(hear() == CERTS_RENEWED);
	expect_workers_with(&two);
	end();
}

static void workers_that_cannot_start(void)
{
	serve(&one);
	install(&two);
	EXPECT(hear() == CERTS_RENEWED);
	expect_workers_with(&two);
	now = 5000;
	certs_refuse(&c, "no memory", now);
	EXPECT(strstr(print(), "\nstate=waiting\nwhy=no memory\n"));
	expect_workers_with(&one);
	certs_tick(&c, &conf, 64999);
	EXPECT(!c.asked);
	certs_tick(&c, &conf, 65000);
	EXPECT(hear() == CERTS_RENEWED);
	expect_workers_with(&two);
	now = 0;
	end();
}

/* What is on disk in the end is what serves in the end. */
static void back_again_while_workers_start(void)
{
	serve(&one);
	install(&two);
	EXPECT(hear() == CERTS_RENEWED);
	expect_workers_with(&two);
	install(&one);
	EXPECT(hear() == CERTS_RENEWED);
	certs_commit(&c, &conf, true);
	EXPECT(strstr(print(), "\nkeytype=Ed25519\n") && certs_renewed(&c, &conf));
	expect_workers_with(&one);
	certs_commit(&c, &conf, true);
	EXPECT(strstr(print(), "\nkeytype=ECDSA P-256\n") && !certs_renewed(&c, &conf));
	end();
}

static void broken_and_good_before_it_serves(void)
{
	serve(&one);
	install(&two);
	EXPECT(hear() == CERTS_RENEWED);
	put("/dev/null", conf.cert[0].path);
	HEAR_UNTIL(strstr(print(), "\nstate=waiting\nwhy="));
	EXPECT(!certs_renewed(&c, &conf));
	put(two.crt, conf.cert[0].path);
	EXPECT(hear() == CERTS_RENEWED);
	expect_workers_with(&two);
	end();
}

/* The same ones are looked for again while workers start with them. */
static void asked_again_while_workers_start(void)
{
	serve(&one);
	install(&two);
	EXPECT(hear() == CERTS_RENEWED);
	expect_workers_with(&two);
	EXPECT(certs_order(&c, &conf, true) && certs_wait(&c, 10000));
	EXPECT(!certs_renewed(&c, &conf));
	end();
}

/* Nor is another host's taken by a watcher that has just begun. */
static void another_name_after_a_refused_reload(void)
{
	serve(&one);
	install(&other);
	EXPECT(certs_order(&c, &conf, true) && certs_wait(&c, 10000));
	EXPECT(!certs_renewed(&c, &conf));
	EXPECT(strstr(print(), "\nstate=waiting\nwhy=the certificate is for other.test, "));
	expect_workers_with(&one);
	/* A reload says that it is meant. */
	EXPECT(certs_order(&c, &conf, false) && certs_wait(&c, 10000));
	EXPECT(judge(true));
	expect_workers_with(&other);
	end();
}

static void a_watcher_that_hangs(void)
{
	serve(&one);
	kill(c.helper.pid, SIGSTOP);
	EXPECT(certs_order(&c, &conf, false));
	EXPECT(certs_late(&c, 1000) == CERTS_NOTHING);
	EXPECT(certs_late(&c, 60999) == CERTS_NOTHING && c.helper.fd >= 0);
	EXPECT(certs_late(&c, 61000) == CERTS_FOUND && c.helper.fd < 0);
	EXPECT(!judge(true) && strstr(problems, "could not be read"));
	EXPECT(certs_late(&c, 200000) == CERTS_NOTHING);
	expect_workers_with(&one);
	install(&two);
	certs_tick(&c, &conf, 61000 + LATE_RETRY_MS);
	EXPECT(hear() == CERTS_RENEWED);
	expect_workers_with(&two);
	end();
}

static void a_watcher_that_dies(void)
{
	serve(&one);
	kill(c.helper.pid, SIGKILL);
	HEAR_UNTIL(c.helper.fd < 0);
	install(&two);
	certs_tick(&c, &conf, 61000);
	EXPECT(hear() == CERTS_RENEWED);
	expect_workers_with(&two);
	end();
}

static unsigned int stage(long from_days, long to_days)
{
	struct tls_facts facts = { .not_before = from_days * DAY,
				   .not_after = to_days * DAY };

	return certexpiry_stage(&facts, 0);
}

static void warnings_before_the_end(void)
{
	EXPECT(stage(-60, 31) == 0 && stage(-61, 29) == 1);
	EXPECT(stage(-76, 14) == 1 && stage(-77, 13) == 2);
	EXPECT(stage(-84, 6) == 3 && stage(-88, 2) == 4);
	EXPECT(stage(-89, 1) == 4 && stage(-90, 0) == 5 && stage(-91, -1) == 6);
	/* One that lives for six days is not to be warned of all its life. */
	EXPECT(stage(0, 6) == 0 && stage(-3, 3) == 0 && stage(-5, 1) == 0);
	EXPECT(stage(-6, 0) == 5 && stage(-7, -1) == 6);
	EXPECT(stage(0, 365) == 0 && stage(-336, 29) == 1);
}

static void they_are_told_once(void)
{
	serve(&soon);
	EXPECT(c.pair[0].warned == 0);
	certs_tick(&c, &conf, 1);
	EXPECT(c.pair[0].warned == 4);
	certs_tick(&c, &conf, 70000);
	EXPECT(c.pair[0].warned == 4);
	install(&one);
	EXPECT(hear() == CERTS_RENEWED);
	expect_workers_with(&one);
	certs_commit(&c, &conf, true);
	EXPECT(c.pair[0].warned == 0);
	end();
}

static const struct ktap_case cases[] = {
	CASE(a_start),
	CASE(a_start_with_the_wrong_key),
	CASE(a_renewal),
	CASE(a_broken_renewal_waits),
	CASE(expired_ones),
	CASE(a_refused_reload),
	CASE(workers_that_cannot_start),
	CASE(back_again_while_workers_start),
	CASE(broken_and_good_before_it_serves),
	CASE(asked_again_while_workers_start),
	CASE(another_name_after_a_refused_reload),
	CASE(a_watcher_that_hangs),
	CASE(a_watcher_that_dies),
	CASE(warnings_before_the_end),
	CASE(they_are_told_once),
};

int main(void)
{
	int ret;

	umask(0077);
	peer_begin();
	chmod(peer_dir, 0755);
	user = *getpwuid(geteuid() ? geteuid() : 65534);
	snprintf(conf.cert[0].path, PATH_MAX, "%s/s.crt", peer_dir);
	snprintf(conf.key[0].path, PATH_MAX, "%s/s.key", peer_dir);
	strcpy(conf.cert[0].place.file, "x.conf");
	conf.cert[0].place.line = 2;
	strcpy(conf.key[0].place.file, "x.conf");
	conf.key[0].place.line = 3;
	conf.n_certs = 1;
	peer_is_ca = false;
	peer_dns = "ntp.test";
	peer_make_cert(&one, "one", PEER_ECDSA, NULL);
	peer_make_cert(&two, "two", PEER_ED25519, NULL);
	peer_days = -10;
	peer_make_cert(&old, "old", PEER_ECDSA, NULL);
	peer_days = 90;
	peer_later = -88 * DAY;
	peer_make_cert(&soon, "soon", PEER_ECDSA, NULL);
	peer_later = 0;
	peer_days = 30;
	peer_dns = "other.test";
	peer_make_cert(&other, "other", PEER_ECDSA, NULL);
	ret = ktap_run(cases, sizeof(cases) / sizeof(*cases));
	return peer_end(ret);
}
