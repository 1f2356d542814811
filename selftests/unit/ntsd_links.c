// SPDX-License-Identifier: GPL-2.0-or-later
/* Network devices, as the kernel tells of them, and what lies on what. */
#include <net/ethernet.h>

#include "../../ntsd/links.c"
#include "ntsd_ktap.h"

static struct links all;

/* A message of the kernel's. */
static void tell(int index, const char *name, const char *kind, unsigned int flags,
		 int lower, int master, bool elsewhere)
{
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWLINK, 0);
	struct ifinfomsg info = { .ifi_index = index, .ifi_flags = flags };
	struct nlattr *nest;

	nlmsg_append(msg, &info, sizeof(info), NLMSG_ALIGNTO);
	nla_put_string(msg, IFLA_IFNAME, name);
	if (kind) {
		nest = nla_nest_start(msg, IFLA_LINKINFO);
		nla_put_string(msg, IFLA_INFO_KIND, kind);
		nla_nest_end(msg, nest);
	}
	if (lower)
		nla_put_u32(msg, IFLA_LINK, lower);
	if (master)
		nla_put_u32(msg, IFLA_MASTER, master);
	if (elsewhere)
		nla_put_u32(msg, IFLA_LINK_NETNSID, 0);
	EXPECT(on_link(msg, &all) == NL_OK);
	nlmsg_free(msg);
}

/*
 * eth0 and eth1 are the ports of bond0, on which there is a VLAN, on which there
 * is another; eth2 and a tap are in a bridge. eth3 is by itself.
 */
static void tell_all(void)
{
	all.n = 0;
	tell(1, "lo", NULL, IFF_LOOPBACK | IFF_UP, 0, 0, false);
	tell(2, "eth0", NULL, IFF_UP, 0, 10, false);
	tell(3, "eth1", NULL, IFF_UP, 0, 10, false);
	tell(4, "eth2", NULL, IFF_UP, 0, 11, false);
	tell(5, "eth3", NULL, 0, 0, 0, false);
	tell(10, "bond0", "bond", IFF_UP, 0, 0, false);
	tell(11, "br0", "bridge", IFF_UP, 0, 0, false);
	tell(12, "tap0", "tun", IFF_UP, 0, 11, false);
	tell(13, "bond0.5", "vlan", IFF_UP, 10, 0, false);
	tell(14, "bond0.5.6", "vlan", IFF_UP, 13, 0, false);
	tell(15, "bond1", "bond", IFF_UP, 0, 0, false);
	tell(16, "eth0.7", "vlan", IFF_UP, 2, 0, true);
	tell(17, "veth0", "veth", IFF_UP, 2, 0, false);
}

/* Their names, with spaces between. */
static const char *resolve(const char *name)
{
	const struct link *found[8];
	unsigned int n = links_resolve(&all, name, found, 8);
	static char text[128];

	text[0] = '\0';
	for (unsigned int i = 0; i < n; i++)
		sprintf(text + strlen(text), "%s%s", i ? " " : "", found[i]->name);
	return text;
}

static void as_the_kernel_tells(void)
{
	const struct link *link;

	tell_all();
	EXPECT(all.n == 13);
	link = links_named(&all, "eth0");
	EXPECT(link && link->index == 2 && link->master == 10 && link->up);
	EXPECT(link && link->kind == LINK_REAL);
	link = links_named(&all, "eth3");
	EXPECT(link && !link->up);
	link = links_named(&all, "eth0.7");
	EXPECT(link && link->kind == LINK_ON_ONE && !link->lower);
	EXPECT(!links_named(&all, "eth"));
}

static void down_to_real_ones(void)
{
	tell_all();
	EXPECT_STR(resolve("eth3"), "eth3");
	EXPECT_STR(resolve("bond0"), "eth0 eth1");
	EXPECT_STR(resolve("bond0.5"), "eth0 eth1");
	EXPECT_STR(resolve("bond0.5.6"), "eth0 eth1");
	EXPECT_STR(resolve("br0"), "eth2 tap0");
	EXPECT_STR(resolve("bond1"), "");
	EXPECT_STR(resolve("eth0.7"), "");
	EXPECT_STR(resolve("nothing"), "");
	/* Its peer is not below it. */
	EXPECT_STR(resolve("veth0"), "veth0");
}

static void all_there_are(void)
{
	const struct link *found[2];

	tell_all();
	EXPECT_STR(resolve("*"), "eth0 eth1 eth2 eth3 tap0 veth0");
	EXPECT(links_resolve(&all, "*", found, 2) == 2);
}

/* What cannot be, and must do no harm. */
static void loops_end(void)
{
	all.n = 0;
	tell(1, "a", "vlan", 0, 2, 0, false);
	tell(2, "b", "vlan", 0, 1, 0, false);
	tell(3, "c", "bond", 0, 0, 3, false);
	EXPECT_STR(resolve("a"), "");
	EXPECT_STR(resolve("c"), "");
}

static void many(void)
{
	char name[16];

	all.n = 0;
	for (int i = 1; i <= 300; i++) {
		snprintf(name, sizeof(name), "eth%d", i);
		tell(i, name, NULL, IFF_UP, 0, 0, false);
	}
	EXPECT(all.n == 300 && all.at[299].index == 300);
}

/* Those of this machine: at least the loopback device is there. */
static void of_this_machine(void)
{
	struct links here;
	const struct link *lo;
	char err[128];

	if (!links_open(&here, err, sizeof(err)))
		return;
	EXPECT(here.changed && links_fd(&here) >= 0);
	EXPECT(links_read(&here) && !here.changed);
	lo = links_named(&here, "lo");
	EXPECT(!lo || lo->kind == LINK_LOOPBACK);
	links_hear(&here);
	links_close(&here);
	EXPECT(!here.at);
}

static const struct ktap_case cases[] = {
	CASE(as_the_kernel_tells),
	CASE(down_to_real_ones),
	CASE(all_there_are),
	CASE(loops_end),
	CASE(many),
	CASE(of_this_machine),
};

int main(void)
{
	int ret = ktap_run(cases, sizeof(cases) / sizeof(*cases));

	links_close(&all);
	return ret;
}
