// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <stdio.h>

#include "driftfile.h"
#include "file.h"

/* Linux corrects no more; what claims more is a broken file. */
#define PPM_MAX 1e5

/**
 * driftfile_read() - read the file
 * @path: directive driftfile
 * @fast_ppm: how much the uncorrected clock gains, filled in
 * @skew_ppm: bound of the error of that, filled in
 *
 * Return: false when there is no such file, or it makes no sense.
 */
bool driftfile_read(const char *path, double *fast_ppm, double *skew_ppm)
{
	char text[128];

	return file_read(path, text, sizeof(text), NULL) > 0 &&
	       sscanf(text, "%lf %lf", fast_ppm, skew_ppm) == 2 &&
	       fabs(*fast_ppm) < PPM_MAX && *skew_ppm >= 0 &&
	       *skew_ppm < PPM_MAX;
}

/**
 * driftfile_write() - write the file
 * @path: directive driftfile
 * @fast_ppm: how much the uncorrected clock gains
 * @skew_ppm: bound of the error of that
 *
 * Return: 0 or a negative errno.
 */
int driftfile_write(const char *path, double fast_ppm, double skew_ppm)
{
	char text[128];
	int len = snprintf(text, sizeof(text), "%20.6f %20.6f\n", fast_ppm,
			   skew_ppm);

	return file_replace(path, text, len, 0644);
}
