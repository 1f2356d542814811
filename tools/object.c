// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON objects. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "ntsctl.h"

/**
 * object_int() - add a whole number
 * @object: to add to
 * @key: of the member
 * @value: of the member
 */
void object_int(struct json_object *object, const char *key, int64_t value)
{
	json_object_object_add(object, key, json_object_new_int64(value));
}

/**
 * object_uint() - add a whole number that is not negative
 * @object: to add to
 * @key: of the member
 * @value: of the member
 */
void object_uint(struct json_object *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

/**
 * object_number() - add a number with some digits behind the point
 * @object: to add to
 * @key: of the member
 * @value: of the member
 * @digits: 0 to 9
 */
void object_number(struct json_object *object, const char *key, double value, int digits)
{
	char text[400];

	if (!isfinite(value))
		value = 0;
	snprintf(text, sizeof(text), "%.*f", digits, value);
	json_object_object_add(object, key, json_object_new_double_s(value, text));
}

/**
 * object_bool() - add a truth value
 * @object: to add to
 * @key: of the member
 * @value: of the member
 */
void object_bool(struct json_object *object, const char *key, bool value)
{
	json_object_object_add(object, key, json_object_new_boolean(value));
}

/**
 * object_text() - add a string
 * @object: to add to
 * @key: of the member
 * @value: of the member; bytes that are no ASCII become question marks
 */
void object_text(struct json_object *object, const char *key, const char *value)
{
	char text[512];
	size_t at = 0;

	for (; *value && at + 1 < sizeof(text); value++)
		text[at++] = *value & 0x80 ? '?' : *value;
	text[at] = '\0';
	json_object_object_add(object, key, json_object_new_string(text));
}

/**
 * object_key_id() - add the identifier of a cookie key
 * @object: to add to
 * @id: of the key
 *
 * As a number, and as logs, key files and tables have it.
 */
void object_key_id(struct json_object *object, uint32_t id)
{
	struct text hex;

	snprintf(hex.s, sizeof(hex.s), "%08" PRIX32, id);
	object_uint(object, "id", id);
	object_text(object, "hex", hex.s);
}
