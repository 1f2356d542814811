/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Speaks with the kernel module (generic netlink family "nts"). */
#ifndef NTSD_NL_H
#define NTSD_NL_H

#include "clockfeed.h"
#include "config.h"
#include "keyring.h"
#include "worker.h"

#define NL_ERR_LEN 512

struct nl;

enum nl_news {
	NL_NEWS_NONE,
	NL_NEWS_CAME,	/* the module was loaded and knows nothing */
	NL_NEWS_GONE,	/* it was unloaded */
};

struct nl *nl_open(char *err);
bool nl_find_module(struct nl *nl, char *err);
int nl_set_server(struct nl *nl, const struct config *conf, char *err);
int nl_set_keys(struct nl *nl, const struct keyring *ring, int64_t now_ms,
		char *err);
int nl_get_keys(struct nl *nl, struct keyring_told told[KEYRING_SLOTS],
		char *err);
int nl_set_clock(struct nl *nl, const struct clockfeed *feed, char *err);
int nl_set_daemon(struct nl *nl, const struct worker_counts *counts, char *err);
int nl_news_fd(const struct nl *nl);
enum nl_news nl_news(struct nl *nl);
void nl_hang_up(struct nl *nl);

#endif
