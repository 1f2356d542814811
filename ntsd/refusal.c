// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "refusal.h"

/* One that is not written holds by default: there is no line to name. */
static void tell(const struct config_place *place, const char *text, const char *remedy)
{
	char both[1024];

	snprintf(both, sizeof(both), "%s%s", text, remedy);
	if (place && place->line)
		log_problem(NULL, true, place->file, place->line, both);
	else
		log_err("%s", both);
}

static bool has(const struct config *conf, const char *device)
{
	for (unsigned int i = 0; conf && i < conf->n_fastpaths; i++)
		if (!strcmp(conf->fastpath[i], device))
			return true;
	return false;
}

static bool is_ethernet(const char *device)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { };
	bool ok;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", device);
	ok = fd < 0 || ioctl(fd, SIOCGIFHWADDR, &ifr) ||
	     ifr.ifr_hwaddr.sa_family == ARPHRD_ETHER;
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool is_part(const char *device)
{
	char bridge[64], bond[64];

	snprintf(bridge, sizeof(bridge), "/sys/class/net/%s/brport", device);
	snprintf(bond, sizeof(bond), "/sys/class/net/%s/bonding_slave", device);
	return !access(bridge, F_OK) || !access(bond, F_OK);
}

/* The kernel does not say which: it is none that it took before, and one that is there. */
static const struct config_place *find_fastpath(const struct config *conf,
						const struct config *old)
{
	const struct config_place *found = NULL;

	for (unsigned int i = 0; i < conf->n_fastpaths; i++) {
		const char *device = conf->fastpath[i];

		if (has(old, device) || !if_nametoindex(device))
			continue;
		if (!is_ethernet(device) || is_part(device))
			return &conf->fastpath_place[i];
		if (!found)
			found = &conf->fastpath_place[i];
	}
	return found;
}

/**
 * refusal_tell() - say which line the kernel module does not take
 * @conf: asked for
 * @old: what it took before, NULL for nothing
 * @text: what the kernel said, which names the attribute
 */
void refusal_tell(const struct config *conf, const struct config *old, const char *text)
{
	if (strstr(text, " fastpath: "))
		tell(find_fastpath(conf, old), text, ": correct or remove fastpath");
	else if (strstr(text, " device: "))
		tell(&conf->bind_device_place, text,
		     ": make it first, or correct or remove binddevice");
	else if (strstr(text, " bind4/bind6: "))
		tell(&conf->bind_place, text, ": correct or remove bindaddress");
	else if (strstr(text, " port: "))
		tell(&conf->ntp_port_place, text, "");
	else
		log_err("%s", text);
}

/**
 * refusal_tell_listener() - say which line is why NTS-KE cannot listen
 * @conf: asked for
 * @why: errno of listener_open() or listener_move()
 * @text: what they said
 */
void refusal_tell_listener(const struct config *conf, int why, const char *text)
{
	if (why == ENODEV)
		tell(&conf->bind_device_place, text,
		     ": make it first, or correct or remove binddevice");
	else if (why == EADDRNOTAVAIL)
		tell(&conf->bind_place, text, ": correct or remove bindaddress");
	else
		tell(&conf->nts_port_place, text, "");
}
