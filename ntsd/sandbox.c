// SPDX-License-Identifier: GPL-2.0-or-later
#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/ptp_clock.h>
#include <linux/sockios.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "log.h"
#include "sandbox.h"

/* A child does not inherit the lock itself. */
static bool locks_memory;

/* Memory with keys must not reach a file, nor another process. */
static bool close_memory(void)
{
	const struct rlimit none = { 0, 0 };

	if (locks_memory && mlockall(MCL_CURRENT | MCL_FUTURE))
		return false;
	return !setrlimit(RLIMIT_CORE, &none) &&
	       !prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) &&
	       !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static bool become(const struct passwd *user, unsigned int flags)
{
	if (geteuid() == 0 && user->pw_uid != 0)
		return capng_change_id(user->pw_uid, user->pw_gid, flags) == 0;
	return capng_apply(CAPNG_SELECT_CAPS) == 0;
}

/*
 * Where long has 32 bits, libc calls these for times of 64. A libseccomp that does not
 * know a name is older than the libc that calls it, and the processor need not have it.
 */
static int add_named(scmp_filter_ctx ctx, uint32_t action, const char *const *names)
{
	int ret = 0;

	for (; !ret && *names; names++) {
		int nr = seccomp_syscall_resolve_name(*names);

		if (nr != __NR_SCMP_ERROR)
			ret = seccomp_rule_add(ctx, action, nr, 0);
	}
	return ret;
}

/* What resolvers need besides: libc asks files, sockets and plugins. */
static int add_resolver_rules(scmp_filter_ctx ctx)
{
	static const int allowed[] = {
		SCMP_SYS(access), SCMP_SYS(bind), SCMP_SYS(connect),
		SCMP_SYS(dup), SCMP_SYS(eventfd2), SCMP_SYS(faccessat),
		SCMP_SYS(faccessat2), SCMP_SYS(fstatfs), SCMP_SYS(getdents64),
		SCMP_SYS(getegid), SCMP_SYS(geteuid), SCMP_SYS(getgid),
		SCMP_SYS(getpeername), SCMP_SYS(getppid),
		SCMP_SYS(getsockname), SCMP_SYS(getuid), SCMP_SYS(ioctl),
		SCMP_SYS(lseek), SCMP_SYS(lstat), SCMP_SYS(mmap),
		SCMP_SYS(mprotect), SCMP_SYS(open), SCMP_SYS(poll),
		SCMP_SYS(ppoll), SCMP_SYS(pread64), SCMP_SYS(prlimit64),
		SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(recvmmsg),
		SCMP_SYS(sendmmsg), SCMP_SYS(socket), SCMP_SYS(stat),
		SCMP_SYS(statfs), SCMP_SYS(statx), SCMP_SYS(sysinfo),
		SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime),
		SCMP_SYS(uname), SCMP_SYS(writev),
	};
	static const char *const time64[] = {
		"ppoll_time64", "recvmmsg_time64", "timerfd_settime64", NULL,
	};
	int ret = add_named(ctx, SCMP_ACT_ALLOW, time64);

	for (size_t i = 0; !ret && i < sizeof(allowed) / sizeof(int); i++)
		ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
	return ret;
}

/* What the clocks of devices need besides: to be read, and stamping to be set. */
static int add_phc_rules(scmp_filter_ctx ctx)
{
	static const unsigned long requests[] = {
		PTP_SYS_OFFSET, PTP_SYS_OFFSET_EXTENDED, PTP_SYS_OFFSET_PRECISE,
		SIOCETHTOOL, SIOCGHWTSTAMP, SIOCSHWTSTAMP,
	};
	static const char *const time64[] = { "ppoll_time64", NULL };
	int ret = add_named(ctx, SCMP_ACT_ALLOW, time64);

	for (size_t i = 0; !ret && i < sizeof(requests) / sizeof(*requests); i++)
		ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
				       SCMP_A1_32(SCMP_CMP_EQ, requests[i]));
	if (!ret)
		ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(poll), 0);
	if (!ret)
		ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(ppoll), 0);
	return ret;
}

/* What certificates need besides: to be watched, copied and tried out. */
static int add_certs_rules(scmp_filter_ctx ctx)
{
	static const int allowed[] = {
		SCMP_SYS(ftruncate), SCMP_SYS(inotify_add_watch),
		SCMP_SYS(inotify_init1), SCMP_SYS(inotify_rm_watch),
		SCMP_SYS(lstat), SCMP_SYS(memfd_create), SCMP_SYS(poll),
		SCMP_SYS(ppoll), SCMP_SYS(pread64), SCMP_SYS(readlink),
		SCMP_SYS(readlinkat), SCMP_SYS(geteuid), SCMP_SYS(lseek),
		SCMP_SYS(socketpair), SCMP_SYS(stat), SCMP_SYS(statx),
	};
	static const char *const time64[] = { "ppoll_time64", NULL };
	int ret = add_named(ctx, SCMP_ACT_ALLOW, time64);

	for (size_t i = 0; !ret && i < sizeof(allowed) / sizeof(int); i++)
		ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
	return ret;
}

static int add_rules(scmp_filter_ctx ctx)
{
	static const int allowed[] = {
		SCMP_SYS(accept4), SCMP_SYS(brk), SCMP_SYS(clock_gettime),
		SCMP_SYS(clock_nanosleep), SCMP_SYS(close), SCMP_SYS(epoll_ctl),
		SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_wait), SCMP_SYS(exit),
		SCMP_SYS(exit_group), SCMP_SYS(fcntl), SCMP_SYS(fstat),
		SCMP_SYS(futex), SCMP_SYS(getpid), SCMP_SYS(getrandom),
		SCMP_SYS(getsockopt), SCMP_SYS(gettid), SCMP_SYS(gettimeofday),
		SCMP_SYS(madvise), SCMP_SYS(mremap), SCMP_SYS(munmap),
		SCMP_SYS(nanosleep), SCMP_SYS(newfstatat), SCMP_SYS(read),
		SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
		SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigprocmask),
		SCMP_SYS(rt_sigreturn), SCMP_SYS(sched_yield),
		SCMP_SYS(sendmsg), SCMP_SYS(sendto), SCMP_SYS(setsockopt),
		SCMP_SYS(shutdown),
		SCMP_SYS(sigaltstack), SCMP_SYS(tgkill), SCMP_SYS(time),
		SCMP_SYS(write),
	};
	static const char *const time64[] = {
		"clock_gettime64", "clock_nanosleep_time64", "futex_time64", NULL,
	};
	int ret = add_named(ctx, SCMP_ACT_ALLOW, time64);

	for (size_t i = 0; !ret && i < sizeof(allowed) / sizeof(int); i++)
		ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
	/* Memory yes, code no. */
	if (!ret)
		ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (!ret)
		ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect),
				       1,
				       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	/* wolfCrypt seeds each connection from /dev/urandom. */
	if (!ret)
		ret = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
				       SCMP_A2(SCMP_CMP_MASKED_EQ,
					       O_ACCMODE | O_CREAT | O_TRUNC,
					       O_RDONLY));
	return ret;
}

/*
 * Other system calls fail with EPERM instead of killing: a new libc that
 * tries a new call first must not end the service.
 */
static bool filter_calls(int (*more)(scmp_filter_ctx ctx))
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int ret;

	if (!ctx)
		return false;
	ret = add_rules(ctx);
	if (!ret && more)
		ret = more(ctx);
	if (!ret)
		ret = seccomp_load(ctx);
	seccomp_release(ctx);
	errno = -ret;
	return !ret;
}

/*
 * What the master never needs, and what it starts even less. The others lock
 * themselves in closer, each by what it needs.
 */
static bool forbid_calls(void)
{
	static const int forbidden[] = {
		SCMP_SYS(acct), SCMP_SYS(add_key), SCMP_SYS(bpf),
		SCMP_SYS(chroot), SCMP_SYS(clock_settime),
		SCMP_SYS(delete_module), SCMP_SYS(execve), SCMP_SYS(execveat),
		SCMP_SYS(finit_module), SCMP_SYS(init_module),
		SCMP_SYS(io_uring_setup), SCMP_SYS(ioperm), SCMP_SYS(iopl),
		SCMP_SYS(kcmp), SCMP_SYS(kexec_file_load), SCMP_SYS(kexec_load),
		SCMP_SYS(keyctl), SCMP_SYS(mount), SCMP_SYS(move_mount),
		SCMP_SYS(name_to_handle_at), SCMP_SYS(open_by_handle_at),
		SCMP_SYS(open_tree), SCMP_SYS(perf_event_open),
		SCMP_SYS(pivot_root), SCMP_SYS(process_vm_readv),
		SCMP_SYS(process_vm_writev), SCMP_SYS(ptrace),
		SCMP_SYS(quotactl), SCMP_SYS(reboot), SCMP_SYS(request_key),
		SCMP_SYS(setns), SCMP_SYS(settimeofday), SCMP_SYS(swapoff),
		SCMP_SYS(swapon), SCMP_SYS(syslog), SCMP_SYS(umount2),
		SCMP_SYS(unshare), SCMP_SYS(userfaultfd), SCMP_SYS(vhangup),
	};
	static const char *const time64[] = { "clock_settime64", NULL };
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int ret;

	if (!ctx)
		return false;
	ret = add_named(ctx, SCMP_ACT_ERRNO(EPERM), time64);
	for (size_t i = 0; !ret && i < sizeof(forbidden) / sizeof(int); i++)
		ret = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), forbidden[i], 0);
	if (!ret)
		ret = seccomp_load(ctx);
	seccomp_release(ctx);
	errno = -ret;
	return !ret;
}

/* Kernels before 5.13 cannot do this. */
static bool hide_files(const char *const *shown)
{
	struct landlock_ruleset_attr all = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE |
			LANDLOCK_ACCESS_FS_WRITE_FILE |
			LANDLOCK_ACCESS_FS_READ_FILE |
			LANDLOCK_ACCESS_FS_READ_DIR |
			LANDLOCK_ACCESS_FS_REMOVE_DIR |
			LANDLOCK_ACCESS_FS_REMOVE_FILE |
			LANDLOCK_ACCESS_FS_MAKE_CHAR |
			LANDLOCK_ACCESS_FS_MAKE_DIR |
			LANDLOCK_ACCESS_FS_MAKE_REG |
			LANDLOCK_ACCESS_FS_MAKE_SOCK |
			LANDLOCK_ACCESS_FS_MAKE_FIFO |
			LANDLOCK_ACCESS_FS_MAKE_BLOCK |
			LANDLOCK_ACCESS_FS_MAKE_SYM,
	};
	struct landlock_path_beneath_attr rule = { 0 };
	int rules = syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	bool ok = true;
	struct stat st;

	if (rules < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP;
	for (int i = 0; ok && shown[i]; i++) {
		rule.parent_fd = open(shown[i], O_PATH | O_CLOEXEC);
		if (rule.parent_fd < 0 || fstat(rule.parent_fd, &st))
			continue;
		rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
		if (S_ISDIR(st.st_mode))
			rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
		ok = !syscall(SYS_landlock_add_rule, rules,
			      LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
		close(rule.parent_fd);
	}
	ok = ok && !syscall(SYS_landlock_restrict_self, rules, 0);
	close(rules);
	return ok;
}

static bool failed(const char *what, char *err, size_t err_len)
{
	snprintf(err, err_len, "cannot give up privileges: %s: %s", what,
		 strerror(errno));
	return false;
}

/**
 * sandbox_lock_memory() - keep this process and its children out of swap
 * @err: text of what failed
 * @err_len: room for it
 *
 * To be called before privileges are given up.
 *
 * Return: false with @err set; nothing is locked then.
 */
bool sandbox_lock_memory(char *err, size_t err_len)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	struct rlimit now;

	/* So that it holds when the right to lock is gone, and in children. */
	if ((setrlimit(RLIMIT_MEMLOCK, &all) &&
	     (getrlimit(RLIMIT_MEMLOCK, &now) || now.rlim_cur != RLIM_INFINITY)) ||
	    mlockall(MCL_CURRENT | MCL_FUTURE)) {
		snprintf(err, err_len,
			 "lock_all: memory is not locked: %s: start it as root, or with LimitMEMLOCK=infinity in the unit",
			 strerror(errno));
		return false;
	}
	locks_memory = true;
	return true;
}

/**
 * sandbox_master() - keep nothing but what speaks netlink
 * @user: directive user
 * @steers: the kernel module leaves the system clock to ntsd
 * @err: text of what failed
 * @err_len: room for it
 *
 * Keeps CAP_NET_ADMIN, CAP_SYS_TIME if it @steers, and CAP_NET_BIND_SERVICE,
 * which the kernel asks of whom it opens UDP port 123 for. With "user root" also
 * CAP_DAC_OVERRIDE, since root without it could not write what belongs to others.
 * No process can start a program any more, nor load code into the kernel.
 *
 * Return: false with @err set.
 */
bool sandbox_master(const struct passwd *user, bool steers, char *err,
		    size_t err_len)
{
	bool may_set_time;

	capng_get_caps_process();
	may_set_time = capng_have_capability(CAPNG_PERMITTED, CAP_SYS_TIME);
	if (geteuid() && geteuid() != user->pw_uid)
		log_warn("user \"%s\" is not taken on: ntsd was not started as root",
			 user->pw_name);
	capng_clear(CAPNG_SELECT_CAPS);
	capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
		     CAP_NET_ADMIN);
	capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
		     CAP_NET_BIND_SERVICE);
	/* Without it there is still a server to run. */
	if (steers && !may_set_time)
		log_err("ntsd may not set the system clock: give it CAP_SYS_TIME, see FALLBACK in ntsd(8)");
	if (steers && may_set_time)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
			     CAP_SYS_TIME);
	if (user->pw_uid == 0 && geteuid() == 0)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
			     CAP_DAC_OVERRIDE);
	errno = EPERM;
	if (!become(user, CAPNG_INIT_SUPP_GRP))
		return failed("capabilities (start it as root)", err, err_len);
	if (!close_memory())
		return failed("prctl", err, err_len);
	if (!forbid_calls())
		return failed("seccomp", err, err_len);
	return true;
}

/* Capabilities to keep were selected before. */
static bool enclose(const struct passwd *user, const char *const *shown,
		    int (*more)(scmp_filter_ctx ctx), char *err, size_t err_len)
{
	errno = EPERM;
	if (!become(user, CAPNG_DROP_SUPP_GRP))
		return failed("capabilities", err, err_len);
	if (!close_memory())
		return failed("prctl", err, err_len);
	/* Reset by the change of user, so it comes after it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
		return failed("prctl", err, err_len);
	if (!hide_files(shown))
		return failed("landlock", err, err_len);
	if (!filter_calls(more))
		return failed("seccomp", err, err_len);
	return true;
}

/**
 * sandbox_worker() - keep nothing at all
 * @user: directive user
 * @err: text of what failed
 * @err_len: room for it
 *
 * To be called last: afterwards only open sockets can be used.
 *
 * Return: false with @err set.
 */
bool sandbox_worker(const struct passwd *user, char *err, size_t err_len)
{
	static const char *const shown[] = { "/dev/urandom", NULL };

	capng_clear(CAPNG_SELECT_CAPS);
	return enclose(user, shown, NULL, err, err_len);
}

/**
 * sandbox_resolver() - keep what getaddrinfo(3) needs
 * @user: directive user
 * @err: text of what failed
 * @err_len: room for it
 *
 * That is to read the system's libraries and the files about names, and to
 * speak with name servers; not to write, to start programs, nor to read what
 * belongs to ntsd.
 *
 * Return: false with @err set.
 */
bool sandbox_resolver(const struct passwd *user, char *err, size_t err_len)
{
	static const char *const shown[] = {
		"/dev/urandom", "/usr", "/lib", "/lib64", "/run",
		"/etc/alternatives", "/etc/gai.conf", "/etc/host.conf",
		"/etc/hosts", "/etc/ld.so.cache", "/etc/ld.so.conf",
		"/etc/ld.so.conf.d", "/etc/localtime", "/etc/nsswitch.conf",
		"/etc/resolv.conf", "/etc/services", "/etc/static",
		"/var/lib/sss/pipes", NULL
	};

	capng_clear(CAPNG_SELECT_CAPS);
	return enclose(user, shown, add_resolver_rules, err, err_len);
}

/**
 * sandbox_phc() - keep what the clocks of network devices need
 * @user: directive user
 * @err: text of what failed
 * @err_len: room for it
 *
 * That is CAP_NET_ADMIN, to have devices stamp packets and to tell the kernel
 * module of their clocks; and CAP_DAC_READ_SEARCH, since /dev/ptpN belongs to
 * root and may come at any time. Of files only those in /dev can be opened, to
 * read.
 *
 * Return: false with @err set.
 */
bool sandbox_phc(const struct passwd *user, char *err, size_t err_len)
{
	static const char *const shown[] = { "/dev", NULL };

	capng_clear(CAPNG_SELECT_CAPS);
	capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
		     CAP_NET_ADMIN);
	capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
		     CAP_DAC_READ_SEARCH);
	return enclose(user, shown, add_phc_rules, err, err_len);
}

/**
 * sandbox_certs() - keep what it takes to read certificates and keys
 * @user: directive user
 * @err: text of what failed
 * @err_len: room for it
 *
 * That is to read files and to watch directories, with CAP_DAC_READ_SEARCH if
 * the process has it: keys may be root's only, and come at any time.
 *
 * Return: false with @err set.
 */
bool sandbox_certs(const struct passwd *user, char *err, size_t err_len)
{
	static const char *const shown[] = { "/", NULL };
	bool may;

	capng_get_caps_process();
	may = capng_have_capability(CAPNG_PERMITTED, CAP_DAC_READ_SEARCH);
	capng_clear(CAPNG_SELECT_CAPS);
	if (may)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
			     CAP_DAC_READ_SEARCH);
	return enclose(user, shown, add_certs_rules, err, err_len);
}

/**
 * sandbox_close_others() - close all descriptors but some
 * @wanted: those, in any order; negative ones are skipped
 * @n: how many
 */
void sandbox_close_others(const int *wanted, size_t n)
{
	int from = 0;

	for (;;) {
		int lowest = -1;

		for (size_t i = 0; i < n; i++)
			if (wanted[i] >= from &&
			    (lowest < 0 || wanted[i] < lowest))
				lowest = wanted[i];
		if (lowest < 0)
			break;
		if (from < lowest)
			close_range(from, lowest - 1, 0);
		from = lowest + 1;
	}
	close_range(from, ~0U, 0);
}
