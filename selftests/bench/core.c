// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What one valid NTS request costs, natively in a process: parse, open the
 * cookie, verify, make a new cookie, seal. Ours through both AES engines, and
 * the same sequence of operations with nettle, the library chronyd uses.
 *
 * Medians of many short runs; the ways take turns, so that a change of the
 * machine's speed meets all of them. Prints one flat JSON object.
 */
#include <nettle/siv-cmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/client_test.h"
#include "core/protected.h"
#include "core/respond.h"

#define RUNS	401
#define BATCH	25

enum way {
	WAY_LIB,
	WAY_AESNI,
	WAY_BATCH,
	WAY_NETTLE,
	WAYS
};

static struct client client;
static struct nts_cookie_ring ring;
static struct siv_cmac_aes128_ctx nettle_cookie_key;
static u8 packet[NTS_PROTECTED_BATCH][2048], entropy[NTS_ENTROPY_MAX];
static struct nts_protected some[NTS_PROTECTED_BATCH];

static void die(const char *why)
{
	fprintf(stderr, "bench: %s\n", why);
	exit(1);
}

/* @n requests at once. */
static void serve(enum nts_siv_engine engine, u32 n)
{
	static const struct nts_quality quality = { .stratum = 1 };
	static struct nts_request request[NTS_PROTECTED_BATCH];
	u32 i;

	for (i = 0; i < n; i++) {
		memcpy(packet[i], client.packet, client.len);
		if (nts_request_parse(packet[i], client.len, &request[i]) != NTS_ANSWER_NTS)
			die("the request does not parse");
		some[i].packet = packet[i];
		some[i].request = &request[i];
		some[i].cookies = nts_request_cookies(&request[i]);
		memcpy(some[i].entropy, entropy, NTS_ENTROPY_LEN(some[i].cookies));
	}
	nts_protected_open(some, n, &ring, engine);
	for (i = 0; i < n; i++) {
		if (!some[i].key)
			die("the request is not authentic");
		some[i].len = nts_respond_plain(packet[i], &request[i], &quality, 1);
	}
	nts_protected_prepare(some, n, &ring.key[0], engine);
	for (i = 0; i < n; i++)
		nts_respond_stamp(packet[i], 2);
	nts_protected_seal(some, n);
	nts_protected_wipe(some, n);
}

/* The same operations on the same lengths; parsing is left out in its favour. */
static void serve_nettle(void)
{
	const u8 *cookie = packet[0] + 84 + 4, *auth = packet[0] + 84 + 104 + 4;
	struct siv_cmac_aes128_ctx c2s, s2c;
	u8 keys[64], fresh[NTS_COOKIE_EXT_LEN], sealed[NTS_COOKIE_EXT_LEN + 16];

	memcpy(packet[0], client.packet, client.len);
	if (!siv_cmac_aes128_decrypt_message(&nettle_cookie_key, 16, cookie + 4, 0, NULL,
					     64, keys, cookie + 20))
		die("nettle cannot open the cookie");
	siv_cmac_aes128_set_key(&c2s, keys);
	if (!siv_cmac_aes128_decrypt_message(&c2s, 16, auth + 4, 188, packet[0], 0, keys,
					     auth + 20))
		die("nettle cannot verify the request");
	siv_cmac_aes128_encrypt_message(&nettle_cookie_key, 16, entropy, 0, NULL, 80,
					fresh + 24, keys);
	siv_cmac_aes128_set_key(&s2c, keys + 32);
	siv_cmac_aes128_encrypt_message(&s2c, 16, entropy, 84, packet[0], sizeof(sealed),
					sealed, fresh);
	packet[0][0] ^= sealed[0];
}

/* NTS_PROTECTED_BATCH requests. */
static void serve_some(enum way way)
{
	int i;

	if (way == WAY_BATCH) {
		serve(NTS_SIV_NI, NTS_PROTECTED_BATCH);
		return;
	}
	for (i = 0; i < NTS_PROTECTED_BATCH; i++) {
		if (way == WAY_NETTLE)
			serve_nettle();
		else
			serve(way == WAY_LIB ? NTS_SIV_LIB : NTS_SIV_NI, 1);
	}
}

static double run(enum way way)
{
	struct timespec begin, end;
	int i;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (i = 0; i < BATCH; i++)
		serve_some(way);
	clock_gettime(CLOCK_MONOTONIC, &end);
	return ((double)(end.tv_sec - begin.tv_sec) * 1e9 +
		(double)(end.tv_nsec - begin.tv_nsec)) / (BATCH * NTS_PROTECTED_BATCH);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(void)
{
	static const u8 bytes[NTS_SIV_KEY_LEN] = { 9, 8, 7 };
	static double ns[WAYS][RUNS];
	int i, way;

	if (!NTS_HAVE_NI || !nts_ni_supported())
		die("this CPU has no AES-NI");
	client_init(&client);
	client_request(&client, 0);
	ring = client.ring;
	nts_siv_setkey(&ring.key[0].siv[NTS_SIV_NI], bytes, NTS_SIV_NI);
	siv_cmac_aes128_set_key(&nettle_cookie_key, bytes);

	for (i = 0; i < RUNS; i++)
		for (way = 0; way < WAYS; way++)
			ns[way][i] = run(way);
	for (way = 0; way < WAYS; way++)
		qsort(ns[way], RUNS, sizeof(double), compare);
	printf("{\"core.request_ns.lib\": %.0f, \"core.request_ns.aesni\": %.0f, "
	       "\"core.request_ns.batch8\": %.0f, \"core.nettle_request_ns\": %.0f}\n",
	       ns[WAY_LIB][RUNS / 2], ns[WAY_AESNI][RUNS / 2], ns[WAY_BATCH][RUNS / 2],
	       ns[WAY_NETTLE][RUNS / 2]);
	return 0;
}
