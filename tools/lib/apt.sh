# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Debian packages of any suite, from the mirror this machine already uses,
# without touching the machine's own apt state.

# Prints "URI" of the machine's Debian archive, or of its security archive with "security".
apt_mirror()
{
	local want=${1:-main} site

	if [ -n "${NTSD_MIRROR:-}" ]; then
		if [ "$want" = security ]; then
			printf '%s\n' "${NTSD_MIRROR_SECURITY:-${NTSD_MIRROR%/}-security}"
		else
			printf '%s\n' "$NTSD_MIRROR"
		fi
		return
	fi
	# shellcheck disable=SC2016
	site=$(apt-get indextargets --format '$(SITE) $(ORIGIN) $(LABEL) $(RELEASE)' 2>/dev/null | sort -u |
		awk -v want="$want" '$0 ~ / Debian Debian-Security / { sec = $1 }
			$0 ~ / Debian Debian / { main = $1 }
			END { print want == "security" ? sec : main }')
	if [ -z "$site" ]; then
		# Before the first update the targets have no origin: go by the names.
		# shellcheck disable=SC2016
		site=$(apt-get indextargets --format '$(SITE) $(RELEASE)' 2>/dev/null | sort -u |
			awk -v want="$want" '$2 ~ /-security$/ { sec = $1 }
				$2 ~ /^(bookworm|trixie|sid)$/ { main = $1 }
				END { print want == "security" ? sec : main }')
	fi
	if [ -z "$site" ] && [ "$want" = security ]; then
		site=$(apt_mirror main)
		site=${site:+${site%/}-security}
	fi
	[ -n "$site" ] || die "no Debian mirror is configured on this machine: set NTSD_MIRROR to one"
	printf '%s\n' "$site"
}

# apt_sources SUITE: one-line-style sources of a suite with its updates, security and backports.
apt_sources()
{
	local suite=$1 main sec opt="[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"

	main=$(apt_mirror) && sec=$(apt_mirror security) || return 1
	printf 'deb %s %s %s main\n' "$opt" "$main" "$suite"
	[ "$suite" != sid ] || return 0
	printf 'deb %s %s %s-updates main\n' "$opt" "$main" "$suite"
	printf 'deb %s %s %s-security main\n' "$opt" "$sec" "$suite"
	[ "$suite" != trixie ] || printf 'deb %s %s %s-backports main\n' "$opt" "$main" "$suite"
}

# apt_suite SUITE apt-get|apt-cache ARG...: apt as that suite sees it;
# trixie-backports is trixie with its backports preferred.
apt_suite()
{
	local suite=${1%-backports} cmd=$2 d=$NTSD_CACHE/apt/${1%-backports} prefer=''

	[ "$suite" = "$1" ] || prefer="-o APT::Default-Release=$1"

	shift 2
	if [ ! -f "$d/ready" ] || [ -n "$(find "$d/ready" -mmin +720)" ]; then
		mkdir -p "$d/lists/partial" "$d/archives/partial" "$d/etc"
		(
			flock 9
			[ ! -f "$d/ready" ] || [ -n "$(find "$d/ready" -mmin +720)" ] || exit 0
			apt_sources "$suite" >"$d/etc/sources.list" || exit 1
			: >>"$d/status"
			# shellcheck disable=SC2046
			apt-get -q $(apt_suite_opts "$d") update >&2 || exit 1
			touch "$d/ready"
		) 9>"$d/lock" || die "cannot read the package lists of $suite: no network, or the mirror has no such suite"
	fi
	# shellcheck disable=SC2046,SC2086
	"$cmd" $(apt_suite_opts "$d") $prefer "$@"
}

apt_suite_opts()
{
	printf -- '-o %s ' "Dir::State=$1" "Dir::State::lists=$1/lists" "Dir::State::status=$1/status" \
		"Dir::Cache=$1" "Dir::Etc::sourcelist=$1/etc/sources.list" "Dir::Etc::sourceparts=/dev/null" \
		"Dir::Etc::preferencesparts=/dev/null" "Dir::Etc::preferences=/dev/null" \
		"APT::Architecture=amd64" "APT::Architectures=amd64" "Acquire::Languages=none" "Acquire::Retries=3" \
		"APT::Sandbox::User=root"
}

# apt_depends SUITE PACKAGE PATTERN: the first dependency of PACKAGE matching the extended regex.
apt_depends()
{
	apt_suite "$1" apt-cache show --no-all-versions "$2" | sed -n 's/^Depends: //p' | tr ',|' '\n' |
		sed 's/^ *//; s/ .*//' | grep -E -m1 "^$3"
}

# apt_unpack SUITE DIR PACKAGE...: unpacks the packages below DIR, installs nothing.
apt_unpack()
{
	local suite=$1 dir=$2 tmp deb

	shift 2
	tmp=$(mktemp -d "$NTSD_CACHE/debs.XXXXXX")
	(cd "$tmp" && apt_suite "$suite" apt-get -q download "$@") || return 1
	for deb in "$tmp"/*.deb; do
		dpkg-deb -x "$deb" "$dir" || return 1
	done
	rm -rf "$tmp"
}
