// SPDX-License-Identifier: GPL-2.0-or-later
/* Names become addresses in a process that has no rights. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../ntsd/resolver.c"
#include "ntsd_ktap.h"

static struct passwd user;
static struct resolver_answer answer;

static bool ask(const char *name, enum config_family family)
{
	struct pollfd p = { .events = POLLIN };
	struct helper h;
	bool found;
	pid_t pid;

	EXPECT(resolver_start(&h, name, family, &user));
	p.fd = h.fd;
	pid = h.pid;
	EXPECT(poll(&p, 1, 30000) == 1);
	found = resolver_hear(&h, &answer);
	EXPECT(waitpid(pid, NULL, 0) == pid);
	EXPECT(found == !answer.why[0]);
	EXPECT(h.fd == -1 && !h.pid);
	return found;
}

static void names_of_this_machine(void)
{
	char text[ADDRESS_TEXT_LEN];

	EXPECT(ask("localhost", CONFIG_FAMILY_4));
	EXPECT(answer.n == 1);
	EXPECT_STR(address_text(&answer.addr[0], text), "127.0.0.1");
	EXPECT(ask("192.0.2.1", CONFIG_FAMILY_ANY));
	EXPECT_STR(address_text(&answer.addr[0], text), "192.0.2.1");
	EXPECT(ask("2001:db8::1", CONFIG_FAMILY_6));
	EXPECT_STR(address_text(&answer.addr[0], text), "2001:db8::1");
}

static void names_that_are_none(void)
{
	/* RFC 6761: never known; without a name server that is not known, too. */
	EXPECT(!ask("host.invalid", CONFIG_FAMILY_ANY));
	EXPECT(strstr(answer.why, "host.invalid"));
	EXPECT(!ask("192.0.2.1", CONFIG_FAMILY_6));
}

/* What a process that a stranger broke into might say. */
static bool hear(const void *msg, size_t len)
{
	struct helper h = { .pid = 0 };
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair))
		abort();
	h.fd = pair[0];
	helper_tell(pair[1], msg, len);
	close(pair[1]);
	return resolver_hear(&h, &answer);
}

static void answers_are_not_trusted(void)
{
	struct resolver_answer said = { .n = 1 };

	EXPECT(!hear(&said, sizeof(said)));
	EXPECT_STR(answer.why, "the resolver process failed");
	said.addr[0].family = AF_INET;
	EXPECT(hear(&said, sizeof(said)));
	EXPECT(!hear(&said, sizeof(said) - 1));
	EXPECT(!hear(&said, 0));
	said.n = RESOLVER_MAX + 1;
	for (int i = 0; i < RESOLVER_MAX; i++)
		said.addr[i].family = AF_INET;
	EXPECT(!hear(&said, sizeof(said)));
	EXPECT(!answer.n);
	said.n = 0;
	memset(said.why, 'x', sizeof(said.why));
	EXPECT(!hear(&said, sizeof(said)));
	EXPECT(strlen(answer.why) == sizeof(said.why) - 1);
}

/* Try what a process must not do; each bit of the result says it could. */
static void escape(void *arg, int control)
{
	const struct passwd *who = arg;
	char err[256];
	int could = 0;

	if (!sandbox_resolver(who, err, sizeof(err)))
		could |= 1;
	if (open("/etc/passwd", O_RDONLY) >= 0)
		could |= 2;
	if (open("/tmp/ntsd_resolver_was_here", O_WRONLY | O_CREAT, 0600) >= 0)
		could |= 4;
	if (fork() >= 0)
		could |= 8;
	if (execl("/bin/true", "true", NULL) != -1 || errno != EPERM)
		could |= 16;
	if (open("/etc/hosts", O_RDONLY) < 0)
		could |= 32;	/* this it must be able to do */
	helper_tell(control, &could, sizeof(could));
}

static void the_process_has_no_rights(void)
{
	struct helper h;
	struct pollfd p = { .events = POLLIN };
	int could = -1;
	pid_t pid;

	EXPECT(helper_start(&h, "escape", escape, &user, -1));
	p.fd = h.fd;
	pid = h.pid;
	EXPECT(poll(&p, 1, 10000) == 1);
	EXPECT(helper_hear(&h, &could, sizeof(could)));
	waitpid(pid, NULL, 0);
	if (could)
		printf("# it could %#x\n", could);
	EXPECT(!could);
}

static const struct ktap_case cases[] = {
	CASE(names_of_this_machine),
	CASE(names_that_are_none),
	CASE(answers_are_not_trusted),
	CASE(the_process_has_no_rights),
};

int main(void)
{
	const struct passwd *found = getpwnam("nobody");

	if (!found || geteuid())
		found = getpwuid(geteuid());
	user = *found;
	return ktap_run(cases, sizeof(cases) / sizeof(*cases));
}
