// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who may be served: chrony's allow and deny. The longest prefix an address is
 * in decides; nothing said is "deny".
 *
 * Prefixes nest or are disjoint. So the rules cut the addresses into ranges in
 * which allowed and denied alternate, and where the ranges begin is all that a
 * lookup needs: an address is allowed when an odd number of edges lies at or
 * below it.
 */
#include "acl.h"

/* Prefixes one within the other: one of each length. */
#define MAX_DEPTH 129

static int compare_keys(struct nts_acl_key a, struct nts_acl_key b)
{
	if (a.hi != b.hi)
		return a.hi < b.hi ? -1 : 1;
	if (a.lo != b.lo)
		return a.lo < b.lo ? -1 : 1;
	return 0;
}

/* By family, then outer prefixes before those within, then by age. */
static int compare_rules(const void *left, const void *right)
{
	const struct nts_acl_rule *a = left, *b = right;
	int order;

	if (a->v6 != b->v6)
		return a->v6 ? 1 : -1;
	order = compare_keys(a->key, b->key);
	if (order)
		return order;
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return 0;
}

static bool same_prefix(const struct nts_acl_rule *a, const struct nts_acl_rule *b)
{
	return a->v6 == b->v6 && a->len == b->len && !compare_keys(a->key, b->key);
}

static bool is_within(const struct nts_acl_rule *inner, const struct nts_acl_rule *outer)
{
	return inner->v6 == outer->v6 && inner->len >= outer->len &&
	       !compare_keys(nts_acl_prefix(inner->key, outer->len), outer->key);
}

/* What is not on the way to @rule any more is left. */
static u32 unwind(const struct nts_acl_rule *rules, const u32 *stack, u32 depth,
		  const struct nts_acl_rule *rule)
{
	while (depth && !is_within(rule, &rules[stack[depth - 1]]))
		depth--;
	return depth;
}

/* Of rules of one prefix, from @i on, the last; it knows when "all" was said last. */
static u32 merge_same(struct nts_acl_rule *rules, u32 n, u32 i, u32 *swept, bool *sweeps)
{
	*sweeps = false;
	for (;; i++) {
		if (rules[i].all) {
			*sweeps = true;
			*swept = rules[i].order;
		}
		if (i + 1 == n || !same_prefix(&rules[i], &rules[i + 1]))
			return i;
	}
}

/**
 * nts_acl_resolve() - leave of what was said what still holds
 * @rules: in any order; sorted, and those that are overridden removed
 * @n: how many
 *
 * None of what is left has @all set: they may be said in any order.
 *
 * Context: any that may take long: O(n log n).
 *
 * Return: how many are left.
 */
u32 nts_acl_resolve(struct nts_acl_rule *rules, u32 n)
{
	u32 stack[MAX_DEPTH], swept[MAX_DEPTH];
	u32 i, depth = 0, left = 0;

	for (i = 0; i < n; i++)
		rules[i].key = nts_acl_prefix(rules[i].key, rules[i].len);
	sort(rules, n, sizeof(*rules), compare_rules, NULL);
	/* On the stack: those left that an "all" of theirs, or around them, speaks for. */
	for (i = 0; i < n; i++) {
		struct nts_acl_rule rule;
		bool sweeps, dead;
		u32 when = 0;

		i = merge_same(rules, n, i, &when, &sweeps);
		rule = rules[i];
		depth = unwind(rules, stack, depth, &rule);
		dead = depth && swept[depth - 1] > rule.order;
		if (dead)
			continue;
		rule.all = false;
		rules[left] = rule;
		if (depth && (!sweeps || swept[depth - 1] > when)) {
			when = swept[depth - 1];
			sweeps = true;
		}
		if (sweeps) {
			stack[depth] = left;
			swept[depth++] = when;
		}
		left++;
	}
	return left;
}

/**
 * nts_acl_size() - how much memory a table takes
 * @n: rules
 *
 * Return: octets.
 */
size_t nts_acl_size(u32 n)
{
	return sizeof(struct nts_acl) + 2 * (size_t)n * sizeof(struct nts_acl_key);
}

/* The address after a prefix; false when it is the last one there is. */
static bool after(const struct nts_acl_rule *rule, struct nts_acl_key *key)
{
	*key = rule->key;
	if (!rule->len)
		return false;
	if (rule->len <= 64) {
		key->hi += 1ULL << (64 - rule->len);
		return key->hi;
	}
	key->lo += 1ULL << (128 - rule->len);
	if (!key->lo)
		key->hi++;
	return key->hi || key->lo;
}

/* From @key on it is @allow. */
static void turn(struct nts_acl *acl, u32 first, bool v6, struct nts_acl_key key, bool allow)
{
	struct nts_acl_key *edge = acl->edge + first;
	u32 *n = &acl->n[v6];

	if (*n && !compare_keys(edge[*n - 1], key))
		--*n;
	if ((*n & 1) != allow)
		edge[(*n)++] = key;
}

static void leave(struct nts_acl *acl, u32 first, const struct nts_acl_rule *rules,
		  const u32 *stack, u32 depth)
{
	const struct nts_acl_rule *rule = &rules[stack[depth - 1]];
	struct nts_acl_key key;

	if (after(rule, &key))
		turn(acl, first, rule->v6, key, depth > 1 && rules[stack[depth - 2]].allow);
}

/**
 * nts_acl_build() - make a table
 * @acl: nts_acl_size(@n) octets, filled in
 * @rules: as nts_acl_resolve() left them
 * @n: how many
 *
 * Context: any that may take long: O(n).
 */
void nts_acl_build(struct nts_acl *acl, const struct nts_acl_rule *rules, u32 n)
{
	u32 stack[MAX_DEPTH];
	u32 i, kept, first = 0, depth = 0;

	memset(acl, 0, sizeof(*acl));
	for (i = 0; i <= n; i++) {
		kept = i < n ? unwind(rules, stack, depth, &rules[i]) : 0;
		for (; depth > kept; depth--)
			leave(acl, first, rules, stack, depth);
		if (i == n)
			break;
		if (rules[i].v6)
			first = acl->n[0];
		turn(acl, first, rules[i].v6, rules[i].key, rules[i].allow);
		stack[depth++] = i;
	}
}

/**
 * nts_acl_allows() - look an address up
 * @acl: the table
 * @v6: IPv6, or else IPv4
 * @key: the address
 *
 * Context: any. O(log n), and constant when all addresses are treated alike.
 *
 * Return: whether it is allowed.
 */
bool nts_acl_allows(const struct nts_acl *acl, bool v6, struct nts_acl_key key)
{
	const struct nts_acl_key *edge = acl->edge + (v6 ? acl->n[0] : 0);
	u32 low = 0, high = acl->n[v6];

	/* Those below @low are at or below the address, those from @high on are not. */
	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (compare_keys(edge[middle], key) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low & 1;
}

/**
 * nts_acl_any() - whether anybody is allowed
 * @acl: the table
 *
 * Context: any.
 *
 * Return: false when all addresses are denied.
 */
bool nts_acl_any(const struct nts_acl *acl)
{
	return acl->n[0] || acl->n[1];
}
