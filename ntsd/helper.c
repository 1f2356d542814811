// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper.h"
#include "log.h"
#include "sandbox.h"

static void (*helper_forget)(void);

_Noreturn static void be_helper(const char *who, helper_job *job, void *arg,
				int control, int keep, pid_t master)
{
	const int wanted[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO,
			       control, keep };
	sigset_t none;

	log_prefix(who);
	sandbox_close_others(wanted, 5);
	if (helper_forget)
		helper_forget();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (getppid() == master)
		job(arg, control);
	_exit(0);
}

/**
 * helper_setup() - once, before the first one
 * @forget: called in each process to wipe what only the master may know
 */
void helper_setup(void (*forget)(void))
{
	helper_forget = forget;
}

/**
 * helper_start() - start a process
 * @h: filled in
 * @who: its name in log lines
 * @job: what it does; when it returns, the process ends
 * @arg: for @job; the process has a copy of all memory
 * @keep: a descriptor that it needs, or -1
 *
 * Return: false with errno set.
 */
bool helper_start(struct helper *h, const char *who, helper_job *job, void *arg,
		  int keep)
{
	pid_t master = getpid();
	int pair[2], saved;

	h->pid = 0;
	h->fd = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
		       0, pair))
		return false;
	h->pid = fork();
	if (h->pid == 0)
		be_helper(who, job, arg, pair[1], keep, master);
	saved = errno;
	close(pair[1]);
	if (h->pid < 0) {
		close(pair[0]);
		h->pid = 0;
		errno = saved;
		return false;
	}
	h->fd = pair[0];
	return true;
}

/**
 * helper_tell() - in the process: say the result
 * @control: as given to the job
 * @msg: the message
 * @len: its length, which the master must expect
 */
void helper_tell(int control, const void *msg, size_t len)
{
	send(control, msg, len, MSG_NOSIGNAL);
}

/**
 * helper_hear() - in the master: take the result, and end the process
 * @h: its descriptor is readable, or hung up
 * @msg: filled in
 * @len: the length it must have
 *
 * Return: false when the process ended without a result.
 */
bool helper_hear(struct helper *h, void *msg, size_t len)
{
	ssize_t got = recv(h->fd, msg, len, MSG_DONTWAIT | MSG_TRUNC);

	helper_stop(h);
	return got == (ssize_t)len;
}

/**
 * helper_stop() - end the process, whatever it does
 * @h: started or not
 *
 * Whoever gets SIGCHLD waits for it.
 */
void helper_stop(struct helper *h)
{
	if (h->fd >= 0)
		close(h->fd);
	if (h->pid > 0)
		kill(h->pid, SIGKILL);
	h->fd = -1;
	h->pid = 0;
}
