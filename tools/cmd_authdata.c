// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl authdata: in the layout of chronyc authdata. */
#include <inttypes.h>
#include <stdio.h>

#include "source.h"

static const char *mode(const struct source *source)
{
	return source->flags & NTS_SOURCE_FLAG_NTS ? "NTS" : "-";
}

static unsigned int key_bits(const struct source *source)
{
	return source->aead ? 8 * NTS_KEY_LEN : 0;
}

static uint32_t age(const struct source *source)
{
	return source_seconds(source, NTS_A_SOURCE_KE_AGE, source->ke_age);
}

static void print_row(const struct source *source)
{
	printf("%-27s %4s %5" PRIu32 " %4u %4u %s %4" PRIu32 " %4" PRIu32 " %4" PRIu32
	       " %4" PRIu32 "\n",
	       source->label, mode(source), source->ke_count, source->aead,
	       key_bits(source), format_interval(age(source)).s, source->ke_attempts,
	       source->naks, source->cookies, source->cookie_len);
}

static void print_values(const struct source *source)
{
	printf("%s,%s,%" PRIu32 ",%u,%u,%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32
	       ",%" PRIu32 "\n",
	       source->label, mode(source), source->ke_count, source->aead,
	       key_bits(source), age(source), source->ke_attempts, source->naks,
	       source->cookies, source->cookie_len);
}

static void add_values(struct json_object *one, const struct source *source)
{
	object_text(one, "mode", mode(source));
	object_uint(one, "key_id", source->ke_count);
	object_uint(one, "type", source->aead);
	object_uint(one, "key_bits", key_bits(source));
	if (source->has[NTS_A_SOURCE_KE_AGE])
		object_uint(one, "ke_age_ns", source->ke_age);
	object_uint(one, "ke_attempts", source->ke_attempts);
	object_uint(one, "naks", source->naks);
	object_uint(one, "cookies", source->cookies);
	object_uint(one, "cookie_len", source->cookie_len);
}

static const struct source_report report = {
	.name = "authdata",
	.legend =
	"Mode   NTS, or '-' when answers are not authenticated\n"
	"KeyID  how many times keys were established\n"
	"Type   AEAD algorithm: 15 is AES-SIV-CMAC-256\n"
	"KLen   length of the keys in bits\n"
	"Last   how long ago keys were established\n"
	"Atmp   attempts since then\n"
	"NAK    answers since then that said a cookie could not be opened\n"
	"Cook   cookies that are left\n"
	"CLen   their length in octets\n"
	"\n",
	.heading = "Name/IP address             Mode KeyID Type KLen Last Atmp  NAK Cook CLen",
	.width = 73,
	.row = print_row,
	.values = print_values,
	.add = add_values,
};

int cmd_authdata(struct ctl *ctl)
{
	return source_report(ctl, &report);
}
