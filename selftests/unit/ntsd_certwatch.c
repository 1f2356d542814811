// SPDX-License-Identifier: GPL-2.0-or-later
/* New pairs are noticed, settled, judged, and told of once. */
#include "../../ntsd/certwatch.c"
#include "ntsd_peer.h"

static struct certwatch w;
static struct certwatch_order order;
static struct certwatch_report told[16];
static unsigned int n_told, n_ends, n_copies;
static struct peer_cert one, two, other, late, old, root, middle, leaf;
static const byte *no_ip;
static uint64_t at = 1000;

static void take(void *arg, const struct certwatch_report *report,
		 const int fd[2])
{
	EXPECT(arg == &w && report->seq == 7);
	if (report->end) {
		n_ends++;
		return;
	}
	told[n_told++ % 16] = *report;
	n_copies += fd[0] >= 0 && fd[1] >= 0;
}

static const char *path(const char *name)
{
	static char text[2][160];
	static int i;

	i = !i;
	snprintf(text[i], sizeof(text[i]), "%s/%s", peer_dir, name);
	return text[i];
}

static void copy(const char *from, const char *to)
{
	char command[512];

	snprintf(command, sizeof(command), "cat %s >%s", from, path(to));
	if (system(command))
		abort();
}

static void install(const struct peer_cert *c)
{
	copy(c->crt, "s.crt");
	copy(c->key, "s.key");
}

static void forget(void)
{
	memset(told, 0, sizeof(told));
	n_told = 0;
	n_ends = 0;
	n_copies = 0;
}

/* The files and the clock go on. */
static void pass(uint64_t ms)
{
	uint64_t end = at + ms;

	while (at < end) {
		certwatch_hear(&w, at);
		certwatch_tick(&w, at);
		at += 100;
	}
}

static void begin(const struct peer_cert *c)
{
	if (c)
		install(c);
	w.tell = take;
	w.arg = &w;
	if (w.paths.fd <= 0)
		EXPECT(pathwatch_open(&w.paths));
	memset(&order, 0, sizeof(order));
	order.seq = 7;
	order.n = 1;
	strcpy(order.paths, path("s.crt"));
	strcpy(order.paths + strlen(order.paths) + 1, path("s.key"));
	forget();
	certwatch_obey(&w, &order, at);
}

static void an_order_is_answered(void)
{
	begin(&one);
	EXPECT(n_told == 1 && n_ends == 1 && n_copies == 1);
	EXPECT(told[0].ordered && told[0].load.fault == CERTLOAD_GOOD);
	EXPECT_STR(told[0].load.facts.names, "ntp.test 192.0.2.1");
	EXPECT_STR(told[0].load.facts.key, "ECDSA P-256");
	EXPECT(strlen(told[0].load.facts.fingerprint) == 64);
	EXPECT(told[0].load.facts.serial[0] &&
	       strstr(told[0].load.facts.subject, "/CN=one"));
	pass(60000);
	EXPECT(n_told == 1);
}

static void a_new_pair_is_told_when_it_settled(void)
{
	begin(&one);
	forget();
	install(&two);
	pass(300);
	EXPECT(!n_told);
	pass(200);
	EXPECT(n_told == 1 && n_ends == 1 && n_copies == 1);
	EXPECT(!told[0].ordered && told[0].load.fault == CERTLOAD_GOOD);
	pass(60000);
	EXPECT(n_told == 1);
	/* The same once more is no news. */
	install(&two);
	pass(60000);
	EXPECT(n_told == 1);
}

/* Between them a script may take its time. */
static void key_first_and_certificate_later(void)
{
	begin(&one);
	forget();
	copy(two.key, "s.key");
	pass(2000);
	EXPECT(n_told == 1 && told[0].load.fault == CERTLOAD_UNUSABLE);
	EXPECT(!told[0].loud && !n_copies);
	EXPECT(strstr(told[0].load.why, "does not belong") ||
	       strstr(told[0].load.why, "not that of"));
	copy(two.crt, "s.crt");
	pass(1000);
	EXPECT(n_told == 2 && told[1].load.fault == CERTLOAD_GOOD);
	EXPECT(n_copies == 1);
	pass(60000);
	EXPECT(n_told == 2);
}

static void a_broken_pair_is_told_aloud_once(void)
{
	unsigned int loud = 0;

	begin(&one);
	forget();
	copy("/dev/null", "s.crt");
	pass(120000);
	for (unsigned int i = 0; i < n_told; i++)
		loud += told[i].loud;
	EXPECT(loud == 1 && n_told == 2 && !n_copies);
	EXPECT(strstr(told[1].load.why, "s.crt: not a PEM certificate"));
	/* Written again, as bad as before. */
	copy("/dev/null", "s.crt");
	pass(60000);
	for (unsigned int i = 2; i < n_told; i++)
		EXPECT(!told[i].loud);
	forget();
	copy(one.crt, "s.crt");
	pass(1000);
	EXPECT(n_told == 1 && told[0].load.fault == CERTLOAD_GOOD);
}

static void expect_doubt(const struct peer_cert *c, const char *why)
{
	begin(&one);
	forget();
	install(c);
	pass(10000);
	EXPECT(n_told == 2 && told[1].loud);
	EXPECT(told[1].load.fault == CERTLOAD_DOUBTFUL);
	if (!strstr(told[1].load.why, why))
		EXPECT_STR(told[1].load.why, why);
}

static void doubtful_ones_wait(void)
{
	expect_doubt(&other, "none of the names");
	expect_doubt(&old, "expired on");
	expect_doubt(&late, "not valid before");
	EXPECT(told[1].load.again > time(NULL));
}

/* Who reloads says that it is meant. */
static void ordered_doubtful_ones_come_with_copies(void)
{
	begin(&one);
	begin(&other);
	EXPECT(n_told == 1 && n_copies == 1 &&
	       told[0].load.fault == CERTLOAD_GOOD);
	begin(&old);
	EXPECT(n_told == 1 && n_copies == 1 && told[0].load.expired &&
	       told[0].load.fault == CERTLOAD_DOUBTFUL);
}

static void put_chain(const char *first, const char *second)
{
	char command[512];

	snprintf(command, sizeof(command), "cat %s %s >%s", first, second,
		 path("s.crt"));
	if (system(command))
		abort();
	copy(leaf.key, "s.key");
}

static void chains(void)
{
	put_chain(leaf.crt, middle.crt);
	begin(NULL);
	EXPECT(told[0].load.fault == CERTLOAD_GOOD &&
	       told[0].load.facts.n_chain == 2);
	put_chain(leaf.crt, root.crt);
	begin(NULL);
	EXPECT(told[0].load.fault == CERTLOAD_DOUBTFUL);
	EXPECT(strstr(told[0].load.why, "did not issue certificate 1"));
	put_chain(middle.crt, leaf.crt);
	begin(NULL);
	EXPECT(told[0].load.fault == CERTLOAD_UNUSABLE);
}

static void a_key_that_all_can_read(void)
{
	install(&one);
	chmod(path("s.key"), 0644);
	begin(NULL);
	EXPECT(told[0].load.fault == CERTLOAD_GOOD);
	EXPECT(strstr(told[0].load.remark, "everybody can read the key"));
	chmod(path("s.key"), 0600);
	begin(NULL);
	EXPECT_STR(told[0].load.remark, "");
}

static void files_that_always_change(void)
{
	begin(&one);
	forget();
	for (int i = 0; i < 40; i++) {
		install(&two);
		pass(100);
	}
	EXPECT(n_told >= 1 && told[0].load.fault == CERTLOAD_GOOD);
}

/* As on a network file system. */
static void without_inotify_too(void)
{
	begin(&one);
	forget();
	pathwatch_close(&w.paths);
	install(&two);
	pass(25000);
	EXPECT(!n_told);
	pass(10000);
	EXPECT(n_told == 1 && n_copies == 1);
}

static const struct ktap_case cases[] = {
	CASE(an_order_is_answered),
	CASE(a_new_pair_is_told_when_it_settled),
	CASE(key_first_and_certificate_later),
	CASE(a_broken_pair_is_told_aloud_once),
	CASE(doubtful_ones_wait),
	CASE(ordered_doubtful_ones_come_with_copies),
	CASE(chains),
	CASE(a_key_that_all_can_read),
	CASE(files_that_always_change),
	CASE(without_inotify_too),
};

int main(void)
{
	static const byte ip[] = { 192, 0, 2, 1 };
	int ret;

	umask(0077);
	peer_begin();
	peer_is_ca = false;
	peer_dns = "ntp.test";
	peer_ip = ip;
	peer_make_cert(&one, "one", PEER_ECDSA, NULL);
	peer_make_cert(&two, "two", PEER_ED25519, NULL);
	peer_days = -10;
	peer_make_cert(&old, "old", PEER_ECDSA, NULL);
	peer_days = 30;
	peer_later = 86400;
	peer_make_cert(&late, "late", PEER_ECDSA, NULL);
	peer_later = 0;
	peer_ip = no_ip;
	peer_dns = "other.test";
	peer_make_cert(&other, "other", PEER_ECDSA, NULL);
	peer_is_ca = true;
	peer_make_cert(&root, "root", PEER_ECDSA, NULL);
	peer_make_cert(&middle, "middle", PEER_ECDSA, &root);
	peer_is_ca = false;
	peer_make_cert(&leaf, "leaf", PEER_ECDSA, &middle);
	ret = ktap_run(cases, sizeof(cases) / sizeof(*cases));
	return peer_end(ret);
}
