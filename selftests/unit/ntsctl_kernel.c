// SPDX-License-Identifier: GPL-2.0-or-later
/* Asking the kernel: lists that change under way, refusals. */
#include "../../tools/ask.c"
#include "ntsd_ktap.h"

static int changes, refusal;
static unsigned int asked;

struct nlconn *nlconn_open(char *err)
{
	(void)err;
	return NULL;
}

void nlconn_close(struct nlconn *conn)
{
	(void)conn;
	abort();
}

struct nl_msg *nlconn_begin(const struct nlconn *conn, uint8_t cmd)
{
	(void)conn;
	(void)cmd;
	return NULL;
}

struct nl_msg *nlconn_begin_dump(const struct nlconn *conn, uint8_t cmd)
{
	return nlconn_begin(conn, cmd);
}

/* Three items, and the end or the news that they changed. */
int nlconn_ask(struct nlconn *conn, struct nl_msg *msg, bool full, nlconn_take *take,
	       void *arg, const char *what, char *err)
{
	(void)conn;
	(void)msg;
	(void)full;
	asked++;
	snprintf(err, NLCONN_ERR_LEN, "%s: no", what);
	if (refusal)
		return refusal;
	for (int i = 0; take && i < 3; i++)
		take(NULL, arg);
	return changes-- > 0 ? -EAGAIN : 0;
}

static void count(struct genlmsghdr *gen, void *arg)
{
	(void)gen;
	++*(unsigned int *)arg;
}

static void expect(int changing, int refusing, int want, unsigned int items,
		   unsigned int times)
{
	FILE *err = stderr;
	struct ctl ctl = { 0 };
	unsigned int n = 99;

	changes = changing;
	refusal = refusing;
	asked = 0;
	stderr = fopen("/dev/null", "w");
	EXPECT(ask_dump(&ctl, 1, count, &n, &n) == want);
	fclose(stderr);
	stderr = err;
	EXPECT(n == items);
	EXPECT(asked == times);
}

static void a_list_is_taken_once(void)
{
	expect(0, 0, 0, 3, 1);
}

static void a_list_that_changed_is_taken_again(void)
{
	expect(1, 0, 0, 3, 2);
	expect(9, 0, 0, 3, 10);
}

/* What there is of it is better than nothing. */
static void but_not_for_ever(void)
{
	expect(1000, 0, 0, 3, 10);
}

static void refusals_are_failures(void)
{
	expect(0, -EPERM, 1, 0, 1);
}

static const struct ktap_case cases[] = {
	CASE(a_list_is_taken_once),
	CASE(a_list_that_changed_is_taken_again),
	CASE(but_not_for_ever),
	CASE(refusals_are_failures),
};

KTAP_MAIN(cases)
