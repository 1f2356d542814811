# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What every script of the tree shares: places, messages with elapsed time,
# and caches that are complete or absent.

TOP=${TOP:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
NTSD_CACHE=${NTSD_CACHE:-/var/cache/ntsd-build}
export TOP NTSD_CACHE

say()
{
	printf '[%4ds] %s\n' "$SECONDS" "$*" >&2
}

die()
{
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

need_root()
{
	[ "$(id -u)" = 0 ] || die "needs root (try: sudo $0)"
}

# need_space DIR MIB: says plainly that the disk is full before anything fails halfway.
need_space()
{
	local free

	mkdir -p "$1" 2>/dev/null || die "cannot create $1 (not root? set NTSD_CACHE to a directory you own)"
	free=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
	[ "$free" -ge "$2" ] || die "$1 has $free MiB free, $2 MiB are needed (set NTSD_CACHE to another place)"
}

# with_progress TEXT CMD...: says TEXT with the elapsed seconds before, every
# 20 s while, and after CMD; on failure shows the end of what CMD printed.
with_progress()
{
	local text=$1 log pid start=$SECONDS rc=0 last=$SECONDS

	shift
	log=$(mktemp)
	say "$text ..."
	"$@" >"$log" 2>&1 </dev/null &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.2
		if [ $((SECONDS - last)) -ge 20 ]; then
			last=$SECONDS
			say "$text ... $((SECONDS - start)) s so far"
		fi
	done
	wait "$pid" || rc=$?
	if [ "$rc" != 0 ]; then
		tail -n 30 "$log" >&2
		say "$text: FAILED (status $rc) after $((SECONDS - start)) s"
	else
		say "$text: done in $((SECONDS - start)) s"
	fi
	rm -f "$log"
	return "$rc"
}

# key FILE|STRING...: a short digest of contents; a changed recipe makes a new key.
key()
{
	local a

	for a in "$@"; do
		if [ -f "$a" ]; then
			cat "$a"
		else
			printf '%s\n' "$a"
		fi
	done | sha256sum | cut -c1-12
}

# cached NAME KEY FUNC [ARG...]: prints the path of the cache entry NAME-KEY;
# when absent, FUNC DIR ARG... fills a temporary DIR, which becomes the entry
# by one rename. Old entries of the same NAME with another key are removed.
# FUNC sees FINAL, the path under which the result will live.
cached()
{
	local name=$1 k=$2 func=$3 dst tmp old

	shift 3
	dst=$NTSD_CACHE/$name-$k
	# What is in use nobody takes for an old one.
	touch -c "$dst" 2>/dev/null || true
	if [ ! -d "$dst" ]; then
		need_space "$NTSD_CACHE" 3000
		mkdir -p "$(dirname "$dst")"
		(
			flock 9
			[ ! -d "$dst" ] || exit 0
			tmp=$dst.tmp
			rm -rf "$NTSD_CACHE/$name"-????????????.tmp
			mkdir -p "$tmp"
			FINAL=$dst "$func" "$tmp" "$@" >&2 9>&- || exit 1
			mv "$tmp" "$dst"
			# Not the newest ones: a running guest may still use them.
			for old in "$NTSD_CACHE/$name"-????????????; do
				[ "$old" = "$dst" ] || [ -z "$(find "$old" -maxdepth 0 -mmin +180)" ] || rm -rf "$old"
			done
		) 9>"$NTSD_CACHE/$(printf %s "$name" | tr / _).lock" || return 1
	fi
	printf '%s\n' "$dst"
}
