// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "resolver.h"
#include "sandbox.h"

struct question {
	const char *name;
	enum config_family family;
	const struct passwd *user;
};

static bool is_there(const struct resolver_answer *answer,
		     const struct address *addr)
{
	for (unsigned int i = 0; i < answer->n; i++)
		if (address_same(&answer->addr[i], addr))
			return true;
	return false;
}

static void say_why(struct resolver_answer *answer, const char *name, int code)
{
	switch (code) {
	case EAI_NONAME:
#ifdef EAI_NODATA
	case EAI_NODATA:
#endif
		snprintf(answer->why, sizeof(answer->why),
			 "unknown host: %.80s", name);
		break;
	case EAI_AGAIN:
		snprintf(answer->why, sizeof(answer->why),
			 "no answer from name servers about %.64s", name);
		break;
	default:
		snprintf(answer->why, sizeof(answer->why), "%.64s: %s", name,
			 code == EAI_SYSTEM ? strerror(errno) :
			 gai_strerror(code));
	}
}

static void find(const struct question *q, struct resolver_answer *answer)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM,
				  .ai_flags = AI_ADDRCONFIG };
	struct addrinfo *found = NULL;
	int code;

	if (q->family != CONFIG_FAMILY_ANY)
		hints.ai_family = q->family == CONFIG_FAMILY_4 ? AF_INET :
								 AF_INET6;
	errno = 0;
	code = getaddrinfo(q->name, NULL, &hints, &found);
	if (code) {
		say_why(answer, q->name, code);
		return;
	}
	for (struct addrinfo *a = found; a && answer->n < RESOLVER_MAX;
	     a = a->ai_next) {
		struct address addr;

		if (address_from_socket(a->ai_addr, &addr) &&
		    !is_there(answer, &addr))
			answer->addr[answer->n++] = addr;
	}
	freeaddrinfo(found);
	if (!answer->n)
		say_why(answer, q->name, EAI_NONAME);
}

static void job(void *arg, int control)
{
	struct resolver_answer answer;
	struct question *q = arg;
	char err[256];

	memset(&answer, 0, sizeof(answer));
	if (sandbox_resolver(q->user, err, sizeof(err)))
		find(q, &answer);
	else
		snprintf(answer.why, sizeof(answer.why), "%.120s", err);
	helper_tell(control, &answer, sizeof(answer));
}

/**
 * resolver_start() - begin to look for a name
 * @h: the process that does it
 * @name: host name or address
 * @family: which addresses
 * @user: directive user
 *
 * The answer comes when @h->fd is readable.
 *
 * Return: false with errno set.
 */
bool resolver_start(struct helper *h, const char *name,
		    enum config_family family, const struct passwd *user)
{
	struct question q = { name, family, user };

	return helper_start(h, "ntsd-resolver", job, &q, -1);
}

/**
 * resolver_hear() - take the answer
 * @h: readable; stopped afterwards
 * @answer: filled in
 *
 * Return: true if there are addresses; else @answer->why says why not.
 */
bool resolver_hear(struct helper *h, struct resolver_answer *answer)
{
	bool ok = helper_hear(h, answer, sizeof(*answer));

	/* It read what strangers sent: nothing of it is taken on trust. */
	for (unsigned int i = 0; ok && i < answer->n; i++)
		ok = i < RESOLVER_MAX &&
		     (answer->addr[i].family == AF_INET ||
		      answer->addr[i].family == AF_INET6);
	if (!ok) {
		memset(answer, 0, sizeof(*answer));
		snprintf(answer->why, sizeof(answer->why),
			 "the resolver process failed");
	}
	answer->why[sizeof(answer->why) - 1] = '\0';
	return answer->n;
}
