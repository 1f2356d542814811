# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon, its unit tests and its fuzzers; included by the Makefile.

NTSD_PKGS := wolfssl libnl-3.0 libnl-genl-3.0 libcap-ng libseccomp
NTSD_NAMES := $(patsubst ntsd/%.c,%,$(wildcard ntsd/*.c))
NTSD_OBJECTS := $(NTSD_NAMES:%=$(O)/obj/ntsd/%.o)
# Of the core: what seals cookies, and what fits a line through readings.
NTSD_FIT := fixed real regress
# Also: who is served, and how often.
NTSD_GATE := acl clientlog ratelimit
NTSD_CORE := $(O)/obj/core/siv.o $(O)/obj/core/cookie.o $(O)/obj/aes_x86.o \
	$(NTSD_FIT:%=$(O)/obj/core/%.o) $(NTSD_GATE:%=$(O)/obj/core/%.o)
NTSD_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(NTSD_PKGS))
NTSD_LIBS = $(shell $(PKG_CONFIG) --libs $(NTSD_PKGS)) -lm

# The time of the last change is a lower bound of the time it is.
NTSD_BUILD_TIME := $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null),0)
$(O)/obj/ntsd/lasttime.o: CPPFLAGS += $(if $(filter-out 0,$(NTSD_BUILD_TIME)),-DNTSD_BUILD_TIME=$(NTSD_BUILD_TIME))

$(O)/obj/ntsd/%.o: ntsd/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(NTSD_CFLAGS) $(WARNINGS) $(HARDENING) $(CFLAGS) -MMD -MP -c -o $@ $<

$(O)/ntsd: $(NTSD_OBJECTS) $(NTSD_CORE)
	$(CC) $(LDFLAGS) $(CFLAGS) -o $@ $^ $(NTSD_LIBS)

# --- unit tests: selftests/unit/ntsd_X.c includes ntsd/X.c --------------------

NTSD_TESTS := $(patsubst selftests/unit/%.c,%,$(wildcard selftests/unit/ntsd_*.c))
UNIT_TESTS += $(NTSD_TESTS:%=$(O)/unit/%)
NTSD_UNIT_CORE := $(O)/unit/obj/core/siv.o $(O)/unit/obj/core/cookie.o \
	$(O)/unit/obj/aes_x86.o
# What each links besides.
NTSD_UNIT_ke_session := ke_record
NTSD_UNIT_ke_response := ke_record
NTSD_UNIT_keyring := file
NTSD_UNIT_keysource := file keyring
NTSD_UNIT_leapkeep := leaplist
NTSD_UNIT_ke_client := conn helper hello ke_exchange ke_record ke_response ke_session log sandbox \
	tls_cert tls_client tls_server tls_wolfssl
NTSD_UNIT_resolver := address helper log sandbox
NTSD_UNIT_control := file log
NTSD_UNIT_source := address backoff dump file lasttime log
NTSD_UNIT_sources := address
NTSD_UNIT_timekeep := driftfile file lasttime history
NTSD_UNIT_requests := config_access config_reader history log subnet
NTSD_UNIT_events := address log
NTSD_UNIT_adjust := log
NTSD_UNIT_dump := file address
NTSD_UNIT_lasttime := file
NTSD_UNIT_driftfile := file
NTSD_UNIT_tls := tls_cert tls_client
NTSD_UNIT_tls_client := tls_cert tls_server tls_wolfssl
NTSD_UNIT_logfiles := address file log
NTSD_UNIT_pathwatch :=
NTSD_UNIT_listener :=
NTSD_UNIT_refusal :=
NTSD_UNIT_sandbox := log
NTSD_UNIT_certwatch := certload helper log pathwatch sandbox tls_cert tls_client tls_server \
	tls_wolfssl
NTSD_UNIT_certs := certexpiry certload certwatch helper log pathwatch sandbox tls_cert tls_client \
	tls_server tls_wolfssl
NTSD_CONFIG := $(filter config_%,$(NTSD_NAMES)) ke_record subnet
NTSD_UNIT_config := $(NTSD_CONFIG)
NTSD_UNIT_config_of_chrony := $(NTSD_CONFIG)
NTSD_UNIT_config_hwtimestamp := config $(filter-out config_hwtimestamp,$(NTSD_CONFIG))
NTSD_UNIT_access := gate log subnet
NTSD_UNIT_phc_devices := links
NTSD_UNIT_phc_device := phc_fit phc_reader stamping
# What each links of the core.
NTSD_UNIT_CORE_phc_fit := $(NTSD_FIT)
NTSD_UNIT_CORE_phc_device := $(NTSD_FIT)
NTSD_UNIT_CORE_access := $(NTSD_GATE)
NTSD_UNIT_CORE_pool := $(NTSD_GATE)
NTSD_UNIT_pool := certexpiry certload certs certwatch worker conn gate hello helper ke_record ke_session \
	listener log pathwatch sandbox seal tls_cert tls_client tls_server tls_wolfssl \
	aes_wolfssl

$(O)/unit/obj/ntsd/%.o: ntsd/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(NTSD_CFLAGS) $(UNIT_FLAGS) -MMD -MP -c -o $@ $<

$(O)/unit/obj/%.o: selftests/unit/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(NTSD_CFLAGS) $(UNIT_FLAGS) -MMD -MP -c -o $@ $<

define ntsd_unit
$(O)/unit/$(1): $(O)/unit/obj/$(1).o $(NTSD_UNIT_$(1:ntsd_%=%):%=$(O)/unit/obj/ntsd/%.o) \
		$(NTSD_UNIT_CORE_$(1:ntsd_%=%):%=$(O)/unit/obj/core/%.o) \
		$(if $(filter seal,$(NTSD_UNIT_$(1:ntsd_%=%))),$(NTSD_UNIT_CORE))
	$$(CC) $$(SANITIZE) -o $$@ $$^ $$(NTSD_LIBS)
endef
$(foreach test,$(NTSD_TESTS),$(eval $(call ntsd_unit,$(test))))

# --- fuzzers: each includes the .c it is for; seeds are by ke_corpus.py --------

FUZZ_TARGETS += ke_record ke_response ke_session ke_hello
FUZZ_OBJECTS_ke_response := $(O)/fuzz/obj/ke_record.o
