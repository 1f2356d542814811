// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "report.h"

static u64 answered(const struct report *r)
{
	const u64 *n = r->figures.outcome;

	return n[OUTCOME_VERIFIED] + n[OUTCOME_UNCHECKED];
}

static u64 invalid_sent(const struct report *r)
{
	u64 sum = 0;

	for (unsigned int i = 0; i < FORGE_KINDS; i++)
		sum += r->figures.invalid[i];
	return sum;
}

static double per_second(const struct report *r, u64 n)
{
	return r->elapsed_ns > 0 ? (double)n * 1e9 / (double)r->elapsed_ns : 0;
}

static double goodput(const struct report *r)
{
	return r->figures.sent ? (double)answered(r) / (double)r->figures.sent : 0;
}

/**
 * report_add() - add what a thread counted
 * @r: the sum
 * @loop: that ended
 */
void report_add(struct report *r, const struct loop *loop)
{
	const struct figures *f = &loop->figures;
	struct figures *sum = &r->figures;

	sum->sent += f->sent;
	for (unsigned int i = 0; i < OUTCOME_COUNT; i++)
		sum->outcome[i] += f->outcome[i];
	for (unsigned int i = 0; i < FORGE_KINDS; i++)
		sum->invalid[i] += f->invalid[i];
	sum->interleaved += f->interleaved;
	sum->missed += f->missed;
	sum->rekeyed += f->rekeyed;
	sum->invalid_nak += f->invalid_nak;
	sum->invalid_time += f->invalid_time;
	sum->refused += f->refused;
	sum->errors += f->errors;
	if (f->error)
		sum->error = f->error;
	sum->overflows += f->overflows;
	histogram_merge(&sum->latency, &f->latency);
	if (loop->last - loop->first > r->elapsed_ns)
		r->elapsed_ns = loop->last - loop->first;
	if (loop->why > r->why)
		r->why = loop->why;
}

/**
 * report_good() - was anything verified?
 * @r: the report
 *
 * Return: true if so.
 */
bool report_good(const struct report *r)
{
	return r->figures.outcome[OUTCOME_VERIFIED];
}

static const char *mode(const struct report *r)
{
	if (r->o->plain)
		return r->o->interleaved ? "plain, interleaved" : "plain";
	return r->o->interleaved ? "NTS, interleaved" : "NTS";
}

static void tell_load(const struct report *r, FILE *out)
{
	char text[ADDRESS_TEXT_LEN];

	fprintf(out, "%s port %u: %s, %u clients, %u thread%s, ", address_text(&r->addr, text),
		r->port, mode(r), r->clients, r->o->threads, r->o->threads > 1 ? "s" : "");
	if (r->o->rate > 0)
		fprintf(out, "%g requests/s%s\n", r->o->rate, r->o->poisson ? ", Poisson" : "");
	else
		fprintf(out, "%u in flight\n", r->o->window);
	if (!r->o->plain)
		fprintf(out, "NTS-KE     %" PRIu64 " done in %.3f s, %" PRIu64 " failed, %" PRIu64
			" of them asked for later\n", r->keying.done, (double)r->ke_ns / 1e9,
			r->keying.failed, r->figures.rekeyed);
}

static void tell_invalid(const struct report *r, FILE *out)
{
	if (!invalid_sent(r))
		return;
	fprintf(out, "invalid    %" PRIu64 " sent:", invalid_sent(r));
	for (unsigned int i = 0; i < FORGE_KINDS; i++)
		if (r->figures.invalid[i])
			fprintf(out, " %s %" PRIu64, forge_name(i), r->figures.invalid[i]);
	fprintf(out, "; %" PRIu64 " NAKs, %" PRIu64 " other answers\n", r->figures.invalid_nak,
		r->figures.invalid_time);
}

static void tell_doubts(const struct report *r, FILE *out)
{
	const struct figures *f = &r->figures;

	if (f->missed)
		fprintf(out, "missed     %" PRIu64 " requests were due when no client could send\n",
			f->missed);
	if (f->overflows)
		fprintf(out, "ours       %" PRIu64 " answers came faster than they were read\n",
			f->overflows);
	if (f->errors)
		fprintf(out, "unsent     %" PRIu64 ", or not delivered: %s\n", f->errors,
			strerror(f->error));
	if (f->refused)
		fprintf(out, "refused    %" PRIu64 " times nobody listened (ICMP)\n", f->refused);
	if (r->why == LOOP_STARVED)
		fprintf(out, "ended      for lack of cookies: --rekeys or --reuse-cookies allow more\n");
}

/**
 * report_text() - for people
 * @r: the report
 * @out: where to
 */
void report_text(const struct report *r, FILE *out)
{
	const struct histogram *h = &r->figures.latency;

	tell_load(r, out);
	fprintf(out, "sent       %" PRIu64 " in %.3f s\n", r->figures.sent,
		(double)r->elapsed_ns / 1e9);
	fprintf(out, "answered   %" PRIu64 ", %.0f/s, %.2f %%\n", answered(r),
		per_second(r, answered(r)), 100 * goodput(r));
	for (unsigned int i = 0; i < OUTCOME_COUNT; i++)
		if (r->figures.outcome[i])
			fprintf(out, "           %" PRIu64 " %s\n", r->figures.outcome[i],
				outcome_text(i));
	if (r->o->interleaved)
		fprintf(out, "           %" PRIu64 " in interleaved mode\n",
			r->figures.interleaved);
	tell_invalid(r, out);
	tell_doubts(r, out);
	fprintf(out, "latency    p50 %.1f  p90 %.1f  p99 %.1f  p99.9 %.1f  max %.1f us\n",
		(double)histogram_quantile(h, 500) / 1e3, (double)histogram_quantile(h, 900) / 1e3,
		(double)histogram_quantile(h, 990) / 1e3, (double)histogram_quantile(h, 999) / 1e3,
		(double)h->max / 1e3);
}

static void put(FILE *out, const char *key, u64 value)
{
	fprintf(out, ", \"%s\": %" PRIu64, key, value);
}

static void put_latency(const struct histogram *h, FILE *out)
{
	put(out, "latency_ns.min", h->min);
	put(out, "latency_ns.mean", histogram_mean(h));
	put(out, "latency_ns.p50", histogram_quantile(h, 500));
	put(out, "latency_ns.p90", histogram_quantile(h, 900));
	put(out, "latency_ns.p99", histogram_quantile(h, 990));
	put(out, "latency_ns.p999", histogram_quantile(h, 999));
	put(out, "latency_ns.max", h->max);
}

/**
 * report_json() - for programs: one flat object
 * @r: the report
 * @out: where to
 */
void report_json(const struct report *r, FILE *out)
{
	const struct figures *f = &r->figures;
	char text[ADDRESS_TEXT_LEN];

	fprintf(out, "{\"server\": \"%s\"", address_text(&r->addr, text));
	put(out, "port", r->port);
	fprintf(out, ", \"mode\": \"%s\"", mode(r));
	put(out, "clients", r->clients);
	put(out, "threads", r->o->threads);
	if (r->o->rate > 0)
		fprintf(out, ", \"rate_asked\": %.3f", r->o->rate);
	else
		put(out, "window", r->o->window);
	put(out, "sent", f->sent);
	put(out, "answered", answered(r));
	for (unsigned int i = 0; i < OUTCOME_COUNT; i++)
		put(out, outcome_key(i), f->outcome[i]);
	put(out, "interleaved", f->interleaved);
	put(out, "missed", f->missed);
	put(out, "invalid_sent", invalid_sent(r));
	put(out, "invalid_nak", f->invalid_nak);
	put(out, "invalid_answered", f->invalid_time);
	put(out, "overflows", f->overflows);
	put(out, "unsent", f->errors);
	put(out, "refused", f->refused);
	put(out, "ke_done", r->keying.done);
	put(out, "ke_failed", r->keying.failed);
	fprintf(out, ", \"ke_s\": %.6f", (double)r->ke_ns / 1e9);
	put(out, "rekeyed", f->rekeyed);
	fprintf(out, ", \"elapsed_s\": %.6f", (double)r->elapsed_ns / 1e9);
	fprintf(out, ", \"rate_sent\": %.1f", per_second(r, f->sent));
	fprintf(out, ", \"rate\": %.1f", per_second(r, answered(r)));
	fprintf(out, ", \"goodput\": %.6f", goodput(r));
	put_latency(&f->latency, out);
	fprintf(out, "}\n");
}

/**
 * report_blame() - say why nothing was verified
 * @r: a report that is not good
 * @out: where to
 */
void report_blame(const struct report *r, FILE *out)
{
	const struct figures *f = &r->figures;
	char text[ADDRESS_TEXT_LEN];

	address_text(&r->addr, text);
	if (answered(r))
		fprintf(out, "ntsload: nothing was verified: --verify-every %u is more than what was answered\n",
			r->o->verify_every);
	else if (f->refused)
		fprintf(out, "ntsload: nobody listens at %s port %u/udp\n", text, r->port);
	else if (f->errors)
		fprintf(out, "ntsload: cannot send to %s port %u: %s\n", text, r->port,
			strerror(f->error));
	else if (f->outcome[OUTCOME_NAK] || f->outcome[OUTCOME_BAD] ||
		 f->outcome[OUTCOME_RATE] || f->outcome[OUTCOME_DENY] || f->outcome[OUTCOME_KISS])
		fprintf(out, "ntsload: %s port %u answered, but not with the time: see the counts\n",
			text, r->port);
	else
		fprintf(out, "ntsload: no answer from %s port %u/udp\n", text, r->port);
}
