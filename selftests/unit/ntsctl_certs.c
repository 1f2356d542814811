// SPDX-License-Identifier: GPL-2.0-or-later
/* ntsctl certs: what the daemon says of certificates, in three forms. */
#include "ntsctl_ask.h"

static const char *answers[3];
static int status_of_daemon;

int control_fetch(const char *command, char *answer, size_t size)
{
	unsigned int n = 99;

	EXPECT(sscanf(command, "certs %u", &n) == 1 && n < 3);
	snprintf(answer, size, "%s", answers[n] ? answers[n] : "404 No such pair");
	return status_of_daemon;
}

#define FIRST \
	"200 OK\ncert=/e/a.crt\nkey=/e/a.key\nstate=waiting\nwhy=/e/a.key: is not its key\n" \
	"subject=/O=X/CN=ntp.test\nnames=ntp.test 192.0.2.1\nissuer=/CN=CA\nserial=01AB\n" \
	"fingerprint=FF00\nkeytype=ECDSA P-256\nnot_before=1700000000\n" \
	"not_after=1710000000\ndays=-3\nchain=2\nlater=unknown\n"

static const char *print(const char *words)
{
	const char *output;
	int status;

	output = run_command(cmd_certs, words, &status);
	EXPECT(status == 0);
	return output;
}

static void as_text(void)
{
	const char *output;

	answers[0] = FIRST;
	answers[1] = NULL;
	output = print("");
	EXPECT(strstr(output, "Certificate     : /e/a.crt\n"));
	EXPECT(strstr(output, "State           : waiting: /e/a.key: is not its key\n"));
	EXPECT(strstr(output, "Names           : ntp.test 192.0.2.1\n"));
	EXPECT(strstr(output, "Subject         : /O=X/CN=ntp.test\n"));
	EXPECT(strstr(output, "Valid until     : 2024-03-09 16:00:00 UTC\n"));
	EXPECT(strstr(output, "Days left       : -3 (expired)\n"));
	EXPECT(strstr(output, "Chain           : 2 certificates\n"));
}

static void as_values(void)
{
	answers[0] = FIRST;
	answers[1] = FIRST;
	EXPECT_STR(print("-c"),
		   "/e/a.crt,/e/a.key,waiting,-3,1700000000,1710000000,01AB,FF00,ECDSA P-256,2,ntp.test 192.0.2.1\n"
		   "/e/a.crt,/e/a.key,waiting,-3,1700000000,1710000000,01AB,FF00,ECDSA P-256,2,ntp.test 192.0.2.1\n");
}

static void as_json(void)
{
	answers[0] = FIRST;
	answers[1] = NULL;
	EXPECT_STR(print("--json"),
		   "{\"certs\":[{\"cert\":\"\\/e\\/a.crt\",\"key\":\"\\/e\\/a.key\",\"state\":\"waiting\",\"why\":\"\\/e\\/a.key: is not its key\",\"subject\":\"\\/O=X\\/CN=ntp.test\",\"names\":[\"ntp.test\",\"192.0.2.1\"],\"issuer\":\"\\/CN=CA\",\"not_before\":1700000000,\"not_after\":1710000000,\"days_left\":-3,\"serial\":\"01AB\",\"sha256\":\"FF00\",\"key_type\":\"ECDSA P-256\",\"chain\":2}]}\n");
	answers[0] = NULL;
	EXPECT_STR(print("--json"), "{\"certs\":[]}\n");
}

static void without_any(void)
{
	int status;

	answers[0] = NULL;
	EXPECT(strstr(print(""), "No certificates"));
	EXPECT_STR(print("-c"), "");
	answers[0] = "502 The daemon is not ready\nx";
	run_command(cmd_certs, "", &status);
	EXPECT(status == 1);
	EXPECT_STR(complaint, "502 The daemon is not ready");
	status_of_daemon = 1;
	run_command(cmd_certs, "", &status);
	EXPECT(status == 1);
	status_of_daemon = 0;
}

static const struct ktap_case cases[] = {
	CASE(as_text),
	CASE(as_values),
	CASE(as_json),
	CASE(without_any),
};

KTAP_MAIN(cases)
