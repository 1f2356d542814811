// SPDX-License-Identifier: GPL-2.0-or-later
/* What ntsctl asks the daemon for, and what it is told. */
#include "../../ntsd/requests.c"
#include "ntsd_ktap.h"

static struct daemon d;
static char reply[CONTROL_REPLY_LEN];
static bool may_change = true;
static struct config in_force;
static struct config_source read_as;
static bool readable, room;
static char added[256], deleted[256];
static struct config_access said_access;
static unsigned int refreshes, reloads, dumps, rekeys, cycles;
static const char *no_rekey;

uint64_t daemon_now_ms(void)
{
	return 1;
}

void daemon_refresh(struct daemon *of)
{
	EXPECT(of == &d);
	refreshes++;
}

void daemon_reload_sources(struct daemon *of)
{
	EXPECT(of == &d);
	reloads++;
}

const char *keeper_rekey(struct daemon *of)
{
	EXPECT(of == &d);
	rekeys++;
	return no_rekey;
}

void daemon_cycle_logs(struct daemon *of)
{
	EXPECT(of == &d);
	cycles++;
}

void daemon_dump(struct daemon *of)
{
	EXPECT(of == &d);
	dumps++;
}

bool config_read_source(const char *line, struct config_source *source,
			config_tell *tell, void *arg)
{
	snprintf(added, sizeof(added), "%s", line);
	*source = read_as;
	if (!readable && line[0] == 's')
		tell(arg, true, "", 0, "server: unknown option \"x\"");
	if (readable || line[0] == 'w')
		tell(arg, false, "", 0, "a warning");
	return readable;
}

bool sources_add(struct sources *all, const struct config_source *conf,
		 uint64_t now_ms)
{
	EXPECT(all == &d.sources && now_ms == 1);
	EXPECT(!strcmp(conf->name, "ntp.test"));
	return room;
}

bool sources_delete(struct sources *all, const char *name)
{
	EXPECT(all == &d.sources);
	snprintf(deleted, sizeof(deleted), "%s", name);
	return !strcmp(name, "ntp.test");
}

bool serving_say(struct daemon *of, const struct config_access *what, char *err)
{
	EXPECT(of == &d);
	said_access = *what;
	snprintf(err, NL_ERR_LEN, "the kernel is full");
	return room;
}

static const char *ask(const char *request)
{
	requests_take(&d, may_change, request, reply);
	return reply;
}

static void fresh(void)
{
	memset(&d, 0, sizeof(d));
	d.conf = &in_force;
	d.serving = true;
	d.attached = true;
	strcpy(read_as.name, "ntp.test");
	readable = true;
	room = true;
	refreshes = 0;
	reloads = 0;
	dumps = 0;
	added[0] = '\0';
	deleted[0] = '\0';
}

static void it_is_done(void)
{
	fresh();
	EXPECT_STR(ask("refresh"), "200 OK");
	EXPECT_STR(ask("reload sources"), "200 OK");
	EXPECT_STR(ask("rekey"), "200 OK");
	no_rekey = "they are ntsd's own";
	EXPECT_STR(ask("rekey"), "400 Keys are not read: they are ntsd's own");
	EXPECT(rekeys == 2);
	EXPECT_STR(ask("dump"), "200 OK");
	EXPECT(refreshes == 1 && reloads == 1 && dumps == 1);
	EXPECT_STR(ask("cyclelogs"), "200 OK");
	EXPECT(cycles == 1);
}

static void sources_come_and_go(void)
{
	fresh();
	/* A warning is none for who is far away. */
	EXPECT_STR(ask("add server ntp.test iburst nts"), "200 OK");
	EXPECT_STR(added, "server ntp.test iburst nts");
	room = false;
	EXPECT_STR(ask("add server ntp.test"), "511 Source already present");
	EXPECT_STR(ask("delete ntp.test"), "200 OK");
	EXPECT_STR(deleted, "ntp.test");
	EXPECT_STR(ask("delete other.test"), "503 No such source");
}

static void what_is_wrong_is_said(void)
{
	fresh();
	readable = false;
	EXPECT_STR(ask("add server ntp.test x"), "400 server: unknown option \"x\"");
	EXPECT_STR(ask("add peer ntp.test"), "400 add needs server or pool");
	EXPECT_STR(ask("add w"), "400 add needs server or pool");
}

static void what_is_not_known(void)
{
	static const char *const requests[] = {
		"", "add", "delete", "refresh now", "reload", "reload keys", "dumps",
		"makestep", "REFRESH",
	};

	fresh();
	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++)
		EXPECT_STR(ask(requests[i]), "400 Unknown request");
	EXPECT(!refreshes && !reloads && !dumps && !added[0] && !deleted[0]);
}

static void it_is_not_ready(void)
{
	static const char *const requests[] = { "refresh", "add server ntp.test", "x" };

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		fresh();
		d.attached = false;
		EXPECT(!strncmp(ask(requests[i]), "502 ", 4));
		d.attached = true;
		d.serving = false;
		EXPECT(!strncmp(ask(requests[i]), "502 ", 4));
		EXPECT(!refreshes && !added[0]);
	}
}

bool certs_print(const struct certs *c, const struct config *of,
		 unsigned int index, char *text, size_t size)
{
	EXPECT(c == &d.certs && of == &in_force && size > 8000);
	strcpy(text, "cert=x\n");
	return index == 1;
}

static void certificates_are_described(void)
{
	fresh();
	EXPECT_STR(ask("certs 1"), "200 OK\ncert=x\n");
	EXPECT_STR(ask("certs 0"), "404 No such pair");
	EXPECT_STR(ask("certs 4294967297"), "404 No such pair");
	EXPECT_STR(ask("certs -1"), "404 No such pair");
	EXPECT_STR(ask("certs 1x"), "404 No such pair");
	EXPECT_STR(ask("certs "), "404 No such pair");
}

static void a_group_may_read(void)
{
	fresh();
	may_change = false;
	EXPECT_STR(ask("certs 1"), "200 OK\ncert=x\n");
	EXPECT_STR(ask("refresh"), "501 Not authorised");
	EXPECT_STR(ask("delete ntp.test"), "501 Not authorised");
	EXPECT_STR(ask("x"), "501 Not authorised");
	EXPECT(!refreshes && !deleted[0]);
	may_change = true;
}

/* Everybody may read it. */
static void the_past_is_told(void)
{
	may_change = false;
	history_add(&d.timekeep.history, 1, &(struct history_point){ .time = 1700000000,
		    .offset_ns = -42, .fast_ppm = 1.5f, .skew_ppm = 0.5f });
	requests_take(&d, may_change, "history 0", reply);
	EXPECT_STR(reply, "200 OK 1\n1700000000 -42 1.500000 0.500000\n");
	requests_take(&d, may_change, "history 1", reply);
	EXPECT_STR(reply, "200 OK 1\n");
	requests_take(&d, may_change, "history x", reply);
	EXPECT(!strncmp(reply, "400 ", 4));
	may_change = true;
}

static void access_is_changed(void)
{
	fresh();
	EXPECT_STR(ask("allow 192.0.2.0/24"), "200 OK");
	EXPECT(said_access.allow && !said_access.all && !said_access.every);
	EXPECT(said_access.subnet.len == 24 && !said_access.subnet.v6);
	EXPECT_STR(ask("deny all 2001:db8::/32"), "200 OK");
	EXPECT(!said_access.allow && said_access.all && said_access.subnet.v6);
	EXPECT_STR(ask("deny"), "200 OK");
	EXPECT(!said_access.allow && !said_access.all && said_access.every);
	EXPECT_STR(ask("allow all"), "200 OK");
	EXPECT(said_access.allow && said_access.all && said_access.every);
	EXPECT(!strncmp(ask("allow 1.2.3.4/33"), "400 allow needs an address", 26));
	EXPECT(!strncmp(ask("allow 1 2"), "400 ", 4));
	/* Nobody waits for name servers here. */
	EXPECT(!strncmp(ask("allow ntp.test"), "400 allow needs an address", 26));
	EXPECT_STR(ask("allowed"), "400 Unknown request");
	room = false;
	EXPECT_STR(ask("allow"), "500 the kernel is full");
	may_change = false;
	EXPECT_STR(ask("allow"), "501 Not authorised");
	may_change = true;
}

static const struct ktap_case cases[] = {
	CASE(the_past_is_told),
	CASE(access_is_changed),
	CASE(certificates_are_described),
	CASE(a_group_may_read),
	CASE(it_is_done),
	CASE(sources_come_and_go),
	CASE(what_is_wrong_is_said),
	CASE(what_is_not_known),
	CASE(it_is_not_ready),
};

KTAP_MAIN(cases)
