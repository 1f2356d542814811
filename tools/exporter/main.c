// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsd-metrics: the metrics of ntsctl over HTTP, and nothing else. */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>

#include "../metrics/metrics.h"

#define LISTEN "127.0.0.1:9460"
/* Of a scraper or two; who holds connections open holds up nobody but such. */
#define CONNECTIONS 16
#define CONNECTIONS_PER_ADDRESS 8
#define TIMEOUT_S 10
#define MEMORY 16384

#define CONTENT_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"

static const char usage[] =
	"usage: ntsd-metrics [-l ADDRESS:PORT]\n\n"
	"Serves what \"ntsctl metrics\" prints at /metrics.\n\n"
	"  -l, --listen ADDRESS:PORT  where (default " LISTEN "); [ADDRESS]:PORT for IPv6\n"
	"  -h, --help                 print this\n";

static enum MHD_Result reply(struct MHD_Connection *connection, unsigned int status,
			     const char *type, char *text, size_t len,
			     enum MHD_ResponseMemoryMode mode)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(len, text, mode);
	enum MHD_Result ret;

	if (!response) {
		if (mode == MHD_RESPMEM_MUST_FREE)
			free(text);
		return MHD_NO;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	ret = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return ret;
}

static enum MHD_Result reply_plain(struct MHD_Connection *connection, unsigned int status,
				   const char *text)
{
	return reply(connection, status, "text/plain", (char *)text, strlen(text),
		     MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result reply_metrics(struct MHD_Connection *connection)
{
	struct ctl ctl = { .form = OUT_TEXT };
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int ret;

	if (!out)
		return MHD_NO;
	ret = metrics_write(&ctl, out);
	if (fclose(out) || ret) {
		free(text);
		return reply_plain(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
				   "the kernel module does not answer\n");
	}
	return reply(connection, MHD_HTTP_OK, CONTENT_TYPE, text, len, MHD_RESPMEM_MUST_FREE);
}

static enum MHD_Result handle(void *arg, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_size, void **state)
{
	(void)arg;
	(void)version;
	(void)upload;
	(void)state;
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD)) {
		/* What is uploaded is not read. */
		*upload_size = 0;
		return reply_plain(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
				   "only GET is understood\n");
	}
	if (strcmp(url, "/metrics"))
		return reply_plain(connection, MHD_HTTP_NOT_FOUND, "there is only /metrics\n");
	return reply_metrics(connection);
}

/* Return: false when it is no ADDRESS:PORT; that was said. */
static bool read_address(const char *text, struct sockaddr_storage *address)
{
	const struct addrinfo wish = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM,
	};
	const char *port = strrchr(text, ':');
	size_t len = port ? (size_t)(port - text) : 0;
	struct addrinfo *found = NULL;
	char host[INET6_ADDRSTRLEN];

	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (len && len < sizeof(host)) {
		memcpy(host, text, len);
		host[len] = '\0';
		if (!getaddrinfo(host, port + 1, &wish, &found)) {
			memcpy(address, found->ai_addr, found->ai_addrlen);
			freeaddrinfo(found);
			return true;
		}
	}
	fputs("ntsd-metrics: -l wants ADDRESS:PORT, as in " LISTEN " or [::1]:9460\n", stderr);
	return false;
}

static struct MHD_Daemon *start(const struct sockaddr_storage *address)
{
	unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO |
			     MHD_USE_ERROR_LOG;

	if (address->ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	return MHD_start_daemon(flags, 0, NULL, NULL, handle, NULL,
				MHD_OPTION_SOCK_ADDR, address,
				MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CONNECTIONS,
				MHD_OPTION_PER_IP_CONNECTION_LIMIT,
				(unsigned int)CONNECTIONS_PER_ADDRESS,
				MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)TIMEOUT_S,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY,
				MHD_OPTION_END);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	struct sockaddr_storage address;
	struct MHD_Daemon *daemon;
	const char *where = LISTEN;
	sigset_t ends;
	int c, which;

	while ((c = getopt_long(argc, argv, "l:h", options, NULL)) != -1) {
		if (c == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (c != 'l') {
			fputs(usage, stderr);
			return 2;
		}
		where = optarg;
	}
	if (optind < argc || !read_address(where, &address)) {
		fputs(usage, stderr);
		return 2;
	}
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	daemon = start(&address);
	if (!daemon) {
		fprintf(stderr, "ntsd-metrics: cannot listen on %s: %s\n", where,
			strerror(errno));
		return 1;
	}
	sigwait(&ends, &which);
	MHD_stop_daemon(daemon);
	return 0;
}
