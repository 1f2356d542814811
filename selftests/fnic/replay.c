// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a load sends when it is to be other than plain requests, such as those
 * of NTS, which only a program can make:
 *
 *   /sys/kernel/debug/fnic/payloads	slots of 512 octets: length (u16), whether an
 *					answer is due (u16), the UDP payload
 *   /sys/kernel/debug/fnic/turnarounds	how long each of the first answers that were due
 *					took, in ns (u32), of the last load
 *
 * Numbers are in the machine's own order.
 */
#include <linux/mutex.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "fnic.h"

#define MAX_PAYLOADS 2048
#define MAX_TURNAROUNDS 65536

static struct fnic_payload *payloads;
static size_t payload_octets;
static u32 *turnarounds;
static u32 measured;
/* Of both, and of who sends them. */
static DEFINE_MUTEX(changing);
static bool used;

/**
 * fnic_replay_begin() - take the payloads for a load
 *
 * Return: how many there are, 0 if none, or another load has them.
 */
u32 fnic_replay_begin(void)
{
	u32 count = 0;

	mutex_lock(&changing);
	if (!used)
		count = payload_octets / sizeof(*payloads);
	if (count) {
		used = true;
		measured = 0;
	}
	mutex_unlock(&changing);
	return count;
}

/**
 * fnic_replay_end() - the load is over
 */
void fnic_replay_end(void)
{
	mutex_lock(&changing);
	used = false;
	mutex_unlock(&changing);
}

/**
 * fnic_replay_payload() - what to send
 * @n: its number, less than what fnic_replay_begin() returned
 *
 * Return: the payload, valid until fnic_replay_end().
 */
const struct fnic_payload *fnic_replay_payload(u32 n)
{
	return &payloads[n];
}

/**
 * fnic_replay_answered() - remember how long an answer took
 * @ns: that
 *
 * Under the load's lock.
 */
void fnic_replay_answered(u64 ns)
{
	if (measured < MAX_TURNAROUNDS)
		turnarounds[measured++] = min_t(u64, ns, U32_MAX);
}

/* Only whole slots, each with a length that fits. */
static bool valid(size_t octets)
{
	size_t i;

	if (octets % sizeof(*payloads))
		return false;
	for (i = 0; i < octets / sizeof(*payloads); i++)
		if (!payloads[i].length || payloads[i].length > sizeof(payloads[i].data))
			return false;
	return true;
}

static ssize_t payloads_write(struct file *file, const char __user *from, size_t size, loff_t *pos)
{
	ssize_t done = -EBUSY;

	mutex_lock(&changing);
	if (!used) {
		payload_octets = 0;
		done = simple_write_to_buffer(payloads, MAX_PAYLOADS * sizeof(*payloads), pos,
					      from, size);
		if (done > 0 && valid(*pos))
			payload_octets = *pos;
		else if (done >= 0)
			done = -EINVAL;
	}
	mutex_unlock(&changing);
	return done;
}

static ssize_t turnarounds_read(struct file *file, char __user *to, size_t size, loff_t *pos)
{
	ssize_t done;

	mutex_lock(&changing);
	done = simple_read_from_buffer(to, size, pos, turnarounds,
				       measured * sizeof(*turnarounds));
	mutex_unlock(&changing);
	return done;
}

static const struct file_operations payloads_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = payloads_write,
};

static const struct file_operations turnarounds_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = turnarounds_read,
};

int fnic_replay_init(struct dentry *dir)
{
	payloads = vzalloc(array_size(MAX_PAYLOADS, sizeof(*payloads)));
	turnarounds = vzalloc(array_size(MAX_TURNAROUNDS, sizeof(*turnarounds)));
	if (!payloads || !turnarounds) {
		fnic_replay_exit();
		return -ENOMEM;
	}
	debugfs_create_file("payloads", 0200, dir, NULL, &payloads_fops);
	debugfs_create_file("turnarounds", 0400, dir, NULL, &turnarounds_fops);
	return 0;
}

void fnic_replay_exit(void)
{
	vfree(payloads);
	vfree(turnarounds);
}
