// SPDX-License-Identifier: GPL-2.0-or-later
/* Are the names of the sources found? */
#include <netdb.h>
#include <stdio.h>

#include "doctor.h"

static void check(struct doctor *d, const char *name)
{
	const struct addrinfo wish = { .ai_socktype = SOCK_DGRAM };
	struct addrinfo *found = NULL;
	char resolvers[4096];
	int ret = d->net->resolve(name, "123", &wish, &found);

	if (found)
		freeaddrinfo(found);
	if (!ret)
		doctor_ok(d, "%s is found", name);
	else if (ret == EAI_NONAME)
		doctor_problem(d, "correct the name in ntsd.conf, or ask whose name it is",
			       "the name %s does not exist", name);
	else if (!doctor_read(d, "/etc/resolv.conf", resolvers, sizeof(resolvers)))
		doctor_problem(d, "echo nameserver ADDRESS >/etc/resolv.conf",
			       "the name %s cannot be looked up: there is no /etc/resolv.conf",
			       name);
	else
		doctor_problem(d, "ping the servers in /etc/resolv.conf; try again: getent ahosts NAME",
			       "the name %s cannot be looked up: DNS does not answer (%s)", name,
			       gai_strerror(ret));
}

void doctor_names(struct doctor *d)
{
	for (unsigned int i = 0; d->has_conf && i < d->conf.n_sources; i++)
		check(d, d->conf.source[i].name);
}
