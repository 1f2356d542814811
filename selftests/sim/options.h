/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the configuration's seconds and ppm to the core's units. */
#ifndef _SIM_OPTIONS_H
#define _SIM_OPTIONS_H

#include "../../ntsd/config.h"
#include "core/discipline.h"

void options_of_discipline(const struct config *conf, struct nts_discipline_config *to);
void options_of_source(const struct config *conf, const struct config_source *source,
		       struct nts_source_options *to);
s64 options_ppm(double ppm);

#endif /* _SIM_OPTIONS_H */
