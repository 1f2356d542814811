// SPDX-License-Identifier: GPL-2.0-or-later
/* Stamps of packets: whose are taken, and which are refused. */
#include <kunit/test.h>
#include <linux/delay.h>

#include "phc.c"
#include "timestamp.c"

#define IFINDEX		4711
/* The device's clock is 1000 s ahead of the raw one, and 20 ppm fast. */
#define AHEAD		(1000 * NSEC_PER_SEC)
#define FAST		(20 * NTS_FREQ_PPM)

static u32 told;

void nts_notify_phc(struct nts_net *nn, u32 ifindex, u8 news)
{
	told += 1 + news;
}

struct stamp_fixture {
	struct nts_net *nn;
	struct net_device *dev;
	struct sk_buff *skb;
	s64 raw;
};

static struct stamp_fixture *stamp_set_up(struct kunit *test)
{
	struct stamp_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->nn = kunit_kzalloc(test, sizeof(*f->nn), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->nn);
	f->nn->net = &init_net;
	mutex_init(&f->nn->lock);
	nts_phc_net_init(f->nn);
	f->dev = kunit_kzalloc(test, sizeof(*f->dev), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->dev);
	f->dev->ifindex = IFINDEX;
	f->skb = alloc_skb(256, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->skb);
	f->skb->dev = f->dev;
	f->raw = ktime_get_raw_ns();
	told = 0;
	return f;
}

static void stamp_tear_down(struct stamp_fixture *f)
{
	nts_phc_net_exit(f->nn);
	f->skb->dev = NULL;
	kfree_skb(f->skb);
}

static void map_phc(struct kunit *test, struct stamp_fixture *f, s64 valid_ns)
{
	const struct nts_phc_mapping mapping = {
		.ifindex = IFINDEX,
		.map = { .raw = f->raw + AHEAD, .time = f->raw, .freq = -FAST },
		.error = 100,
		.valid_ns = valid_ns,
		.rxcomp = 30,
		.txcomp = 40,
	};

	mutex_lock(&f->nn->lock);
	KUNIT_EXPECT_EQ(test, nts_phc_set(f->nn, &mapping, NULL), 0);
	mutex_unlock(&f->nn->lock);
}

/* What the device's clock shows at a raw time. */
static s64 phc_at(const struct stamp_fixture *f, s64 raw)
{
	return raw + AHEAD + nts_clockmap_scale(raw - f->raw, FAST);
}

static void hardware(struct stamp_fixture *f, s64 raw)
{
	skb_hwtstamps(f->skb)->hwtstamp = ns_to_ktime(phc_at(f, raw));
}

static bool usable(struct stamp_fixture *f, struct nts_phc_report *report)
{
	bool found;

	mutex_lock(&f->nn->lock);
	found = nts_phc_next(f->nn, 0, report);
	mutex_unlock(&f->nn->lock);
	return found && report->usable;
}

static void received_by_the_stack(struct kunit *test)
{
	struct stamp_fixture *f = stamp_set_up(test);
	struct nts_stamp stamp;
	s64 raw, real;

	nts_clock_snapshot(&raw, &real);
	f->skb->tstamp = ns_to_ktime(real);
	mdelay(3);
	nts_timestamp_received(f->nn, f->skb, &stamp);
	KUNIT_EXPECT_EQ(test, stamp.kind, NTS_STAMP_KIND_KERNEL);
	KUNIT_EXPECT_LE(test, abs(stamp.raw - raw), 100000LL);

	/* None, from the future, or of another clock: the time now is taken. */
	f->skb->tstamp = 0;
	nts_timestamp_received(f->nn, f->skb, &stamp);
	KUNIT_EXPECT_EQ(test, stamp.kind, NTS_STAMP_KIND_DAEMON);
	KUNIT_EXPECT_GE(test, stamp.raw, raw + 2000000);
	f->skb->tstamp = ns_to_ktime(real + 5 * NSEC_PER_SEC);
	nts_timestamp_received(f->nn, f->skb, &stamp);
	KUNIT_EXPECT_EQ(test, stamp.kind, NTS_STAMP_KIND_DAEMON);
	f->skb->tstamp = ktime_get();
	nts_timestamp_received(f->nn, f->skb, &stamp);
	KUNIT_EXPECT_EQ(test, stamp.kind, NTS_STAMP_KIND_DAEMON);

	/* A device nobody has measured. */
	hardware(f, f->raw);
	nts_timestamp_received(f->nn, f->skb, &stamp);
	KUNIT_EXPECT_EQ(test, stamp.kind, NTS_STAMP_KIND_DAEMON);
	stamp_tear_down(f);
}

static void received_by_hardware(struct kunit *test)
{
	struct stamp_fixture *f = stamp_set_up(test);
	struct nts_phc_report report;
	struct nts_stamp stamp;
	s64 raw, real;

	map_phc(test, f, NSEC_PER_SEC);
	nts_clock_snapshot(&raw, &real);
	f->skb->tstamp = ns_to_ktime(real);
	hardware(f, raw - 50000);
	nts_timestamp_received(f->nn, f->skb, &stamp);
	KUNIT_EXPECT_EQ(test, stamp.kind, NTS_STAMP_KIND_HARDWARE);
	KUNIT_EXPECT_LE(test, abs(stamp.raw - (raw - 50000 - 30)), 1LL);
	KUNIT_EXPECT_TRUE(test, usable(f, &report));
	KUNIT_EXPECT_EQ(test, report.count[NTS_PHC_RX], 1ULL);
	KUNIT_EXPECT_EQ(test, report.mapping.rxcomp, 30LL);
	stamp_tear_down(f);
}

/* Later than the kernel had it: the device's clock was stepped. */
static void received_before_it_came(struct kunit *test)
{
	struct stamp_fixture *f = stamp_set_up(test);
	struct nts_phc_report report;
	struct nts_stamp stamp;
	s64 raw, real;

	map_phc(test, f, NSEC_PER_SEC);
	nts_clock_snapshot(&raw, &real);
	f->skb->tstamp = ns_to_ktime(real);
	hardware(f, raw + 50000);
	nts_timestamp_received(f->nn, f->skb, &stamp);
	KUNIT_EXPECT_EQ(test, stamp.kind, NTS_STAMP_KIND_KERNEL);
	KUNIT_EXPECT_FALSE(test, usable(f, &report));
	KUNIT_EXPECT_EQ(test, report.count[NTS_PHC_RX_REFUSED], 1ULL);
	/* Once is enough: nor is what fits taken now. */
	hardware(f, raw - 50000);
	nts_timestamp_received(f->nn, f->skb, &stamp);
	KUNIT_EXPECT_EQ(test, stamp.kind, NTS_STAMP_KIND_KERNEL);
	flush_work(&f->nn->phc_work);
	KUNIT_EXPECT_EQ(test, told, 1U + NTS_PHC_NEWS_STEPPED);
	/* Measured anew. */
	map_phc(test, f, NSEC_PER_SEC);
	nts_timestamp_received(f->nn, f->skb, &stamp);
	KUNIT_EXPECT_EQ(test, stamp.kind, NTS_STAMP_KIND_HARDWARE);
	/* A machine may stand still for a while. */
	hardware(f, raw - NSEC_PER_SEC / 20);
	nts_timestamp_received(f->nn, f->skb, &stamp);
	KUNIT_EXPECT_EQ(test, stamp.kind, NTS_STAMP_KIND_HARDWARE);
	/* As long ago as no packet waits: that one is not taken. */
	hardware(f, raw - NSEC_PER_SEC / 5);
	nts_timestamp_received(f->nn, f->skb, &stamp);
	KUNIT_EXPECT_EQ(test, stamp.kind, NTS_STAMP_KIND_KERNEL);
	KUNIT_EXPECT_TRUE(test, usable(f, &report));
	KUNIT_EXPECT_EQ(test, report.count[NTS_PHC_RX_REFUSED], 2ULL);
	stamp_tear_down(f);
}

static void mapping_expires(struct kunit *test)
{
	struct stamp_fixture *f = stamp_set_up(test);
	struct nts_phc_report report;
	struct nts_stamp stamp;
	s64 raw, real;

	map_phc(test, f, NSEC_PER_MSEC);
	mdelay(2);
	nts_clock_snapshot(&raw, &real);
	f->skb->tstamp = ns_to_ktime(real);
	hardware(f, raw);
	nts_timestamp_received(f->nn, f->skb, &stamp);
	KUNIT_EXPECT_EQ(test, stamp.kind, NTS_STAMP_KIND_KERNEL);
	KUNIT_EXPECT_FALSE(test, usable(f, &report));
	flush_work(&f->nn->phc_work);
	KUNIT_EXPECT_EQ(test, told, 1U + NTS_PHC_NEWS_EXPIRED);
	/* That is no fault of the device's. */
	KUNIT_EXPECT_EQ(test, report.count[NTS_PHC_RX_REFUSED], 0ULL);
	mutex_lock(&f->nn->lock);
	KUNIT_EXPECT_EQ(test, nts_phc_del(f->nn, IFINDEX), 0);
	KUNIT_EXPECT_EQ(test, nts_phc_del(f->nn, IFINDEX), -ENOENT);
	mutex_unlock(&f->nn->lock);
	stamp_tear_down(f);
}

static void report_of_sending(struct stamp_fixture *f, u32 info)
{
	struct sock_exterr_skb *err = SKB_EXT_ERR(f->skb);

	memset(err, 0, sizeof(*err));
	err->ee.ee_origin = SO_EE_ORIGIN_TIMESTAMPING;
	err->ee.ee_info = info;
	err->header.h4.iif = IFINDEX;
}

static void sent_by_hardware_and_stack(struct kunit *test)
{
	struct stamp_fixture *f = stamp_set_up(test);
	struct nts_stamp stamp;
	s64 raw, real;

	map_phc(test, f, NSEC_PER_SEC);
	mdelay(1);
	nts_clock_snapshot(&raw, &real);
	report_of_sending(f, SCM_TSTAMP_SND);
	hardware(f, raw);
	KUNIT_EXPECT_TRUE(test, nts_timestamp_sent(f->nn, f->skb, raw - 1000, &stamp));
	KUNIT_EXPECT_EQ(test, stamp.kind, NTS_STAMP_KIND_HARDWARE);
	KUNIT_EXPECT_LE(test, abs(stamp.raw - (raw + 40)), 1LL);

	/* Both reports see the hardware's stamp; the stack's has its own. */
	f->skb->tstamp = ns_to_ktime(real);
	KUNIT_EXPECT_TRUE(test, nts_timestamp_sent(f->nn, f->skb, raw - 1000, &stamp));
	KUNIT_EXPECT_EQ(test, stamp.kind, NTS_STAMP_KIND_KERNEL);
	KUNIT_EXPECT_LE(test, abs(stamp.raw - raw), 1000LL);
	f->skb->tstamp = 0;

	/* Neither when it was queued, nor before it was asked for. */
	report_of_sending(f, SCM_TSTAMP_SCHED);
	KUNIT_EXPECT_FALSE(test, nts_timestamp_sent(f->nn, f->skb, raw - 1000, &stamp));
	report_of_sending(f, SCM_TSTAMP_SND);
	hardware(f, raw - 100000);
	KUNIT_EXPECT_FALSE(test, nts_timestamp_sent(f->nn, f->skb, raw - 1000, &stamp));
	stamp_tear_down(f);
}

static struct kunit_case timestamp_cases[] = {
	KUNIT_CASE(received_by_the_stack),
	KUNIT_CASE(received_by_hardware),
	KUNIT_CASE(received_before_it_came),
	KUNIT_CASE(mapping_expires),
	KUNIT_CASE(sent_by_hardware_and_stack),
	{ }
};

static struct kunit_suite timestamp_suite = {
	.name = "nts_timestamp",
	.test_cases = timestamp_cases,
};

kunit_test_suite(timestamp_suite);
