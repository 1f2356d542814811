// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A source from its name to the kernel: what is tried, when again, what the
 * kernel is given and what the disk keeps. Processes and kernel are played.
 */
#include "../../ntsd/source.c"
#include "../../ntsd/source_keys.c"
#include "ntsd_stage.h"

static void plain_server(void)
{
	struct source *s = begin(false, false);

	source_begin(s, 1 * S);
	/* It shows in reports before its name is known. */
	EXPECT(changes == 1 && s->id && placed.family == AF_UNSPEC);
	source_tick(s, 1 * S);
	EXPECT(resolves == 1 && s->phase == SOURCE_RESOLVES);
	EXPECT_STR(asked, "ntp.test");
	source_hear(s, 2 * S);
	EXPECT_STR(at(&placed), "127.0.0.11");
	EXPECT(last.port == 123 && s->phase == SOURCE_RESTS);
	/* Its name is looked up again by and by, and nothing changes. */
	EXPECT(source_due(s) == 2002 * S);
	changes = 0;
	source_tick(s, 2002 * S);
	source_hear(s, 2003 * S);
	EXPECT(resolves == 2 && placed.bytes[3] == 11);
	/* It moves when the name no longer has its address. */
	address_parse("127.0.0.99", &names.addr[0]);
	source_tick(s, 4003 * S);
	source_hear(s, 4004 * S);
	EXPECT_STR(at(&placed), "127.0.0.99");
	EXPECT(!exchanges);
	source_free(s);
}

static void association_of_an_earlier_daemon(void)
{
	struct source *s = begin(false, false);

	s->id = 7;
	s->addr = names.addr[0];
	s->port = 123;
	source_begin(s, 1 * S);
	EXPECT(!changes && source_due(s) == 2001 * S);
	conf.refresh_s = 0;
	source_begin(s, 1 * S);
	EXPECT(source_due(s) == SOURCE_NEVER);
	/* The configuration may have another port by now. */
	s->conf.port = 124;
	source_begin(s, 1 * S);
	EXPECT(changes == 1 && last.id == 7 && last.port == 124);
	/* Or its server have died. */
	s->unreachable = true;
	source_begin(s, 1 * S);
	EXPECT(source_due(s) == 1 * S);
	source_free(s);
}

static void addresses_need_no_resolver(void)
{
	struct source *s = begin(false, false);

	strcpy(s->conf.name, "2001:db8::1");
	source_begin(s, 1 * S);
	source_tick(s, 1 * S);
	EXPECT(!resolves && s->phase == SOURCE_RESTS);
	EXPECT_STR(at(&placed), "2001:db8::1");
	source_free(s);
}

static void unknown_name_backs_off(void)
{
	static const uint64_t waits[] = { 10, 15, 22, 33, 50 };
	struct source *s = begin(false, false);
	uint64_t now = 100 * S;

	find_names(0);
	source_begin(s, now);
	for (size_t i = 0; i < 5; i++) {
		source_tick(s, source_due(s));
		now = source_due(s) > now && s->phase == SOURCE_RESTS ?
		      source_due(s) : now;
		source_hear(s, now);
		EXPECT((source_due(s) - now) / S == waits[i]);
		EXPECT_STR(problem, "unknown host: ntp.test");
		EXPECT(last.attempts == i + 1);
		/* Too early: nothing happens. */
		source_tick(s, source_due(s) - 1);
		EXPECT(s->phase == SOURCE_RESTS);
		now = source_due(s);
	}
	find_names(1);
	source_tick(s, now);
	source_hear(s, now);
	EXPECT_STR(problem, "");
	EXPECT(!s->attempts);
	source_free(s);
}

static void unreachable_server_gives_way(void)
{
	struct source *s = begin(false, false);

	find_names(3);
	source_begin(s, 0);
	source_tick(s, 0);
	source_hear(s, 0);
	EXPECT(placed.bytes[3] == 11);
	for (int i = 0; i < 4; i++) {
		source_reach(s, false, 10 * S);
		source_tick(s, source_due(s));
		EXPECT(s->phase == SOURCE_RESOLVES);
		source_hear(s, 10 * S);
		EXPECT(placed.bytes[3] == 11 + (i + 1) % 3);
		EXPECT(source_due(s) == 10 * S + UNREACHABLE_MS);
	}
	source_reach(s, true, 20 * S);
	EXPECT(source_due(s) == 2020 * S);
	source_free(s);
}

/* Up to the keys. */
static struct source *begin_nts(void)
{
	struct source *s = begin(true, false);

	source_begin(s, 0);
	source_tick(s, 0);
	source_hear(s, 0);
	EXPECT(exchanges == 1 && s->phase == SOURCE_EXCHANGES);
	/* Where it is shows before there are keys. */
	EXPECT(placed.bytes[3] == 11);
	return s;
}

static void keys_go_to_kernel_and_disk(void)
{
	struct source *s = begin_nts();
	struct dump dump;

	keys.res.port = 11123;
	source_hear(s, 1 * S);
	EXPECT(installs == 1 && given == 7 && !age_ms);
	EXPECT(first_cookie == 1 && last_cookie == 7);
	EXPECT(last.port == 11123 && placed.bytes[3] == 11);
	EXPECT(dump_find(dir, "ntp.test", NULL, NULL, &dump));
	EXPECT(dump.n == 1 && dump.cookie[0].bytes[0] == 8);
	EXPECT(dump.port == 11123 && dump.c2s[0] == 0xc2);
	/* Four weeks later anew. */
	EXPECT(source_due(s) == 1000001 * S);
	/* A refusal at once waits for the back-off, until an answer came. */
	source_want_keys(s, 2 * S);
	EXPECT(source_due(s) == 11 * S);
	source_authenticated(s);
	source_want_keys(s, 3 * S);
	EXPECT(source_due(s) == 3 * S);
	source_free(s);
}

static void failed_exchange_backs_off(void)
{
	struct source *s = begin_nts();

	find_keys(0);
	source_hear(s, 1 * S);
	EXPECT_STR(problem, "it has expired");
	EXPECT(source_due(s) == 11 * S && !installs);
	source_want_keys(s, 2 * S);
	EXPECT(source_due(s) == 11 * S);
	source_tick(s, 11 * S);
	source_hear(s, 11 * S);
	source_hear(s, 12 * S);
	EXPECT(source_due(s) == 27 * S && last.attempts == 2);
	/* Keys alone do not end that; a new need comes third. */
	source_tick(s, 27 * S);
	find_keys(8);
	source_hear(s, 27 * S);
	source_hear(s, 28 * S);
	EXPECT(installs == 1);
	source_want_keys(s, 29 * S);
	EXPECT(source_due(s) == 28 * S + 22500);
	source_free(s);
}

static void a_dead_address_is_passed_over(void)
{
	struct source *s = begin(true, false);

	find_names(2);
	find_keys(0);
	keys.no_tls = true;
	source_begin(s, 0);
	source_tick(s, 0);
	source_hear(s, 0);
	source_hear(s, 0);
	EXPECT(exchanges == 2 && s->current.bytes[3] == 12);
	source_hear(s, 0);
	EXPECT(s->phase == SOURCE_RESTS && s->attempts == 1);
	source_free(s);
}

static void an_exchange_that_hangs(void)
{
	struct source *s = begin_nts();

	source_tick(s, 17 * S);
	EXPECT(s->phase == SOURCE_EXCHANGES);
	source_tick(s, 19 * S);
	EXPECT(s->phase == SOURCE_RESTS && source_due(s) == 29 * S);
	EXPECT_STR(problem, "timeout");
	source_free(s);
}

static void server_elsewhere(void)
{
	struct source *s = begin_nts();

	strcpy(keys.res.server, "2001:db8::5");
	source_hear(s, 1 * S);
	EXPECT(installs == 1);
	EXPECT_STR(at(&placed), "2001:db8::5");
	source_free(s);

	s = begin_nts();
	strcpy(keys.res.server, "other.test");
	source_hear(s, 1 * S);
	EXPECT(!installs && s->phase == SOURCE_RESOLVES_NTP);
	EXPECT_STR(asked, "other.test");
	/* The family of the server that gave the keys comes first. */
	address_parse("2001:db8::7", &names.addr[0]);
	address_parse("192.0.2.7", &names.addr[1]);
	names.n = 2;
	source_hear(s, 2 * S);
	EXPECT(installs == 1 && s->phase == SOURCE_RESTS);
	EXPECT_STR(at(&placed), "192.0.2.7");
	source_free(s);

	s = begin_nts();
	strcpy(keys.res.server, "other.test");
	source_hear(s, 1 * S);
	find_names(0);
	source_hear(s, 2 * S);
	EXPECT(!installs && source_due(s) == 12 * S);
	source_free(s);
}

static void saved_keys_are_used_once(void)
{
	struct source *s = begin_nts();
	struct dump dump;

	keep_files = true;
	source_hear(s, 1 * S);
	source_save(s, 8);
	/* Three with the one held back; the kernel keeps the rest. */
	EXPECT(taken == 3);
	EXPECT(dump_find(dir, "ntp.test", NULL, NULL, &dump) && dump.n == 4);
	source_save(s, 8);
	EXPECT(taken == 3);
	source_free(s);

	/* The kernel still has the keys: the file stays as it is. */
	s = begin(true, false);
	s->id = 1;
	s->keyed = true;
	s->addr = dump.ntp;
	source_begin(s, 5 * S);
	EXPECT(!installs && !exchanges && s->known && s->n_held == 4);
	EXPECT(dump_find(dir, "ntp.test", NULL, NULL, &dump) && dump.n == 4);
	source_free(s);

	/* It forgot: three for it, one stays. */
	s = begin(true, false);
	source_begin(s, 6 * S);
	EXPECT(installs == 1 && given == 3 && !exchanges && !resolves);
	EXPECT(first_cookie == 8 && last_cookie == 0xf1);
	EXPECT(placed.bytes[3] == 11);
	EXPECT(dump_find(dir, "ntp.test", NULL, NULL, &dump) && dump.n == 1);
	EXPECT(dump.cookie[0].bytes[0] == 0xf2);
	source_free(s);

	/* And once more: the last one. */
	s = begin(true, false);
	source_begin(s, 7 * S);
	EXPECT(installs == 1 && given == 1 && last_cookie == 0xf2);
	EXPECT(dump_find(dir, "ntp.test", NULL, NULL, &dump) && !dump.n);
	source_free(s);

	/* Keys without cookies are of no use, nor stay. */
	s = begin(true, false);
	source_begin(s, 8 * S);
	EXPECT(!installs && source_due(s) == 8 * S);
	EXPECT(!dump_find(dir, "ntp.test", NULL, NULL, &dump));
	source_free(s);
	keep_files = false;
}

static void half_of_the_cookies_are_taken(void)
{
	struct source *s = begin_nts();

	source_hear(s, 1 * S);
	source_save(s, 3);
	EXPECT(taken == 1 && s->n_held == 2);
	source_save(s, 1);
	EXPECT(taken == 1);
	/* Once a day a fresh one takes the place of those that grew old. */
	source_renew_held(s);
	EXPECT(taken == 2 && s->n_held == 1 && s->held[0].bytes[0] == 0xf0);
	source_free(s);
}

static void saved_keys_of_another_are_left_alone(void)
{
	struct source *s = begin_nts();
	struct dump dump;

	source_hear(s, 1 * S);
	EXPECT(dump_find(dir, "ntp.test", NULL, NULL, &dump));
	source_free(s);
	keep_files = true;
	s = begin(true, true);
	others[0] = dump.ke;
	n_others = 1;
	source_begin(s, 2 * S);
	EXPECT(!installs && !s->id);
	EXPECT(dump_find(dir, "ntp.test", NULL, NULL, &dump));
	n_others = 0;
	source_begin(s, 2 * S);
	EXPECT(installs == 1);
	source_free(s);
	keep_files = false;
}

static void old_keys_are_not_used(void)
{
	struct dump dump = { .name = "ntp.test", .port = 123, .n = 8 };
	struct source *s;
	char err[256];

	source_free(begin(true, false));
	address_parse("192.0.2.1", &dump.ke);
	address_parse("192.0.2.1", &dump.ntp);
	memset(dump.c2s, 0xc2, 32);
	memset(dump.s2c, 0x52, 32);
	for (int i = 0; i < 8; i++)
		dump.cookie[i].len = 100;
	dump.ke_time = time(NULL) - 1000001;
	EXPECT(!dump_save(dir, &dump, err, sizeof(err)));
	keep_files = true;
	s = begin(true, false);
	source_begin(s, 0);
	EXPECT(!installs);
	EXPECT(!dump_find(dir, "ntp.test", NULL, NULL, &dump));
	source_free(s);

	/* A clock that is behind: they are not of the future, only as old. */
	dump.ke_time = time(NULL) + 500000;
	EXPECT(!dump_save(dir, &dump, err, sizeof(err)));
	s = begin(true, false);
	all.last_time = dump.ke_time + 400000;
	source_begin(s, 0);
	EXPECT(installs == 1 && age_ms >= 400000 * S && age_ms < 400002 * S);
	EXPECT(dump_remove(dir, &dump.ke));
	source_free(s);
	keep_files = false;
}

static void servers_of_a_pool(void)
{
	struct source *s = begin(false, true);

	find_names(3);
	source_begin(s, 0);
	EXPECT(!changes);	/* appears when it is found */
	others[0] = names.addr[0];
	others[1] = names.addr[2];
	n_others = 2;
	source_tick(s, 0);
	source_hear(s, 0);
	EXPECT(shares == 1);
	EXPECT(placed.bytes[3] == 12);
	source_free(s);

	/* One more than there are. */
	s = begin(false, true);
	source_begin(s, 0);
	others[0] = names.addr[0];
	n_others = 1;
	source_tick(s, 0);
	source_hear(s, 0);
	EXPECT(!changes && !s->id && source_due(s) > 1000 * S);
	EXPECT(!problem[0]);
	/* Another's find is taken when it is waited for. */
	s->due_ms = 5 * S;
	find_names(2);
	source_share(s, &names, 5 * S);
	EXPECT(placed.bytes[3] == 12);
	source_free(s);
}

static void dates_of_certificates(void)
{
	struct source *s = begin_nts();

	EXPECT(!any_time && labs(checked_at - time(NULL)) < 5);
	source_free(s);
	s = begin(true, false);
	all.last_time = time(NULL) + 1000000;
	conf.no_cert_time_check = 2;
	all.updates = 1;
	source_begin(s, 0);
	source_tick(s, 0);
	source_hear(s, 0);
	EXPECT(any_time && checked_at == all.last_time);
	find_keys(0);
	source_hear(s, 0);
	all.updates = 2;
	source_tick(s, source_due(s));
	source_hear(s, 10 * S);
	EXPECT(exchanges == 2 && !any_time);
	source_free(s);
}

static void ended_by_another_program(void)
{
	struct source *s = begin_nts();

	kernel_says = -ENOENT;
	source_hear(s, 1 * S);
	EXPECT(s->gone && !installs);
	source_free(s);
}

static const struct ktap_case cases[] = {
	CASE(plain_server),
	CASE(association_of_an_earlier_daemon),
	CASE(addresses_need_no_resolver),
	CASE(unknown_name_backs_off),
	CASE(unreachable_server_gives_way),
	CASE(keys_go_to_kernel_and_disk),
	CASE(failed_exchange_backs_off),
	CASE(a_dead_address_is_passed_over),
	CASE(an_exchange_that_hangs),
	CASE(server_elsewhere),
	CASE(saved_keys_are_used_once),
	CASE(half_of_the_cookies_are_taken),
	CASE(saved_keys_of_another_are_left_alone),
	CASE(old_keys_are_not_used),
	CASE(servers_of_a_pool),
	CASE(dates_of_certificates),
	CASE(ended_by_another_program),
};

DIR_MAIN(cases)
