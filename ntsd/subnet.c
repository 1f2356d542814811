// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "subnet.h"

#define WORD_MAX 255

/* A number of at most 3 digits; *@text is left at what follows. */
static int number(const char **text)
{
	int value = 0, digits = 0;

	for (; isdigit((unsigned char)**text); ++*text, digits++) {
		if (digits == 3)
			return -1;
		value = 10 * value + (**text - '0');
	}
	return digits ? value : -1;
}

/* "1", "1.2" or "1.2.3": unlike inet_aton(3), the first octets of an address. */
static bool first_octets(const char *text, uint8_t octet[4], uint8_t *len)
{
	memset(octet, 0, 4);
	for (int i = 0; i < 3; i++) {
		int value = number(&text);

		if (value < 0 || value > 255)
			return false;
		octet[i] = (uint8_t)value;
		*len = (uint8_t)(8 * (i + 1));
		if (!*text)
			return true;
		if (*text++ != '.')
			return false;
	}
	return false;
}

/* What could be the name of a host; digits and dots alone never are. */
static bool is_name(const char *text)
{
	bool letters = false;

	if (*text == '-' || *text == '.')
		return false;
	for (; *text; text++) {
		if (isalpha((unsigned char)*text))
			letters = true;
		else if (!isdigit((unsigned char)*text) && *text != '-' && *text != '.' &&
			 *text != '_')
			return false;
	}
	return letters;
}

static bool parse_address(const char *text, struct subnet *subnet)
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET6, text, bytes) == 1) {
		subnet->v6 = true;
		subnet->len = 128;
	} else if (inet_pton(AF_INET, text, bytes) == 1) {
		subnet->len = 32;
	} else if (!first_octets(text, bytes, &subnet->len)) {
		return false;
	}
	subnet->key = nts_acl_key(subnet->v6, bytes);
	return true;
}

/**
 * subnet_parse() - read an address, a network or a name
 * @word: as in "allow 192.0.2.1", "allow 192.0.2.0/24", "allow 192.0.2",
 *	"allow 0/0", "allow 2001:db8::/32", "allow host.example"
 * @subnet: filled in, unless it is a name; bits after the prefix are cleared
 *
 * Return: what it is.
 */
enum subnet_kind subnet_parse(const char *word, struct subnet *subnet)
{
	const char *slash = strchr(word, '/'), *bits;
	size_t len = slash ? (size_t)(slash - word) : strlen(word);
	char address[WORD_MAX + 1];
	int value;

	memset(subnet, 0, sizeof(*subnet));
	if (len > WORD_MAX)
		return SUBNET_BAD;
	memcpy(address, word, len);
	address[len] = '\0';
	if (!parse_address(address, subnet))
		return !slash && is_name(word) ? SUBNET_NAME : SUBNET_BAD;
	if (slash) {
		bits = slash + 1;
		value = number(&bits);
		if (value < 0 || *bits || value > nts_acl_bits(subnet->v6))
			return SUBNET_BAD;
		subnet->len = (uint8_t)value;
	}
	subnet->key = nts_acl_prefix(subnet->key, subnet->len);
	return SUBNET_PREFIX;
}
