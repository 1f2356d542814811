// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests come by a socket in the file system. */
#include "../../ntsd/control.c"
#include "ntsd_dir.h"

static struct control control;
static char asked[CONTROL_TEXT_LEN];
static char err[256];

static void run(void *arg, bool may_change, const char *request, char *reply)
{
	EXPECT(arg == asked);
	snprintf(asked, sizeof(asked), "%s", request);
	snprintf(reply, CONTROL_REPLY_LEN, may_change ? "200 OK" : "200 read only");
}

static void work(void)
{
	struct epoll_event ev[8];
	int n;

	while ((n = epoll_wait(control.epoll, ev, 8, 50)) > 0)
		for (int i = 0; i < n; i++) {
			EXPECT(ev[i].data.u64 & control.tag);
			control_hear(&control, (uint32_t)ev[i].data.u64, run,
				     asked);
		}
}

static int connect_to(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	strcpy(addr.sun_path, path);
	if (!connect(fd, (void *)&addr, sizeof(addr)))
		return fd;
	close(fd);
	return -1;
}

static const char *ask(const char *request, size_t len)
{
	static char reply[CONTROL_TEXT_LEN];
	int fd = connect_to(in_dir("run/control"));
	ssize_t got;

	asked[0] = '\0';
	EXPECT(fd >= 0);
	EXPECT(send(fd, request, len, 0) == (ssize_t)len);
	work();
	got = recv(fd, reply, sizeof(reply) - 1, MSG_DONTWAIT);
	close(fd);
	reply[got > 0 ? got : 0] = '\0';
	return reply;
}

static bool begin(uid_t uid)
{
	control_init(&control);
	control.epoll = epoll_create1(0);
	control.tag = 1ULL << 34;
	return control_open(&control, in_dir("run/control"), uid, getgid(), err,
			    sizeof(err));
}

static void end(void)
{
	control_close(&control);
	close(control.epoll);
}

static void requests_are_answered(void)
{
	struct stat st;

	EXPECT(begin(getuid()));
	EXPECT(!stat(in_dir("run/control"), &st) &&
	       (st.st_mode & 07777) == 0660);
	EXPECT(!stat(in_dir("run"), &st) && (st.st_mode & 07777) == 0750);
	EXPECT_STR(ask("dump", 4), "200 OK");
	EXPECT_STR(asked, "dump");
	EXPECT_STR(ask("add server ntp.test", 19), "200 OK");
	EXPECT_STR(asked, "add server ntp.test");
	end();
}

static void long_requests_are_not(void)
{
	char text[CONTROL_TEXT_LEN];

	memset(text, 'x', sizeof(text));
	EXPECT(begin(getuid()));
	EXPECT_STR(ask(text, sizeof(text)), "");
	EXPECT_STR(asked, "");
	EXPECT_STR(ask(text, sizeof(text) - 1), "200 OK");
	end();
}

static void silent_clients_give_way(void)
{
	int fd[CONTROL_CLIENTS + 2];

	EXPECT(begin(getuid()));
	for (int i = 0; i < CONTROL_CLIENTS + 2; i++) {
		fd[i] = connect_to(in_dir("run/control"));
		work();
	}
	EXPECT_STR(ask("dump", 4), "200 OK");
	for (int i = 0; i < CONTROL_CLIENTS + 2; i++)
		close(fd[i]);
	work();
	EXPECT_STR(ask("dump", 4), "200 OK");
	end();
}

/* root may always do all, so somebody else has to try. */
static void others_may_only_read(void)
{
	if (geteuid())
		return;
	EXPECT(begin(12345));
	EXPECT(!chmod(dir, 0755) && !chmod(in_dir("run"), 0755));
	EXPECT(!chmod(in_dir("run/control"), 0666));
	EXPECT(!seteuid(12346));
	EXPECT_STR(ask("dump", 4), "200 read only");
	EXPECT(!seteuid(0) && !seteuid(12345));
	EXPECT_STR(ask("dump", 4), "200 OK");
	EXPECT(!seteuid(0));
	end();
}

static void a_living_daemon_keeps_its_socket(void)
{
	struct control second = { .epoll = -1 };

	EXPECT(begin(getuid()));
	control_init(&second);
	EXPECT(!control_open(&second, in_dir("run/control"), 0, 0, err,
			     sizeof(err)));
	EXPECT(strstr(err, "run/control") && strstr(err, "in use"));
	work();
	EXPECT_STR(ask("dump", 4), "200 OK");
	end();
	/* The name of one that is gone is taken over. */
	EXPECT(connect_to(in_dir("run/control")) < 0);
	EXPECT(begin(getuid()));
	EXPECT_STR(ask("dump", 4), "200 OK");
	end();
}

static const struct ktap_case cases[] = {
	CASE(requests_are_answered),
	CASE(long_requests_are_not),
	CASE(silent_clients_give_way),
	CASE(others_may_only_read),
	CASE(a_living_daemon_keeps_its_socket),
};

DIR_MAIN(cases)
