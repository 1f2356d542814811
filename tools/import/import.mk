# SPDX-License-Identifier: GPL-2.0-or-later
# Going over from chronyd; included by the Makefile after ntsd.mk.

IMPORT_NAMES := $(patsubst tools/import/%.c,%,$(wildcard tools/import/*.c))
# Of the daemon: what reads and writes its files.
IMPORT_NTSD := address config driftfile dump file keyring $(NTSD_CONFIG)

$(O)/obj/import/%.o: tools/import/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(NTSD_CFLAGS) $(WARNINGS) $(HARDENING) $(CFLAGS) -MMD -MP -c -o $@ $<

$(O)/ntsd-import: $(IMPORT_NAMES:%=$(O)/obj/import/%.o) $(IMPORT_NTSD:%=$(O)/obj/ntsd/%.o)
	$(CC) $(LDFLAGS) $(CFLAGS) -o $@ $^

# --- unit test: includes all but main.c ---------------------------------------

UNIT_TESTS += $(O)/unit/import

$(O)/unit/import: $(O)/unit/obj/import.o $(IMPORT_NTSD:%=$(O)/unit/obj/ntsd/%.o)
	$(CC) $(SANITIZE) -o $@ $^
