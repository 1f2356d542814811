// SPDX-License-Identifier: GPL-2.0-or-later
/* A terminal that is written anew again and again, by what all of them know. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "top.h"

/* The other screen, without a cursor; and back. */
#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"
#define HOME "\033[H"
#define REST_OF_LINE "\033[K"
#define REST_OF_SCREEN "\033[J"

static struct termios saved;
static volatile sig_atomic_t ended;

/* A change of size only ends the wait. */
static void take_signal(int which)
{
	if (which != SIGWINCH)
		ended = 1;
}

/**
 * top_screen_begin() - take the terminal
 *
 * Return: false when standard output is none, or another's.
 */
bool top_screen_begin(void)
{
	const struct sigaction action = { .sa_handler = take_signal };
	struct termios raw;

	/* Who runs in the background would be stopped for touching it. */
	if (!isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &saved) ||
	    tcgetpgrp(STDIN_FILENO) != getpgrp())
		return false;
	sigaction(SIGWINCH, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	raw = saved;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	fputs(ENTER, stdout);
	fflush(stdout);
	return true;
}

/**
 * top_screen_end() - give it back as it was
 */
void top_screen_end(void)
{
	fputs(LEAVE, stdout);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSANOW, &saved);
}

struct top_size top_screen_size(void)
{
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col || !size.ws_row)
		return (struct top_size){ 80, 24 };
	return (struct top_size){ size.ws_col, size.ws_row };
}

/**
 * top_screen_show() - write over what is there
 * @out: the terminal
 * @text: lines of ASCII; those that do not fit are cut
 * @size: of the terminal
 */
void top_screen_show(FILE *out, const char *text, struct top_size size)
{
	fputs(HOME, out);
	for (unsigned int row = 0; *text && row < size.rows; row++) {
		const size_t len = strcspn(text, "\n");

		/* The last row must not end, or all of it moves up. */
		fprintf(out, "%.*s" REST_OF_LINE "%s",
			(int)(len < size.columns ? len : size.columns), text,
			row + 1 < size.rows ? "\r\n" : "");
		text += len + (text[len] == '\n');
	}
	fputs(REST_OF_SCREEN, out);
	fflush(out);
}

/**
 * top_screen_wait() - wait for the next frame
 * @seconds: at most
 *
 * Any key, and a change of size, makes it come at once.
 *
 * Return: false to end: q was pressed, or a signal came.
 */
bool top_screen_wait(double seconds)
{
	struct pollfd one = { .fd = STDIN_FILENO, .events = POLLIN };
	char key = ' ';

	if (!ended && poll(&one, 1, (int)(seconds * 1000)) > 0 &&
	    read(STDIN_FILENO, &key, 1) <= 0)
		return false;
	return !ended && key != 'q' && key != 'Q';
}
