// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../../ntsd/ke_exchange.h"
#include "keying.h"

#define TIMEOUT_MS 10000
/* A server that hangs up on a client is asked again, for it may have too many. */
#define TRIES 3
#define PAUSE_NS 100000000
#define NTP_PORT 123
/* For each the TLS library keeps some 8 MB of curve points. */
#define KEYERS_MAX 8

/* One wish for keys. */
struct wish {
	struct client *client;
	struct keyed *to;
};

/* One thread. */
struct keyer {
	struct keying *keying;
	struct tls_client *tls;
	struct ke_exchange exchange;
	struct ke_exchange_result result;
	pthread_t thread;
	bool running;
};

/**
 * struct keying - all of it
 * @o: options
 * @targets: whom the server may name, itself first
 * @n_targets: how many
 * @lock: of all that follows
 * @more: there is a wish, or it is the end
 * @idle: there is none, and nobody works
 * @end: there will be no more
 * @wishes: a ring from @first
 * @first: index of the oldest
 * @n: how many
 * @busy: threads that work
 * @named: a server was named, @addr and @port
 * @addr: where to send requests
 * @port: of it
 * @figures: so far
 * @keyers: the threads
 * @n_keyers: how many
 */
struct keying {
	const struct options *o;
	const struct target *targets;
	unsigned int n_targets;
	pthread_mutex_t lock;
	pthread_cond_t more;
	pthread_cond_t idle;
	bool end;
	struct wish *wishes;
	unsigned int first;
	unsigned int n;
	unsigned int busy;
	bool named;
	struct address addr;
	uint16_t port;
	struct keying_figures figures;
	struct keyer *keyers;
	unsigned int n_keyers;
};

static int connect_tcp(const struct address *addr, uint16_t port)
{
	int fd = socket(addr->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_storage to;
	socklen_t len = address_to_socket(addr, port, &to);
	int on = 1;

	/* The request is not to wait for the server to confirm the handshake's end. */
	if (fd >= 0)
		setsockopt(fd, SOL_TCP, TCP_NODELAY, &on, sizeof(on));
	if (fd >= 0 && connect(fd, (void *)&to, len) && errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	return fd;
}

/* All clients load one server: the one the first exchange named. */
static bool agree(struct keying *k, const struct ke_response *res, char *why)
{
	const char *record = res->server[0] ? res->server : k->o->server;
	uint16_t port = k->o->port ? k->o->port : res->port ? res->port : NTP_PORT;
	const struct target *target = target_choose(k->targets, k->n_targets, record);
	bool ok = true;

	if (!target) {
		snprintf(why, KE_EXCHANGE_WHY_LEN,
			 "the server sends us to %.100s, which was not named: if that may be loaded, too, say --allow-server",
			 record);
		return false;
	}
	pthread_mutex_lock(&k->lock);
	if (!k->named) {
		k->named = true;
		k->addr = target->addr;
		k->port = port;
	} else if (!address_same(&k->addr, &target->addr) || k->port != port) {
		snprintf(why, KE_EXCHANGE_WHY_LEN,
			 "the server sends this client elsewhere than the ones before");
		ok = false;
	}
	pthread_mutex_unlock(&k->lock);
	return ok;
}

static bool fill_jar(struct nts_jar *jar, const struct ke_exchange_result *result)
{
	nts_jar_open(jar, result->c2s, result->s2c);
	for (unsigned int i = 0; i < result->res.n_cookies; i++)
		nts_jar_put(jar, result->res.cookie[i].bytes, result->res.cookie[i].len);
	return jar->n;
}

/* Return: false with the reason in the result. */
static bool exchange_once(struct keyer *r, struct client *c)
{
	const struct keying *k = r->keying;
	struct ke_exchange_result *result = &r->result;
	int fd = connect_tcp(&k->targets->addr, k->o->ke_port);

	memset(result, 0, sizeof(*result));
	result->no_tls = true;
	if (fd < 0) {
		snprintf(result->why, sizeof(result->why), "TCP: %s", strerror(errno));
		return false;
	}
	if (ke_exchange_open(&r->exchange, r->tls, fd, k->o->server))
		ke_exchange_run(&r->exchange, TIMEOUT_MS, result);
	else
		snprintf(result->why, sizeof(result->why), "out of memory or descriptors");
	ke_exchange_close(&r->exchange);
	close(fd);
	if (!result->ok || !agree(r->keying, &result->res, result->why))
		return false;
	if (fill_jar(&c->jar, result))
		return true;
	snprintf(result->why, sizeof(result->why), "no cookie that fits a packet");
	return false;
}

/* Where the first one failed, all the others need not wait for the same. */
static bool is_hopeless(struct keying *k)
{
	bool hopeless;

	pthread_mutex_lock(&k->lock);
	hopeless = k->figures.failed && !k->figures.done;
	pthread_mutex_unlock(&k->lock);
	return hopeless;
}

static bool exchange(struct keyer *r, struct client *c)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	bool ok = false;

	for (unsigned int i = 0; i < TRIES && !ok && !is_hopeless(r->keying); i++) {
		if (i)
			nanosleep(&pause, NULL);
		ok = exchange_once(r, c);
		/* Nobody there, or it is sure of what it says: that will not change. */
		if (!ok && (!r->result.no_tls && r->result.res.why[0]))
			break;
	}
	/* The old ones are spent, or not known any more. */
	if (!ok)
		nts_jar_wipe(&c->jar);
	c->last_len = 0;
	c->stale = false;
	memset(&c->previous, 0, sizeof(c->previous));
	return ok;
}

static void give(struct keyed *to, struct client *c)
{
	c->keyed_next = __atomic_load_n(&to->first, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&to->first, &c->keyed_next, c, false,
					    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
}

static bool next_wish(struct keying *k, struct wish *wish)
{
	while (!k->n && !k->end)
		pthread_cond_wait(&k->more, &k->lock);
	if (k->end)
		return false;
	*wish = k->wishes[k->first];
	k->first = (k->first + 1) % k->o->clients;
	k->n--;
	k->busy++;
	return true;
}

static void settle(struct keying *k, bool ok, const char *why)
{
	k->busy--;
	if (ok)
		k->figures.done++;
	else if (!k->figures.failed++)
		snprintf(k->figures.why, sizeof(k->figures.why), "%s", why);
	if (!k->n && !k->busy)
		pthread_cond_broadcast(&k->idle);
}

static void *work(void *arg)
{
	struct keyer *r = arg;
	struct keying *k = r->keying;
	struct wish wish;
	bool ok;

	pthread_mutex_lock(&k->lock);
	while (next_wish(k, &wish)) {
		pthread_mutex_unlock(&k->lock);
		ok = exchange(r, wish.client);
		give(wish.to, wish.client);
		pthread_mutex_lock(&k->lock);
		settle(k, ok, r->result.why);
		memzero_explicit(&r->result, sizeof(r->result));
	}
	pthread_mutex_unlock(&k->lock);
	return NULL;
}

static bool start(struct keying *k, struct keyer *r, char *why)
{
	char err[TLS_ERR_LEN] = "";

	r->keying = k;
	r->tls = tls_client_new(time(NULL), false);
	snprintf(why, KEYING_WHY_LEN, "out of memory");
	if (!r->tls)
		return false;
	if (!(k->o->trust ? tls_client_trust(r->tls, k->o->trust, err) :
			    tls_client_trust_system(r->tls, err))) {
		snprintf(why, KEYING_WHY_LEN, "%.500s", err);
		return false;
	}
	snprintf(why, KEYING_WHY_LEN, "cannot start a thread");
	r->running = !pthread_create(&r->thread, NULL, work, r);
	return r->running;
}

/**
 * keying_new() - start the threads
 * @o: options; outlive it, as do
 * @targets: the server, and others that it may name
 * @n_targets: how many, 1 or more
 * @why: KEYING_WHY_LEN octets for what is wrong
 *
 * Return: the threads, or NULL with @why set.
 */
struct keying *keying_new(const struct options *o, const struct target *targets,
			  unsigned int n_targets, char *why)
{
	unsigned int n_keyers = o->threads < KEYERS_MAX ? o->threads : KEYERS_MAX;
	struct keying *k = calloc(1, sizeof(*k));

	snprintf(why, KEYING_WHY_LEN, "out of memory");
	if (!k)
		return NULL;
	k->o = o;
	k->targets = targets;
	k->n_targets = n_targets;
	pthread_mutex_init(&k->lock, NULL);
	pthread_cond_init(&k->more, NULL);
	pthread_cond_init(&k->idle, NULL);
	k->wishes = calloc(o->clients, sizeof(*k->wishes));
	k->keyers = calloc(n_keyers, sizeof(*k->keyers));
	if (!k->wishes || !k->keyers)
		goto fail;
	for (k->n_keyers = 0; k->n_keyers < n_keyers; k->n_keyers++)
		if (!start(k, &k->keyers[k->n_keyers], why)) {
			k->n_keyers++;
			goto fail;
		}
	return k;
fail:
	keying_free(k);
	return NULL;
}

/**
 * keying_ask() - have keys fetched for a client
 * @k: the threads
 * @c: not touched by the caller before it is in @to; not waiting for keys
 * @to: where it goes
 */
void keying_ask(struct keying *k, struct client *c, struct keyed *to)
{
	c->keying = true;
	pthread_mutex_lock(&k->lock);
	k->wishes[(k->first + k->n++) % k->o->clients] = (struct wish){ c, to };
	pthread_cond_signal(&k->more);
	pthread_mutex_unlock(&k->lock);
}

/**
 * keying_take() - take the clients whose exchange is over
 * @keyed: where they are
 *
 * Return: the first, the others are at its @keyed_next; those without cookies
 * got none.
 */
struct client *keying_take(struct keyed *keyed)
{
	if (!__atomic_load_n(&keyed->first, __ATOMIC_RELAXED))
		return NULL;
	return __atomic_exchange_n(&keyed->first, NULL, __ATOMIC_ACQUIRE);
}

/**
 * keying_wait() - wait until all wishes were dealt with
 * @k: the threads
 */
void keying_wait(struct keying *k)
{
	pthread_mutex_lock(&k->lock);
	while (k->n || k->busy)
		pthread_cond_wait(&k->idle, &k->lock);
	pthread_mutex_unlock(&k->lock);
}

/**
 * keying_server() - learn where to send requests
 * @k: the threads
 * @addr: filled in
 * @port: filled in
 *
 * Return: false when no exchange told.
 */
bool keying_server(struct keying *k, struct address *addr, uint16_t *port)
{
	bool named;

	pthread_mutex_lock(&k->lock);
	named = k->named;
	*addr = k->addr;
	*port = k->port;
	pthread_mutex_unlock(&k->lock);
	return named;
}

/**
 * keying_figures() - learn what was done so far
 * @k: the threads
 * @figures: filled in
 */
void keying_figures(struct keying *k, struct keying_figures *figures)
{
	pthread_mutex_lock(&k->lock);
	*figures = k->figures;
	pthread_mutex_unlock(&k->lock);
}

/**
 * keying_free() - end the threads
 * @k: wishes that were not dealt with are forgotten
 */
void keying_free(struct keying *k)
{
	pthread_mutex_lock(&k->lock);
	k->end = true;
	pthread_cond_broadcast(&k->more);
	pthread_mutex_unlock(&k->lock);
	for (unsigned int i = 0; i < k->n_keyers; i++) {
		if (k->keyers[i].running)
			pthread_join(k->keyers[i].thread, NULL);
		tls_client_free(k->keyers[i].tls);
	}
	free(k->keyers);
	free(k->wishes);
	free(k);
}
