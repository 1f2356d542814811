// SPDX-License-Identifier: GPL-2.0-or-later
/* Workers as they are: processes, sockets, TLS, cookies, sandbox, reload. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/mman.h>
#include <time.h>

#include "../../kmod/core/cookie.h"
#include "../../ntsd/pool.c"
#include "ntsd_peer.h"

static const uint8_t request[] = { 0x80, 1, 0, 2, 0, 0, 0x80, 4, 0, 2, 0, 15,
				   0x80, 0, 0, 0 };

static const struct config conf = {
	.processes = 2,
	.connections = 50,
	.bind4_set = true,
	.bind6_set = true,
	.bind4.s_addr = __builtin_bswap32(INADDR_LOOPBACK),
	.bind6 = IN6ADDR_LOOPBACK_INIT,
};

static struct peer_cert first, second;
static struct listener listener;
static struct pool pool;
static uint16_t port;
static uint8_t key[KEYRING_KEY_LEN];
static char err_byte[64];

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Let the pool work for up to @ms, or until it has news. */
static enum pool_news work(int ms)
{
	uint64_t end = now_ms() + ms;
	enum pool_news news;
	struct epoll_event ev;
	int status;
	pid_t pid;

	while (now_ms() < end) {
		pool_tick(&pool, now_ms());
		if (epoll_wait(pool.epoll, &ev, 1, 10) == 1) {
			news = pool_hear(&pool, (uint32_t)ev.data.u64, now_ms());
			if (news != POOL_NOTHING)
				return news;
		}
		pid = waitpid(-1, &status, WNOHANG);
		if (pid > 0) {
			news = pool_reap(&pool, pid, status, now_ms());
			if (news != POOL_NOTHING)
				return news;
		}
	}
	return POOL_NOTHING;
}

#define WORK_UNTIL(cond) \
	do { \
		uint64_t end_ = now_ms() + 10000; \
		while (!(cond) && now_ms() < end_) \
			work(20); \
	} while (0)

static struct worker_counts count(void)
{
	struct worker_counts sum;

	pool_counts(&pool, &sum);
	return sum;
}

static void open_file(struct tls_file *file, const char *path)
{
	file->fd = open(path, O_RDONLY | O_CLOEXEC);
	file->name = strdup(path);
}

static struct worker_setup *setup_for(const char *crt, const char *crt_key)
{
	struct worker_setup *setup = calloc(1, sizeof(*setup));

	open_file(&setup->pair[0].cert, crt);
	open_file(&setup->pair[0].key, crt_key);
	setup->n_pairs = 1;
	setup->listener = listener;
	setup->policy.timeout_ms = 2000;
	setup->policy.aeads[0] = 15;
	setup->policy.n_aeads = 1;
	setup->policy.ntp_port = 123;
	setup->connections = 3;
	setup->user = *getpwuid(geteuid() ? geteuid() : 65534);
	setup->key_id = 0x42;
	memcpy(setup->key, key, sizeof(key));
	return setup;
}

static int dial(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const struct timeval limit = { .tv_sec = 5 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		EXPECT(!"the worker listens");
	return fd;
}

static const char *sigalgs;

static bool shake(struct peer *p, const struct peer_cert *trust)
{
	peer_connect(p, dial(), wolfTLSv1_3_client_method(), trust, "ntske/1");
	if (sigalgs)
		EXPECT(wolfSSL_set1_sigalgs_list(p->ssl, sigalgs) ==
		       WOLFSSL_SUCCESS);
	return wolfSSL_connect(p->ssl) == WOLFSSL_SUCCESS;
}

/* Read the answer to its end. Return: how many cookies open with @id and key. */
static int good_cookies(struct peer *p, uint32_t id, const uint8_t *with)
{
	static struct nts_cookie_ring ring;
	uint8_t buf[KE_ANSWER_MAX], c2s[32], s2c[32], keys[64];
	int len = 0, got, good = 0;
	struct ke_record rec;
	size_t pos = 0;

	ring.n = 1;
	ring.key[0].id = id;
	nts_siv_setkey(&ring.key[0].siv[NTS_SIV_LIB], with, NTS_SIV_LIB);
	while ((got = wolfSSL_read(p->ssl, buf + len, sizeof(buf) - len)) > 0)
		len += got;
	EXPECT(wolfSSL_get_error(p->ssl, got) == WOLFSSL_ERROR_ZERO_RETURN);
	peer_export(p, 0, c2s);
	peer_export(p, 1, s2c);
	while (ke_record_next(buf, len, &pos, &rec) == KE_MORE_RECORD) {
		if (rec.type != KE_NEW_COOKIE)
			continue;
		good += nts_cookie_open(&ring, NTS_SIV_LIB, rec.body, rec.len,
					keys) && !memcmp(keys, c2s, 32) &&
			!memcmp(keys + 32, s2c, 32);
	}
	return good;
}

static int cookies(const struct peer_cert *trust, uint32_t id,
		   const uint8_t *with)
{
	struct peer p;
	int good = -1;

	if (shake(&p, trust) &&
	    wolfSSL_write(p.ssl, request, sizeof(request)) == sizeof(request))
		good = good_cookies(&p, id, with);
	peer_free(&p);
	return good;
}

static const struct pool_child *a_worker(void)
{
	for (unsigned int i = 0; i < pool.n; i++)
		if (pool.child[i].state == POOL_READY && pool.child[i].pid)
			return &pool.child[i];
	return NULL;
}

static void workers_serve_cookies(void)
{
	EXPECT(pool_start(&pool, setup_for(first.crt, first.key), 2,
			  now_ms()) == POOL_NOTHING);
	EXPECT(work(10000) == POOL_SWITCHED);
	EXPECT(pool_ready(&pool) == 2);
	for (int i = 0; i < 5; i++)
		EXPECT(cookies(&first, 0x42, key) == 8);
}

static unsigned long long status_of(pid_t pid, const char *name)
{
	char path[64], line[256];
	unsigned long long value = ~0ULL;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)) &&
		    line[strlen(name)] == ':')
			value = strtoull(line + strlen(name) + 1, NULL,
					 strncmp(name, "Cap", 3) ? 10 : 16);
	if (f)
		fclose(f);
	return value;
}

static void workers_have_no_privileges(void)
{
	pid_t pid = a_worker() ? a_worker()->pid : INT_MAX;

	EXPECT(status_of(pid, "CapEff") == 0);
	EXPECT(status_of(pid, "CapPrm") == 0);
	EXPECT(status_of(pid, "CapInh") == 0);
	EXPECT(status_of(pid, "NoNewPrivs") == 1);
	EXPECT(status_of(pid, "Seccomp") == 2);
	EXPECT(status_of(pid, "Uid") == (geteuid() ? geteuid() : 65534));
}

static void a_new_key_is_used_at_once(void)
{
	uint8_t other[KEYRING_KEY_LEN] = { 9 };

	pool_set_key(&pool, 0x43, other);
	EXPECT(cookies(&first, 0x43, other) == 8);
	EXPECT(cookies(&first, 0x42, key) == 0);
	pool_set_key(&pool, 0x42, key);
	EXPECT(cookies(&first, 0x42, key) == 8);
}

static void connections_are_counted(void)
{
	uint64_t dropped;
	struct peer p;

	WORK_UNTIL(count().accepted == 8);
	EXPECT(count().accepted == 8);
	dropped = count().dropped;
	EXPECT(cookies(&first, 0x42, key) == 8);
	peer_connect(&p, dial(), wolfTLSv1_3_client_method(), &first, NULL);
	wolfSSL_connect(p.ssl);
	peer_free(&p);
	WORK_UNTIL(count().accepted >= 9 && count().dropped > dropped);
	EXPECT(count().accepted == 9);
	EXPECT(count().dropped == dropped + 1);
}

static void a_silent_client_is_dropped(void)
{
	uint64_t start = now_ms();
	int fd = dial();
	char byte;

	EXPECT(recv(fd, &byte, 1, 0) == 0);
	EXPECT(now_ms() - start >= 1900 && now_ms() - start < 5000);
	close(fd);
}

static void connections_are_bounded(void)
{
	int fd[20], refused = 0, starts = 0;
	char byte;

	/* 2 workers of 3 connections each. */
	for (int i = 0; i < 20; i++)
		fd[i] = dial();
	work(300);
	for (int i = 0; i < 20; i++)
		refused += recv(fd[i], &byte, 1, MSG_DONTWAIT) == 0;
	EXPECT(refused >= 14 && refused < 20);
	/* Refused by workers that live, not by ones that died of it. */
	for (unsigned int i = 0; i < pool.n; i++)
		starts += pool.child[i].delay_ms != 0;
	EXPECT(!starts);
	for (int i = 0; i < 20; i++)
		close(fd[i]);
	work(100);
	EXPECT(cookies(&first, 0x42, key) == 8);
}

static void a_dead_worker_is_started_again(void)
{
	uint64_t accepted;
	pid_t pids[2] = { 0 };
	int n = 0;

	for (unsigned int i = 0; i < pool.n && n < 2; i++)
		if (pool.child[i].pid)
			pids[n++] = pool.child[i].pid;
	EXPECT(n == 2);
	if (n != 2)
		return;	/* kill(0) would be a suicide */
	WORK_UNTIL(count().accepted >= 10);
	accepted = count().accepted;
	kill(pids[0], SIGKILL);
	kill(pids[1], SIGKILL);
	work(50);
	WORK_UNTIL(pool_ready(&pool) == 2);
	EXPECT(pool_ready(&pool) == 2);
	EXPECT(kill(pids[0], 0) && kill(pids[1], 0));
	EXPECT(accepted && count().accepted == accepted);
	EXPECT(cookies(&first, 0x42, key) == 8);
}

static void a_bad_certificate_leaves_the_old(void)
{
	pid_t pid = a_worker() ? a_worker()->pid : INT_MAX;

	EXPECT(pool_start(&pool, setup_for(first.crt, second.key), 2,
			  now_ms()) == POOL_NOTHING);
	EXPECT(work(10000) == POOL_REFUSED);
	EXPECT(strstr(pool.why, second.key) && strstr(pool.why, first.crt));
	work(100);
	EXPECT(pool_ready(&pool) == 2 && a_worker() && a_worker()->pid == pid);
	EXPECT(cookies(&first, 0x42, key) == 8);
}

static void a_reload_finishes_old_sessions(void)
{
	pid_t old = a_worker() ? a_worker()->pid : INT_MAX;
	struct peer p;

	EXPECT(shake(&p, &first));
	EXPECT(pool_start(&pool, setup_for(second.crt, second.key), 1,
			  now_ms()) == POOL_NOTHING);
	EXPECT(work(10000) == POOL_SWITCHED);
	EXPECT(pool_ready(&pool) == 1);
	/* New clients see the new certificate, the old one gets its answer. */
	EXPECT(cookies(&second, 0x42, key) == 8);
	EXPECT(wolfSSL_write(p.ssl, request, sizeof(request)) ==
	       sizeof(request));
	EXPECT(good_cookies(&p, 0x42, key) == 8);
	peer_free(&p);
	WORK_UNTIL(kill(old, 0));
	EXPECT(kill(old, 0) && errno == ESRCH);
	EXPECT(pool_ready(&pool) == 1);
	EXPECT(cookies(&second, 0x42, key) == 8);
}

#define CLIENTS 3
/* More than a worker lets in at a time. */
#define WAITING 30

/* What clients in processes of their own see. */
struct seen {
	bool enough;
	unsigned int served;
	unsigned int failed;
};

static void be_client(struct seen *seen)
{
	while (!__atomic_load_n(&seen->enough, __ATOMIC_RELAXED))
		__atomic_add_fetch(cookies(&first, 0x42, key) == 8 ?
				   &seen->served : &seen->failed, 1,
				   __ATOMIC_RELAXED);
	_exit(0);
}

/* One generation after the other, and workers that are killed at their start. */
static void nobody_notices_a_switch(void)
{
	struct seen *seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t client[CLIENTS];
	unsigned int before;

	for (int i = 0; i < CLIENTS; i++) {
		client[i] = fork();
		if (!client[i])
			be_client(seen);
	}
	for (int i = 0; i < 12; i++) {
		struct worker_setup *setup = setup_for(first.crt, first.key);
		bool die = i % 4 == 3;

		setup->connections = 50;
		EXPECT(pool_start(&pool, setup, 2, now_ms()) == POOL_NOTHING);
		for (unsigned int k = 0; die && k < pool.n; k++)
			if (is_new(&pool, &pool.child[k]))
				kill(pool.child[k].pid, SIGKILL);
		EXPECT(work(10000) == (die ? POOL_REFUSED : POOL_SWITCHED));
		before = __atomic_load_n(&seen->served, __ATOMIC_RELAXED);
		WORK_UNTIL(__atomic_load_n(&seen->served, __ATOMIC_RELAXED) > before + CLIENTS);
		EXPECT(seen->served > before + CLIENTS);
	}
	__atomic_store_n(&seen->enough, true, __ATOMIC_RELAXED);
	for (int i = 0; i < CLIENTS; i++)
		waitpid(client[i], NULL, 0);
	EXPECT(!seen->failed);
	munmap(seen, sizeof(*seen));
}

/* Who waits at a listener that goes away is served, not reset. */
static void a_listener_that_moves(void)
{
	struct worker_setup *setup = setup_for(first.crt, first.key);
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);
	struct listener old = listener;
	uint16_t old_port = port;
	struct peer p[WAITING];
	int fd[WAITING], good = 0;
	char err[256];
	pid_t retiring;

	/* Those of now take no notice of anything, until they are to retire. */
	setup->connections = 50;
	/* All are let in at once, and served one after the other. */
	setup->policy.timeout_ms = 20000;
	EXPECT(pool_start(&pool, setup, 1, now_ms()) == POOL_NOTHING);
	EXPECT(work(10000) == POOL_SWITCHED);
	retiring = a_worker() ? a_worker()->pid : INT_MAX;
	kill(retiring, SIGSTOP);
	waitpid(retiring, NULL, WUNTRACED);
	for (int i = 0; i < WAITING; i++)
		fd[i] = dial();
	EXPECT(listener_open(&listener, &conf, err, sizeof(err)));
	getsockname(listener.fd[0], (struct sockaddr *)&addr, &len);
	port = ntohs(addr.sin_port);
	setup = setup_for(first.crt, first.key);
	setup->connections = 50;
	EXPECT(pool_start(&pool, setup, 1, now_ms()) == POOL_NOTHING);
	EXPECT(work(10000) == POOL_SWITCHED);
	listener_close(&old);
	EXPECT(old_port != port);
	kill(retiring, SIGCONT);
	for (int i = 0; i < WAITING; i++) {
		peer_connect(&p[i], fd[i], wolfTLSv1_3_client_method(), &first, "ntske/1");
		good += wolfSSL_connect(p[i].ssl) == WOLFSSL_SUCCESS &&
			wolfSSL_write(p[i].ssl, request, sizeof(request)) ==
				sizeof(request) &&
			good_cookies(&p[i], 0x42, key) == 8;
		peer_free(&p[i]);
	}
	EXPECT(good == WAITING);
	EXPECT(cookies(&first, 0x42, key) == 8);
}

static void one_that_does_not_retire(void)
{
	pid_t pid = a_worker() ? a_worker()->pid : INT_MAX;

	kill(pid, SIGSTOP);
	EXPECT(pool_start(&pool, setup_for(first.crt, first.key), 1, now_ms()) ==
	       POOL_NOTHING);
	EXPECT(work(10000) == POOL_SWITCHED);
	EXPECT(pool_due(&pool) != UINT64_MAX);
	pool_tick(&pool, now_ms() + RETIRE_MS - 5000);
	work(100);
	EXPECT(!kill(pid, 0));
	pool_tick(&pool, now_ms() + RETIRE_MS + 1);
	WORK_UNTIL(kill(pid, 0));
	EXPECT(kill(pid, 0) && errno == ESRCH);
	EXPECT(pool_due(&pool) == UINT64_MAX);
	EXPECT(cookies(&first, 0x42, key) == 8);
}

/* Each client gets the certificate whose signature it accepts. */
static void several_certificates(void)
{
	struct worker_setup *setup = setup_for(first.crt, first.key);
	int fd;

	open_file(&setup->pair[1].cert, second.crt);
	open_file(&setup->pair[1].key, second.key);
	setup->n_pairs = 2;
	EXPECT(pool_start(&pool, setup, 1, now_ms()) == POOL_NOTHING);
	EXPECT(work(10000) == POOL_SWITCHED);
	EXPECT(cookies(&first, 0x42, key) == 8);
	sigalgs = "RSA-PSS+SHA256:ECDSA+SHA256";
	EXPECT(cookies(&first, 0x42, key) == 8);
	sigalgs = "RSA-PSS+SHA256:ED25519";
	EXPECT(cookies(&second, 0x42, key) == 8);
	sigalgs = NULL;

	/* One that closes in the middle of its hello is no burden. */
	fd = dial();
	EXPECT(write(fd, "\026\003\001\002\000\001", 6) == 6);
	shutdown(fd, SHUT_WR);
	EXPECT(recv(fd, err_byte, sizeof(err_byte), 0) >= 0);
	close(fd);
	EXPECT(cookies(&first, 0x42, key) == 8);
}

static void workers_end_with_the_master(void)
{
	pid_t pid = a_worker() ? a_worker()->pid : INT_MAX;

	pool_stop(&pool);
	for (int i = 0; i < 100 && waitpid(pid, NULL, WNOHANG) == 0; i++)
		usleep(10000);
	EXPECT(kill(pid, 0) && errno == ESRCH);
}

static const struct ktap_case cases[] = {
	CASE(workers_serve_cookies),
	CASE(workers_have_no_privileges),
	CASE(a_new_key_is_used_at_once),
	CASE(connections_are_counted),
	CASE(a_silent_client_is_dropped),
	CASE(connections_are_bounded),
	CASE(a_dead_worker_is_started_again),
	CASE(a_bad_certificate_leaves_the_old),
	CASE(a_reload_finishes_old_sessions),
	CASE(several_certificates),
	CASE(nobody_notices_a_switch),
	CASE(a_listener_that_moves),
	CASE(one_that_does_not_retire),
	CASE(workers_end_with_the_master),
};

int main(void)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);
	char err[256];
	int ret;

	peer_begin();
	memset(key, 7, sizeof(key));
	peer_make_cert(&first, "first", PEER_ECDSA, NULL);
	peer_make_cert(&second, "second", PEER_ED25519, NULL);
	if (!listener_open(&listener, &conf, err, sizeof(err))) {
		fprintf(stderr, "%s\n", err);
		return 1;
	}
	getsockname(listener.fd[0], (struct sockaddr *)&addr, &len);
	port = ntohs(addr.sin_port);
	pool.epoll = epoll_create1(EPOLL_CLOEXEC);
	ret = ktap_run(cases, sizeof(cases) / sizeof(*cases));
	listener_close(&listener);
	close(pool.epoll);
	peer_free_cert(&first);
	peer_free_cert(&second);
	return peer_end(ret);
}
