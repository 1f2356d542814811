// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl tracking: in the layout of chronyc tracking, then who steers the clock. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "tracking.h"

#define NS_PER_S 1e9
#define UNSYNCHRONISED_STRATUM 16

static const char * const methods[] = {
	[NTS_ADJUST_METHOD_NONE] = "none",
	[NTS_ADJUST_METHOD_KERNEL] = "kernel",
	[NTS_ADJUST_METHOD_DAEMON] = "daemon",
};

static uint64_t get_number(const struct nlattr *attr)
{
	switch (attr ? nla_len(attr) : 0) {
	case 1:
		return nla_get_u8(attr);
	case 4:
		return nla_get_u32(attr);
	case 8:
		return nla_get_u64(attr);
	default:
		return 0;
	}
}

static void get_string(const struct nlattr *attr, char *to, size_t size)
{
	if (!attr)
		return;
	nla_strlcpy(to, attr, size);
	format_clean(to);
}

static void take_tracking(struct genlmsghdr *gen, void *arg)
{
	struct nlattr *attr[NTS_A_TRACKING_MAX + 1];
	struct tracking *t = arg;

	if (nla_parse(attr, NTS_A_TRACKING_MAX, genlmsg_attrdata(gen, 0),
		      genlmsg_attrlen(gen, 0), NULL))
		return;
	get_string(attr[NTS_A_TRACKING_NAME], t->name, sizeof(t->name));
	get_string(attr[NTS_A_TRACKING_METHOD_REASON], t->method_reason,
		   sizeof(t->method_reason));
	if (attr[NTS_A_TRACKING_ADDR4] && nla_len(attr[NTS_A_TRACKING_ADDR4]) == 4)
		inet_ntop(AF_INET, nla_data(attr[NTS_A_TRACKING_ADDR4]), t->addr,
			  sizeof(t->addr));
	if (attr[NTS_A_TRACKING_ADDR6] && nla_len(attr[NTS_A_TRACKING_ADDR6]) == 16)
		inet_ntop(AF_INET6, nla_data(attr[NTS_A_TRACKING_ADDR6]), t->addr,
			  sizeof(t->addr));
	t->reftime = (int64_t)get_number(attr[NTS_A_TRACKING_REFTIME]);
	t->correction = (int64_t)get_number(attr[NTS_A_TRACKING_CORRECTION]);
	t->last_offset = (int64_t)get_number(attr[NTS_A_TRACKING_LAST_OFFSET]);
	t->freq = (int64_t)get_number(attr[NTS_A_TRACKING_FREQ]);
	t->residual_freq = (int64_t)get_number(attr[NTS_A_TRACKING_RESIDUAL_FREQ]);
	t->rms_offset = get_number(attr[NTS_A_TRACKING_RMS_OFFSET]);
	t->skew = get_number(attr[NTS_A_TRACKING_SKEW]);
	t->root_delay = get_number(attr[NTS_A_TRACKING_ROOT_DELAY]);
	t->root_dispersion = get_number(attr[NTS_A_TRACKING_ROOT_DISPERSION]);
	t->update_interval = get_number(attr[NTS_A_TRACKING_UPDATE_INTERVAL]);
	t->updates = get_number(attr[NTS_A_TRACKING_UPDATES]);
	t->foreign = get_number(attr[NTS_A_TRACKING_FOREIGN]);
	t->hold_off = get_number(attr[NTS_A_TRACKING_HOLD_OFF]);
	t->refid = (uint32_t)get_number(attr[NTS_A_TRACKING_REFID]);
	t->adjust_error = (int32_t)get_number(attr[NTS_A_TRACKING_ADJUST_ERROR]);
	t->synchronised = (uint8_t)get_number(attr[NTS_A_TRACKING_SYNCHRONISED]);
	t->stratum = (uint8_t)get_number(attr[NTS_A_TRACKING_STRATUM]);
	t->leap = (uint8_t)get_number(attr[NTS_A_TRACKING_LEAP]);
	t->method = (uint8_t)get_number(attr[NTS_A_TRACKING_METHOD]);
	t->steering = (uint8_t)get_number(attr[NTS_A_TRACKING_STEERING]);
	t->smooth = attr[NTS_A_TRACKING_SMOOTH_ACTIVE];
	t->smooth_active = get_number(attr[NTS_A_TRACKING_SMOOTH_ACTIVE]);
	t->smooth_offset = (int64_t)get_number(attr[NTS_A_TRACKING_SMOOTH_OFFSET]);
	t->smooth_freq = (int64_t)get_number(attr[NTS_A_TRACKING_SMOOTH_FREQ]);
	t->smooth_wander = (int64_t)get_number(attr[NTS_A_TRACKING_SMOOTH_WANDER]);
	t->smooth_age = get_number(attr[NTS_A_TRACKING_SMOOTH_AGE]);
	t->smooth_left = get_number(attr[NTS_A_TRACKING_SMOOTH_LEFT]);
	/* chronyc's way to say that there is none */
	if (t->stratum >= UNSYNCHRONISED_STRATUM)
		t->stratum = 0;
}

/**
 * tracking_read() - how the clock does
 * @ctl: connected
 * @tracking: filled in
 *
 * Return: 0, or an exit status; the reason was then printed.
 */
int tracking_read(struct ctl *ctl, struct tracking *tracking)
{
	memset(tracking, 0, sizeof(*tracking));
	return ask_kernel(ctl, NTS_CMD_TRACKING_GET, take_tracking, tracking);
}

static const char *reference(const struct ctl *ctl, const struct tracking *t,
			     struct text *refid)
{
	bool numeric = ctl->numeric || (ctl->form != OUT_TEXT && !ctl->names);

	if (t->name[0] && !numeric)
		return t->name;
	if (t->addr[0])
		return t->addr;
	*refid = format_refid(t->refid);
	return refid->s;
}

static const char *method(const struct tracking *t)
{
	return t->method < sizeof(methods) / sizeof(methods[0]) ? methods[t->method] : "?";
}

static double seconds(uint64_t ns)
{
	return (double)ns / NS_PER_S;
}

/* A positive frequency is that of a clock that gains, which chronyc calls fast. */
static void print_text(const struct tracking *t, const char *name)
{
	const uint64_t off = t->correction < 0 ? -(uint64_t)t->correction :
						 (uint64_t)t->correction;
	const double ppm = format_ppm(-t->freq);

	printf("Reference ID    : %08" PRIX32 " (%s)\n", t->refid, name);
	printf("Stratum         : %u\n", t->stratum);
	printf("Ref time (UTC)  : %s\n", format_date(t->reftime).s);
	printf("System time     : %s seconds %s of NTP time\n",
	       format_seconds((int64_t)off, false).s, t->correction > 0 ? "slow" : "fast");
	printf("Last offset     : %s seconds\n", format_seconds(-t->last_offset, true).s);
	printf("RMS offset      : %s seconds\n",
	       format_seconds((int64_t)t->rms_offset, false).s);
	printf("Frequency       : %.3f ppm %s\n", ppm < 0 ? -ppm : ppm,
	       ppm > 0 ? "fast" : "slow");
	printf("Residual freq   : %+.3f ppm\n", format_ppm(-t->residual_freq));
	printf("Skew            : %.3f ppm\n", format_ppm((int64_t)t->skew));
	printf("Root delay      : %s seconds\n",
	       format_seconds((int64_t)t->root_delay, false).s);
	printf("Root dispersion : %s seconds\n",
	       format_seconds((int64_t)t->root_dispersion, false).s);
	printf("Update interval : %.1f seconds\n", seconds(t->update_interval));
	printf("Leap status     : %s\n", format_leap(t->leap));

	printf("Steered by      : %s%s%s%s\n",
	       t->method == NTS_ADJUST_METHOD_NONE ? "nobody" : method(t),
	       t->method_reason[0] ? " (" : "", t->method_reason,
	       t->method_reason[0] ? ")" : "");
	if (t->hold_off)
		printf("Steering        : held off for %.1f seconds\n",
		       seconds(t->hold_off));
	else if (t->method != NTS_ADJUST_METHOD_NONE && !t->steering)
		printf("Steering        : not yet\n");
	if (t->foreign)
		printf("Foreign changes : %" PRIu64 "\n", t->foreign);
	if (t->adjust_error)
		printf("Last failure    : %s\n", strerror(t->adjust_error));
}

static void print_values(const struct tracking *t, const char *name)
{
	printf("%08" PRIX32 ",%s,%u,%s,%s,%s,%s,%.3f,%.3f,%.3f,%s,%s,%.1f,%s\n",
	       t->refid, name, t->stratum, format_seconds(t->reftime, false).s,
	       format_seconds(t->correction, false).s,
	       format_seconds(-t->last_offset, false).s,
	       format_seconds((int64_t)t->rms_offset, false).s, format_ppm(-t->freq),
	       format_ppm(-t->residual_freq), format_ppm((int64_t)t->skew),
	       format_seconds((int64_t)t->root_delay, false).s,
	       format_seconds((int64_t)t->root_dispersion, false).s,
	       seconds(t->update_interval), format_leap(t->leap));
}

static int print_json(const struct tracking *t)
{
	struct json_object *object = json_object_new_object();
	struct text refid;

	snprintf(refid.s, sizeof(refid.s), "%08" PRIX32, t->refid);
	object_bool(object, "synchronised", t->synchronised);
	object_text(object, "reference_id", refid.s);
	if (t->name[0])
		object_text(object, "name", t->name);
	if (t->addr[0])
		object_text(object, "address", t->addr);
	object_int(object, "stratum", t->stratum);
	object_int(object, "ref_time_ns", t->reftime);
	object_int(object, "correction_ns", t->correction);
	object_int(object, "last_offset_ns", -t->last_offset);
	object_uint(object, "rms_offset_ns", t->rms_offset);
	object_number(object, "frequency_ppm", format_ppm(-t->freq), 6);
	object_number(object, "residual_freq_ppm", format_ppm(-t->residual_freq), 6);
	object_number(object, "skew_ppm", format_ppm((int64_t)t->skew), 6);
	object_uint(object, "root_delay_ns", t->root_delay);
	object_uint(object, "root_dispersion_ns", t->root_dispersion);
	object_uint(object, "update_interval_ns", t->update_interval);
	object_uint(object, "updates", t->updates);
	object_text(object, "leap_status", format_leap(t->leap));
	object_text(object, "method", method(t));
	object_text(object, "method_reason", t->method_reason);
	object_bool(object, "steering", t->steering);
	object_uint(object, "foreign", t->foreign);
	object_uint(object, "hold_off_ns", t->hold_off);
	object_int(object, "adjust_error", t->adjust_error);
	return ask_print_json(object);
}

int cmd_tracking(struct ctl *ctl)
{
	struct tracking t;
	struct text refid;
	int ret = tracking_read(ctl, &t);

	if (ret)
		return ret;
	if (ctl->form == OUT_JSON)
		return print_json(&t);
	if (ctl->form == OUT_CSV)
		print_values(&t, reference(ctl, &t, &refid));
	else
		print_text(&t, reference(ctl, &t, &refid));
	return fflush(stdout) ? 1 : 0;
}
