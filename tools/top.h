/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ntsctl top shows at a time, and the terminal it is shown on. */
#ifndef NTSCTL_TOP_H
#define NTSCTL_TOP_H

#include <stdio.h>

#include "snapshot.h"

/**
 * struct top_size - of the terminal, in characters; 0 is without limit
 */
struct top_size {
	unsigned int columns;
	unsigned int rows;
};

/* top_frame.c APIs: */
void top_frame(FILE *out, const struct snapshot *now, const struct snapshot *before,
	       double seconds);

/* top_screen.c APIs: */
bool top_screen_begin(void);
void top_screen_end(void);
struct top_size top_screen_size(void);
void top_screen_show(FILE *out, const char *text, struct top_size size);
bool top_screen_wait(double seconds);

#endif
