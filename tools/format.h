/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers as chronyc prints them. */
#ifndef NTSCTL_FORMAT_H
#define NTSCTL_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

/* A formatted value, for %s: valid to the end of the statement that asks for it. */
struct text {
	char s[64];
};

/* An interval that is not known, as chronyc -c prints it. */
#define FORMAT_NEVER UINT32_MAX

double format_ppm(int64_t freq);
struct text format_interval(uint32_t seconds);
struct text format_bound(uint64_t ns);
struct text format_offset(int64_t ns);
struct text format_frequency(double ppm, bool sign);
struct text format_seconds(int64_t ns, bool sign);
struct text format_options(uint32_t flags, char between);
struct text format_refid(uint32_t refid);
struct text format_date(int64_t ns);
struct text format_tests(uint32_t tests, char between);
const char *format_leap(uint8_t leap);
void format_clean(char *string);

#endif
