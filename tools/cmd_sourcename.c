// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl sourcename: what a source is called in the configuration. */
#include <stdio.h>

#include "source.h"

int cmd_sourcename(struct ctl *ctl)
{
	struct source_list list;
	int ret;

	if (ctl->n_args != 1)
		return ask_usage("sourcename ADDRESS");
	ret = source_list_read(ctl, &list);
	if (!ret)
		ret = source_list_pick(&list, ctl->args[0]);
	if (ret)
		return ret;
	if (ctl->form == OUT_JSON)
		return ask_print_json(source_object(&list.row[0]));
	puts(list.row[0].name);
	return fflush(stdout) ? 1 : 0;
}
