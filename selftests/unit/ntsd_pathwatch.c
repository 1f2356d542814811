// SPDX-License-Identifier: GPL-2.0-or-later
/* Every way by which another file comes to a path is noticed; others are not. */
#include "../../ntsd/pathwatch.c"
#include "ntsd_dir.h"

static struct pathwatch w;

static void do_all(const char *script)
{
	char command[1024];

	snprintf(command, sizeof(command), "cd %s && { %s; }", dir, script);
	if (system(command))
		abort();
}

static void watch_both(const char *first, const char *second)
{
	char a[256], b[256];
	const char *path[] = { a, b };

	snprintf(a, sizeof(a), "%s/%s", dir, first);
	snprintf(b, sizeof(b), "%s/%s", dir, second);
	EXPECT(pathwatch_open(&w));
	pathwatch_set(&w, path, 2);
	EXPECT(pathwatch_hear(&w) == 0);
}

static uint32_t after(const char *script)
{
	do_all(script);
	return pathwatch_hear(&w);
}

static void begin(void)
{
	do_all("rm -rf *; echo 1 >a; echo 1 >b");
	watch_both("a", "b");
}

static void writing_in_place(void)
{
	begin();
	EXPECT(after("echo 2 >a") == 1);
	EXPECT(after("echo 2 >>b") == 2);
	EXPECT(after("chmod 600 a") == 1);
	EXPECT(after("cat a >/dev/null") == 0);
	EXPECT(after("echo 2 >c; rm c") == 0);
	pathwatch_close(&w);
}

static void renaming(void)
{
	begin();
	EXPECT(after("echo 2 >a.new; mv a.new a") == 1);
	EXPECT(after("echo 3 >a.new; echo 3 >b.new") == 0);
	EXPECT(after("mv a.new a; mv b.new b") == 3);
	EXPECT(after("rm a") == 1);
	EXPECT(after("echo 4 >a") == 1);
	pathwatch_close(&w);
}

/* certbot: live/NAME/x.pem leads to ../../archive/NAME/xN.pem. */
static void switching_links(void)
{
	do_all("rm -rf *; mkdir -p live/n archive/n; echo 1 >archive/n/c1;"
	       "echo 1 >archive/n/k1; ln -s ../../archive/n/c1 live/n/c;"
	       "ln -s ../../archive/n/k1 live/n/k");
	watch_both("live/n/c", "live/n/k");
	EXPECT(after("echo 2 >archive/n/c2") == 0);
	EXPECT(after("echo 2 >archive/n/c1") == 1);
	EXPECT(after("ln -sfn ../../archive/n/c2 live/n/c") == 1);
	EXPECT(after("echo 2 >archive/n/c2") == 1);
	EXPECT(after("echo 3 >archive/n/c1") == 0);
	EXPECT(after("ln -sfn ../../archive/n/k9 live/n/k") == 2);
	EXPECT(after("echo 9 >archive/n/k9") == 2);
	pathwatch_close(&w);
}

/* As mounted secrets are: both files change by one link of a directory. */
static void switching_directories(void)
{
	do_all("rm -rf *; mkdir v1 v2; for v in v1 v2; do echo $v >$v/c;"
	       "echo $v >$v/k; done; ln -s v1 data; ln -s data/c c;"
	       "ln -s data/k k");
	watch_both("c", "k");
	EXPECT(after("ln -s v2 data.new; mv -T data.new data") == 3);
	EXPECT(after("echo 3 >v2/k") == 2);
	EXPECT(after("echo 3 >v1/k") == 0);
	EXPECT(after("mv v2 v3") == 3);
	EXPECT(after("mkdir v2; echo 4 >v2/c") == 3);
	EXPECT(after("echo 5 >v2/c") == 1);
	pathwatch_close(&w);
}

static void paths_that_are_not(void)
{
	do_all("rm -rf *; ln -s b a; ln -s a b");
	watch_both("a", "none/such/file");
	EXPECT(after("rm a; echo 1 >a") == 1);
	EXPECT(after("mkdir none") == 2);
	EXPECT(after("mkdir none/such") == 2);
	EXPECT(after("echo 1 >none/such/file") == 2);
	EXPECT(after("mkdir x; ln -sfn ../x/../a x/l") == 0);
	pathwatch_close(&w);
	watch_both("x/l", "./x/.././a");
	EXPECT(after("echo 2 >a") == 3);
	pathwatch_close(&w);
}

static const struct ktap_case cases[] = {
	CASE(writing_in_place),
	CASE(renaming),
	CASE(switching_links),
	CASE(switching_directories),
	CASE(paths_that_are_not),
};

DIR_MAIN(cases)
