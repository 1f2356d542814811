// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fnic: pairs of network cards that exist in a model only, with a hardware
 * clock each and stamps of every frame, for tests of what is done with stamps.
 *
 *   modprobe fnic		fnic0 and fnic1, at both ends of a wire
 *
 * Each has a directory in /sys/kernel/debug/fnic; its files are listed below.
 * Those of a wire are about the way out of that card.
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/uaccess.h>

#include "fnic.h"

#define MAX_CARDS 8

static unsigned int pairs = 1;
module_param(pairs, uint, 0444);
MODULE_PARM_DESC(pairs, "number of pairs, up to 4");

static int freq_ppb[MAX_CARDS] = { 20000, -35000, 12345, -7, 100000, -100000, 0, 1 };
module_param_array(freq_ppb, int, NULL, 0444);
MODULE_PARM_DESC(freq_ppb, "how much too fast each clock runs, in 1e-9");

static struct fnic *cards[MAX_CARDS];
static struct dentry *root;

/* ---- settings ---- */

static s64 freq_ppb_get(struct fnic *f)
{
	return READ_ONCE(f->clock.error_ppb);
}

static int freq_ppb_set(struct fnic *f, s64 value)
{
	if (abs(value) > FNIC_MAX_PPB)
		return -ERANGE;
	fnic_phc_err(f, value);
	return 0;
}

static int step_ns_set(struct fnic *f, s64 value)
{
	fnic_phc_step(f, value);
	return 0;
}

static s64 phc_get(struct fnic *f)
{
	return !!READ_ONCE(f->ptp);
}

static int phc_set(struct fnic *f, s64 value)
{
	int err = 0;

	rtnl_lock();
	if (!value)
		fnic_phc_remove(f);
	else if (!f->ptp)
		err = fnic_phc_add(f);
	rtnl_unlock();
	return err;
}

/* A driver's reset: the clock begins again, and nobody is stamped until asked for. */
static int reset_set(struct fnic *f, s64 value)
{
	int err;

	rtnl_lock();
	fnic_phc_remove(f);
	err = fnic_phc_add(f);
	rtnl_unlock();
	return err;
}

/**
 * struct setting - a file in a card's directory
 * @name: of the file
 * @field: what it shows, if it is just a number of the card
 * @most: what that may be set to, 0 if it only counts
 * @get: what it shows otherwise
 * @set: what writing does then
 */
struct setting {
	const char *name;
	size_t field;
	u64 most;
	s64 (*get)(struct fnic *f);
	int (*set)(struct fnic *f, s64 value);
};

static const struct setting settings[] = {
	{ "delay_ns", offsetof(struct fnic, wire.delay), NSEC_PER_SEC },
	/* Up to so much more, uniform. */
	{ "jitter_ns", offsetof(struct fnic, wire.jitter), NSEC_PER_SEC },
	/* Of 1000 frames; of 1000 stamps. */
	{ "loss", offsetof(struct fnic, frame_loss), 1000 },
	{ "tx_loss", offsetof(struct fnic, tx_loss), 1000 },
	{ "rx_loss", offsetof(struct fnic, rx_loss), 1000 },
	/* Stamps of sending come so much after their moment. */
	{ "tx_late_ns", offsetof(struct fnic, tx_late), NSEC_PER_SEC },
	/* The card can stamp received frames of PTP, and no others. */
	{ "ptp_only", offsetof(struct fnic, ptp_only), 1 },
	/* Told so far. */
	{ "tx_stamps", offsetof(struct fnic, tx_stamps), 0 },
	{ "rx_stamps", offsetof(struct fnic, rx_stamps), 0 },
	/* The clock's error, a jump of it, its absence, a reset of the driver. */
	{ "freq_ppb", .get = freq_ppb_get, .set = freq_ppb_set },
	{ "step_ns", .set = step_ns_set },
	{ "phc", .get = phc_get, .set = phc_set },
	{ "reset", .set = reset_set },
};

/* What a file stands for. */
struct knob {
	struct fnic *card;
	const struct setting *setting;
};

static struct knob knobs[MAX_CARDS][ARRAY_SIZE(settings)];

static u64 *field_of(const struct knob *knob)
{
	return (void *)knob->card + knob->setting->field;
}

static ssize_t knob_read(struct file *file, char __user *to, size_t size, loff_t *pos)
{
	const struct knob *knob = file->private_data;
	char text[24];
	s64 value;

	if (knob->setting->set && !knob->setting->get)
		return -EINVAL;
	value = knob->setting->get ? knob->setting->get(knob->card) : READ_ONCE(*field_of(knob));
	snprintf(text, sizeof(text), "%lld\n", value);
	return simple_read_from_buffer(to, size, pos, text, strlen(text));
}

static ssize_t knob_write(struct file *file, const char __user *from, size_t size, loff_t *pos)
{
	const struct knob *knob = file->private_data;
	s64 value;
	int err;

	err = kstrtos64_from_user(from, size, 0, &value);
	if (err)
		return err;
	if (knob->setting->set) {
		err = knob->setting->set(knob->card, value);
	} else {
		if (value < 0 || value > (s64)knob->setting->most)
			return -ERANGE;
		WRITE_ONCE(*field_of(knob), value);
	}
	return err ?: size;
}

static const struct file_operations knob_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = knob_read,
	.write = knob_write,
};

static void add_files(struct fnic *f)
{
	char name[IFNAMSIZ];
	unsigned int i;

	snprintf(name, sizeof(name), "fnic%u", f->index);
	f->dir = debugfs_create_dir(name, root);
	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		struct knob *knob = &knobs[f->index][i];

		knob->card = f;
		knob->setting = &settings[i];
		debugfs_create_file(settings[i].name, 0600, f->dir, knob, &knob_fops);
	}
	fnic_load_add_files(f);
}

/* ---- coming and going ---- */

static void remove_card(struct fnic *f)
{
	unregister_netdev(f->dev);
	rtnl_lock();
	fnic_phc_remove(f);
	rtnl_unlock();
}

static int add_card(struct fnic *f)
{
	int err;

	f->clock.error_ppb = clamp(freq_ppb[f->index], -FNIC_MAX_PPB, FNIC_MAX_PPB);
	rtnl_lock();
	err = fnic_phc_add(f);
	rtnl_unlock();
	if (err)
		return err;
	err = fnic_netdev_register(f);
	if (err) {
		rtnl_lock();
		fnic_phc_remove(f);
		rtnl_unlock();
		return err;
	}
	add_files(f);
	return 0;
}

static int __init fnic_init(void)
{
	unsigned int i, made = 0, added = 0;
	int err;

	if (!pairs || pairs > MAX_CARDS / 2)
		return -EINVAL;
	root = debugfs_create_dir("fnic", NULL);
	err = fnic_truth_init(root);
	if (err)
		goto err_dir;
	err = fnic_replay_init(root);
	if (err)
		goto err_truth;
	for (; made < 2 * pairs; made++) {
		cards[made] = fnic_netdev_alloc(made);
		if (!cards[made]) {
			err = -ENOMEM;
			goto err_cards;
		}
	}
	for (i = 0; i < made; i += 2)
		fnic_netdev_join(cards[i], cards[i + 1]);
	for (; added < made; added++) {
		err = add_card(cards[added]);
		if (err)
			goto err_cards;
	}
	return 0;

err_cards:
	while (added)
		remove_card(cards[--added]);
	while (made)
		fnic_netdev_free(cards[--made]);
	fnic_replay_exit();
err_truth:
	fnic_truth_exit();
err_dir:
	debugfs_remove(root);
	return err;
}

static void __exit fnic_exit(void)
{
	unsigned int i;

	debugfs_remove(root);
	for (i = 0; i < 2 * pairs; i++)
		fnic_load_stop(cards[i]);
	/* None may send to one that is gone. */
	for (i = 0; i < 2 * pairs; i++)
		remove_card(cards[i]);
	for (i = 0; i < 2 * pairs; i++)
		fnic_netdev_free(cards[i]);
	fnic_replay_exit();
	fnic_truth_exit();
}

module_init(fnic_init);
module_exit(fnic_exit);

MODULE_DESCRIPTION("Pairs of network cards with hardware clocks, for tests");
MODULE_LICENSE("GPL");
