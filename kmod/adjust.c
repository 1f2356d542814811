// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The system clock is steered: by do_adjtimex() from the client's work, or,
 * where that cannot be found, by the daemon's clock_adjtime(2).
 */
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/static_call.h>
#include <linux/timekeeping.h>

#include "client.h"
#include "compat.h"

/* A daemon that has not answered by then is asked again. */
#define DAEMON_PATIENCE	(2 * NSEC_PER_SEC)

static char *adjtimex = "kernel";
module_param(adjtimex, charp, 0444);
MODULE_PARM_DESC(adjtimex, "who steers the system clock: kernel or daemon (default kernel)");

typedef int adjtimex_fn(struct __kernel_timex *tx);

static int adjtimex_absent(struct __kernel_timex *tx)
{
	return -EOPNOTSUPP;
}

/*
 * A direct call: the function's landing pad may be sealed, so that calling it
 * by pointer would fault where the CPU checks (IBT).
 */
DEFINE_STATIC_CALL(nts_adjtimex, adjtimex_absent);

static bool resolved __ro_after_init;
static const char *unresolved_reason __ro_after_init = "do_adjtimex was not found";

/* The start of the function @address lies in, when that is do_adjtimex. */
static unsigned long start_of(unsigned long address)
{
	char text[KSYM_SYMBOL_LEN];
	unsigned long offset;

	sprint_symbol(text, address);
	if (sscanf(text, "do_adjtimex+%lx/", &offset) != 1)
		return 0;
	return address - offset;
}

static unsigned long __init find_by_probe(void)
{
#ifdef CONFIG_KPROBES
	struct kprobe probe = { .symbol_name = "do_adjtimex" };
	unsigned long address;

	if (register_kprobe(&probe))
		return 0;
	/* May be behind the landing pad. */
	address = start_of((unsigned long)probe.addr);
	unregister_kprobe(&probe);
	return address;
#else
	return 0;
#endif
}

/* It is compiled from the same file as a function that is exported. */
static unsigned long __init find_nearby(void)
{
	unsigned long near = (unsigned long)do_settimeofday64, away, address;

	for (away = 0; away < SZ_64K; away += 16) {
		address = start_of(near + away) ?: start_of(near - away);
		if (address)
			return address;
	}
	return 0;
}

/**
 * nts_adjust_init() - find out who can steer the system clock
 *
 * Context: process, module init.
 */
void __init nts_adjust_init(void)
{
	unsigned long address;

	if (!strcmp(adjtimex, "daemon")) {
		unresolved_reason = "module parameter adjtimex";
		return;
	}
	address = find_by_probe() ?: find_nearby();
	if (!address) {
		pr_warn("nts: do_adjtimex was not found, the daemon must steer the clock\n");
		return;
	}
	static_call_update(nts_adjtimex, (adjtimex_fn *)address);
	resolved = true;
}

/**
 * nts_adjust_method() - who steers the system clock
 * @client: the client
 *
 * Return: an enum nts_adjust_method.
 */
u8 nts_adjust_method(const struct nts_client *client)
{
	if (!client->steer || !net_eq(client->nn->net, &init_net))
		return NTS_ADJUST_METHOD_NONE;
	return resolved ? NTS_ADJUST_METHOD_KERNEL : NTS_ADJUST_METHOD_DAEMON;
}

/**
 * nts_adjust_reason() - why it is not the kernel
 * @client: the client
 *
 * Return: text for people, or NULL when it is.
 */
const char *nts_adjust_reason(const struct nts_client *client)
{
	if (!net_eq(client->nn->net, &init_net))
		return "the system clock belongs to the initial network namespace";
	if (!client->steer)
		return "not configured to";
	return resolved ? NULL : unresolved_reason;
}

/**
 * nts_adjust_hold() - how long steering is suspended yet
 * @client: the client
 * @raw: now
 *
 * Return: ns, 0 when it is not.
 */
s64 nts_adjust_hold(const struct nts_client *client, s64 raw)
{
	const struct nts_steer *steer = &client->adjuster.steer;

	return steer->held ? max(steer->foreign_until - raw, 0LL) : 0;
}

static void take_reading(struct nts_steer_reading *reading,
			 const struct __kernel_timex *tx)
{
	reading->known = true;
	reading->freq = tx->freq;
	reading->tick = tx->tick;
	reading->status = tx->status;
	nts_clock_snapshot(&reading->raw, &reading->real);
}

static int kernel_adjust(const struct nts_adjust *adjust,
			 struct nts_steer_reading *after)
{
	struct __kernel_timex tx = {
		.modes = adjust->modes,
		.freq = adjust->freq,
		.tick = adjust->tick,
		.status = adjust->status,
		.maxerror = adjust->maxerror,
		.esterror = adjust->esterror,
	};
	s32 ns;
	int err;

	if (adjust->modes & ADJ_SETOFFSET) {
		tx.time.tv_sec = div_s64_rem(adjust->offset, NSEC_PER_SEC, &ns);
		tx.time.tv_usec = ns;
		if (ns < 0) {
			tx.time.tv_sec--;
			tx.time.tv_usec += NSEC_PER_SEC;
		}
	}
	err = static_call(nts_adjtimex)(&tx);
	if (err >= 0)
		take_reading(after, &tx);
	return err < 0 ? err : 0;
}

static int kernel_look(struct nts_steer_reading *now)
{
	static const struct nts_adjust nothing = { };

	return kernel_adjust(&nothing, now);
}

static void announce(struct nts_client *client, u32 found)
{
	struct nts_adjuster *adjuster = &client->adjuster;

	if (found & NTS_STEER_FOREIGN)
		nts_notify_clock(client->nn, NTS_CLOCK_NEWS_FOREIGN,
				 adjuster->steer.correction,
				 nts_adjust_hold(client, ktime_get_raw_ns()));
	if (found & NTS_STEER_RESUMED)
		nts_notify_clock(client->nn, NTS_CLOCK_NEWS_RESUMED, 0, 0);
}

static void done(struct nts_client *client, const struct nts_adjust *adjust, int err,
		 const struct nts_steer_reading *after)
{
	struct nts_adjuster *adjuster = &client->adjuster;

	adjuster->error = err;
	nts_steer_done(&adjuster->steer, adjust, err, after);
	if (!err && adjust->modes & ADJ_SETOFFSET)
		nts_notify_clock(client->nn, NTS_CLOCK_NEWS_STEPPED, adjust->offset, 0);
}

/* Has the daemon make the call; it tells by nts_adjust_told(). */
static void ask_daemon(struct nts_client *client, const struct nts_adjust *adjust)
{
	struct nts_adjuster *adjuster = &client->adjuster;
	int err;

	adjuster->seq++;
	err = nts_notify_adjust(client->nn, adjuster->seq, adjust);
	if (err) {
		/* Nobody listens. */
		adjuster->error = err;
		return;
	}
	adjuster->pending = *adjust;
	adjuster->waiting = true;
	nts_clock_snapshot(&adjuster->asked_at, &(s64){ 0 });
}

/**
 * nts_adjust_run() - do what is due about the system clock
 * @client: the client; its next time is set
 *
 * Context: process, @client->lock held.
 */
void nts_adjust_run(struct nts_client *client)
{
	struct nts_adjuster *adjuster = &client->adjuster;
	struct nts_steer_reading now = { }, after;
	struct nts_adjust adjust;
	int err;

	lockdep_assert_held(&client->lock);
	if (resolved) {
		err = kernel_look(&now);
		if (err)
			adjuster->error = err;
	} else {
		now = adjuster->told;
		nts_clock_snapshot(&now.raw, &now.real);
		if (adjuster->waiting && now.raw - adjuster->asked_at < DAEMON_PATIENCE) {
			adjuster->next = adjuster->asked_at + DAEMON_PATIENCE;
			return;
		}
		adjuster->waiting = false;
	}

	announce(client, nts_steer_plan(&adjuster->steer, &client->discipline, &now,
					&adjust));
	adjuster->next = adjust.next;
	if (!adjust.modes)
		return;
	if (!resolved) {
		ask_daemon(client, &adjust);
		return;
	}
	err = kernel_adjust(&adjust, &after);
	done(client, &adjust, err, &after);
}

/**
 * nts_adjust_stop() - leave the system clock to itself
 * @client: the client
 *
 * A slew in progress would go on for ever: what stays is the frequency.
 *
 * Context: process, @client->lock held.
 */
void nts_adjust_stop(struct nts_client *client)
{
	struct nts_adjuster *adjuster = &client->adjuster;
	struct nts_steer_reading now = { }, after;
	struct nts_adjust adjust;

	lockdep_assert_held(&client->lock);
	if (resolved)
		kernel_look(&now);
	else
		now = adjuster->told;
	nts_clock_snapshot(&now.raw, &now.real);
	nts_steer_stop(&adjuster->steer, &client->discipline, &now, &adjust);
	adjuster->next = NTS_POLL_NEVER;
	if (!adjust.modes)
		return;
	if (resolved)
		done(client, &adjust, kernel_adjust(&adjust, &after), &after);
	else
		ask_daemon(client, &adjust);
}

/**
 * nts_adjust_told() - the daemon made the call
 * @client: the client
 * @seq: which one
 * @error: 0 or a negative error number
 * @reading: what adjtimex(2) said; its times are taken here
 *
 * Context: process, @client->lock held.
 *
 * Return: 0, or -ESTALE when that call was given up.
 */
int nts_adjust_told(struct nts_client *client, u32 seq, int error,
		    const struct nts_steer_reading *reading)
{
	struct nts_adjuster *adjuster = &client->adjuster;

	lockdep_assert_held(&client->lock);
	if (!adjuster->waiting || seq != adjuster->seq)
		return -ESTALE;
	adjuster->waiting = false;
	adjuster->told = *reading;
	nts_clock_snapshot(&adjuster->told.raw, &adjuster->told.real);
	done(client, &adjuster->pending, error, &adjuster->told);
	nts_client_wake(client);
	return 0;
}
