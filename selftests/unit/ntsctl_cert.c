// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl cert new: what it makes can serve, and nothing is overwritten. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../ntsd/tls.h"
#include "ntsctl_ask.h"

static char top[] = "/tmp/ntsctl_cert.XXXXXX";
static struct tls_facts facts;

static int make(const char *words)
{
	int status;

	run_command(cmd_cert, words, &status);
	return status;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_mode & 07777;
}

static ino_t inode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

/* A server would take it. */
static bool serves(const char *dir)
{
	char cert[128], key[128], err[TLS_ERR_LEN];
	struct tls_file files[2] = { { .name = cert }, { .name = key } };
	struct tls_server *server;

	snprintf(cert, sizeof(cert), "%s/server.crt", dir);
	snprintf(key, sizeof(key), "%s/server.key", dir);
	files[0].fd = open(cert, O_RDONLY);
	files[1].fd = open(key, O_RDONLY);
	server = tls_server_new(&files[0], &files[1], err);
	close(files[0].fd);
	close(files[1].fd);
	if (!server) {
		printf("# %s\n", err);
		return false;
	}
	facts = *tls_server_facts(server);
	tls_server_free(server);
	return true;
}

static void one_that_signed_itself(void)
{
	EXPECT(make("new --name ntp.test --name 192.0.2.1 --ip 2001:db8::1 --days 90") == 0);
	EXPECT(serves(".") && mode_of("server.key") == 0600 && mode_of("server.crt") == 0644);
	EXPECT_STR(facts.names, "ntp.test 192.0.2.1 2001:db8::1");
	EXPECT_STR(facts.subject, facts.issuer);
	EXPECT_STR(facts.key, "ECDSA P-256");
	EXPECT(facts.not_after - time(NULL) <= 90 * 86400 &&
	       facts.not_after - time(NULL) > 90 * 86400 - 120);
}

static void nothing_is_overwritten(void)
{
	const ino_t was = inode_of("server.key");

	EXPECT(make("new --name other.test") == 1);
	EXPECT(inode_of("server.key") == was);
	EXPECT(!unlink("server.crt"));
	EXPECT(make("new --name other.test") == 1 && !inode_of("server.crt"));
	EXPECT(make("new --name other.test --force") == 0);
	EXPECT(serves("."));
	EXPECT_STR(facts.names, "other.test");
}

static void ones_of_a_ca(void)
{
	ino_t ca;

	EXPECT(make("new --name a.test --ca ca --out a") == 0);
	EXPECT(mode_of("ca/ca.key") == 0600 && mode_of("ca/ca.crt") == 0644);
	ca = inode_of("ca/ca.crt");
	EXPECT(make("new --name b.test --ca ca --out b --key-type ed25519") == 0);
	EXPECT(inode_of("ca/ca.crt") == ca);
	EXPECT(serves("a") && !strcmp(facts.issuer, "/CN=ntsctl test CA"));
	EXPECT(serves("b") && !strcmp(facts.key, "Ed25519"));
	EXPECT(!strcmp(facts.issuer, "/CN=ntsctl test CA") && !facts.chain[0]);
	EXPECT(!unlink("ca/ca.key"));
	EXPECT(make("new --name c.test --ca ca --out c") == 1 && !inode_of("c/server.key"));
}

static void an_rsa_key(void)
{
	EXPECT(make("new --name r.test --key-type rsa --out r --json") == 0);
	EXPECT(serves("r") && !strcmp(facts.key, "RSA 3072"));
}

static void what_is_not_understood(void)
{
	EXPECT(make("") == 2 && make("old") == 2 && make("new x") == 2);
	EXPECT(make("new --name a_b/c") == 2 && make("new --ip 192.0.2") == 2);
	EXPECT(make("new --days 0") == 2 && make("new --days 9x") == 2);
	EXPECT(make("new --key-type dsa") == 2 && make("new --colour red") == 2);
}

static const struct ktap_case cases[] = {
	CASE(one_that_signed_itself),
	CASE(nothing_is_overwritten),
	CASE(ones_of_a_ca),
	CASE(an_rsa_key),
	CASE(what_is_not_understood),
};

int main(void)
{
	char command[64];
	int ret;

	umask(0077);
	if (!mkdtemp(top) || chdir(top))
		return 1;
	ret = ktap_run(cases, sizeof(cases) / sizeof(*cases));
	snprintf(command, sizeof(command), "rm -r %s", top);
	return system(command) ? 1 : ret;
}
