// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What one valid NTS request costs, natively in a process: parse, open the
 * cookie, verify, make a new cookie, seal. Ours through both AES engines, and
 * the same sequence of operations with nettle, the library chronyd uses.
 *
 * Medians of many short runs; the three take turns, so that a change of the
 * machine's speed meets all of them. Prints one flat JSON object.
 */
#include <nettle/siv-cmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/client_test.h"
#include "core/respond.h"

#define RUNS	401
#define BATCH	200

enum way {
	WAY_LIB,
	WAY_AESNI,
	WAY_NETTLE,
	WAYS
};

static struct client client;
static struct nts_cookie_ring ring;
static struct siv_cmac_aes128_ctx nettle_cookie_key;
static u8 packet[2048], entropy[NTS_ENTROPY_MAX];

static void die(const char *why)
{
	fprintf(stderr, "bench: %s\n", why);
	exit(1);
}

static void serve(enum nts_siv_engine engine)
{
	static const struct nts_quality quality = { .stratum = 1 };
	const struct nts_cookie_key *key;
	struct nts_request request;
	struct nts_session session;
	u32 len;

	memcpy(packet, client.packet, client.len);
	if (nts_request_parse(packet, client.len, &request) != NTS_ANSWER_NTS)
		die("the request does not parse");
	key = nts_request_open(packet, &request, &ring, engine, &session);
	if (!key)
		die("the request is not authentic");
	len = nts_respond_nts(packet, &request, &quality, 1, key, engine, &session,
			      nts_request_cookies(&request), entropy);
	nts_respond_stamp(packet, 2);
	nts_respond_seal(packet, len, &request, &session);
}

/* The same operations on the same lengths; parsing is left out in its favour. */
static void serve_nettle(void)
{
	const u8 *cookie = packet + 84 + 4, *auth = packet + 84 + 104 + 4;
	struct siv_cmac_aes128_ctx c2s, s2c;
	u8 keys[64], fresh[NTS_COOKIE_EXT_LEN], sealed[NTS_COOKIE_EXT_LEN + 16];

	memcpy(packet, client.packet, client.len);
	if (!siv_cmac_aes128_decrypt_message(&nettle_cookie_key, 16, cookie + 4, 0, NULL,
					     64, keys, cookie + 20))
		die("nettle cannot open the cookie");
	siv_cmac_aes128_set_key(&c2s, keys);
	if (!siv_cmac_aes128_decrypt_message(&c2s, 16, auth + 4, 188, packet, 0, keys,
					     auth + 20))
		die("nettle cannot verify the request");
	siv_cmac_aes128_encrypt_message(&nettle_cookie_key, 16, entropy, 0, NULL, 80,
					fresh + 24, keys);
	siv_cmac_aes128_set_key(&s2c, keys + 32);
	siv_cmac_aes128_encrypt_message(&s2c, 16, entropy, 84, packet, sizeof(sealed),
					sealed, fresh);
	packet[0] ^= sealed[0];
}

static void serve_one(enum way way)
{
	if (way == WAY_NETTLE)
		serve_nettle();
	else
		serve(way == WAY_LIB ? NTS_SIV_LIB : NTS_SIV_NI);
}

static double run(enum way way)
{
	struct timespec begin, end;
	int i;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (i = 0; i < BATCH; i++)
		serve_one(way);
	clock_gettime(CLOCK_MONOTONIC, &end);
	return ((double)(end.tv_sec - begin.tv_sec) * 1e9 +
		(double)(end.tv_nsec - begin.tv_nsec)) / BATCH;
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
	       "\"core.nettle_request_ns\": %.0f}\n", ns[WAY_LIB][RUNS / 2],
	       ns[WAY_AESNI][RUNS / 2], ns[WAY_NETTLE][RUNS / 2]);
	return 0;
}
