// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>

#include "stamping.h"

static int ask(int fd, unsigned long request, const char *name, void *data)
{
	struct ifreq req;

	memset(&req, 0, sizeof(req));
	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", name);
	req.ifr_data = data;
	return ioctl(fd, request, &req) ? -errno : 0;
}

static bool knows(const struct stamping *can, int filter)
{
	return can->filters >> filter & 1;
}

/* PTP over IPv4 and IPv6 alone, if the device tells that apart. */
static int ptp_filter(const struct stamping *can)
{
	return knows(can, HWTSTAMP_FILTER_PTP_V2_L4_EVENT) ?
	       HWTSTAMP_FILTER_PTP_V2_L4_EVENT : HWTSTAMP_FILTER_PTP_V2_EVENT;
}

/**
 * stamping_ask() - ask what a device can do
 * @fd: any socket
 * @name: of the device
 * @can: filled in
 *
 * Return: 0 or a negative errno, -EOPNOTSUPP when it stamps nothing.
 */
int stamping_ask(int fd, const char *name, struct stamping *can)
{
	struct ethtool_ts_info info = { .cmd = ETHTOOL_GET_TS_INFO };
	int ret = ask(fd, SIOCETHTOOL, name, &info);

	if (ret)
		return ret;
	if (!(info.so_timestamping & SOF_TIMESTAMPING_RAW_HARDWARE) ||
	    info.phc_index < 0)
		return -EOPNOTSUPP;
	can->clock = info.phc_index;
	can->sent = info.so_timestamping & SOF_TIMESTAMPING_TX_HARDWARE &&
		    info.tx_types >> HWTSTAMP_TX_ON & 1;
	can->filters = info.so_timestamping & SOF_TIMESTAMPING_RX_HARDWARE ?
		       info.rx_filters : 0;
	return can->sent || can->filters >> 1 ? 0 : -EOPNOTSUPP;
}

/**
 * stamping_choose() - find the best a device can do
 * @can: what it can do
 * @wanted: directive hwtimestamp
 *
 * As chrony does it: a filter for NTP alone costs the device the least.
 *
 * Return: what to set.
 */
struct stamping_mode stamping_choose(const struct stamping *can,
				     enum config_rxfilter wanted)
{
	struct stamping_mode mode = { .sent = can->sent,
				      .filter = HWTSTAMP_FILTER_NONE };

	switch (wanted) {
	case CONFIG_RXFILTER_NONE:
		break;
	case CONFIG_RXFILTER_PTP:
		mode.filter = ptp_filter(can);
		break;
	case CONFIG_RXFILTER_NTP:
		mode.filter = HWTSTAMP_FILTER_NTP_ALL;
		break;
	case CONFIG_RXFILTER_ALL:
		mode.filter = HWTSTAMP_FILTER_ALL;
		break;
	case CONFIG_RXFILTER_BEST:
		if (knows(can, HWTSTAMP_FILTER_NTP_ALL))
			mode.filter = HWTSTAMP_FILTER_NTP_ALL;
		else if (knows(can, HWTSTAMP_FILTER_ALL))
			mode.filter = HWTSTAMP_FILTER_ALL;
		break;
	}
	return mode;
}

/**
 * stamping_get() - ask what a device does
 * @fd: any socket
 * @name: of the device
 * @mode: filled in
 *
 * Return: 0 or a negative errno.
 */
int stamping_get(int fd, const char *name, struct stamping_mode *mode)
{
	struct hwtstamp_config config = { 0 };
	int ret = ask(fd, SIOCGHWTSTAMP, name, &config);

	if (ret)
		return ret;
	mode->sent = config.tx_type == HWTSTAMP_TX_ON;
	mode->filter = config.rx_filter;
	return 0;
}

/**
 * stamping_set() - have a device stamp packets
 * @fd: any socket
 * @name: of the device
 * @mode: what to do; what it does then
 *
 * Where that is not allowed, somebody who may can have done it before.
 *
 * Return: 0 or a negative errno.
 */
int stamping_set(int fd, const char *name, struct stamping_mode *mode)
{
	struct hwtstamp_config config = {
		.tx_type = mode->sent ? HWTSTAMP_TX_ON : HWTSTAMP_TX_OFF,
		.rx_filter = mode->filter,
	};
	struct stamping_mode is;
	int ret = ask(fd, SIOCSHWTSTAMP, name, &config);

	if (!ret) {
		mode->sent = config.tx_type == HWTSTAMP_TX_ON;
		mode->filter = config.rx_filter;
		return 0;
	}
	if (stamping_get(fd, name, &is) || is.sent != mode->sent ||
	    stamping_kind(is.filter) != stamping_kind(mode->filter))
		return ret;
	*mode = is;
	return 0;
}

/**
 * stamping_kind() - what a filter is good for
 * @filter: enum hwtstamp_rx_filters
 *
 * Return: the kind of packets it lets be stamped.
 */
enum config_rxfilter stamping_kind(int filter)
{
	switch (filter) {
	case HWTSTAMP_FILTER_NONE:
		return CONFIG_RXFILTER_NONE;
	case HWTSTAMP_FILTER_ALL:
		return CONFIG_RXFILTER_ALL;
	case HWTSTAMP_FILTER_NTP_ALL:
		return CONFIG_RXFILTER_NTP;
	default:
		return CONFIG_RXFILTER_PTP;
	}
}

/**
 * stamping_name() - what a filter is called
 * @filter: the filter
 *
 * Return: the word of directive hwtimestamp.
 */
const char *stamping_name(enum config_rxfilter filter)
{
	static const char *const names[] = {
		[CONFIG_RXFILTER_BEST] = "best",
		[CONFIG_RXFILTER_NONE] = "none",
		[CONFIG_RXFILTER_PTP] = "ptp",
		[CONFIG_RXFILTER_NTP] = "ntp",
		[CONFIG_RXFILTER_ALL] = "all",
	};

	return names[filter];
}
