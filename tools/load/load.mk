# SPDX-License-Identifier: GPL-2.0-or-later
# The load generator; included by the Makefile after ntsctl.mk.

LOAD_NAMES := $(patsubst tools/load/%.c,%,$(wildcard tools/load/*.c))
# Of the core: what makes requests and reads their answers.
LOAD_CORE := $(patsubst %,$(O)/obj/core/%.o,acl exchange ext jar ntptime siv) $(O)/obj/aes_x86.o
LOAD_LIBS = $(shell $(PKG_CONFIG) --libs wolfssl) -lm -lpthread

$(O)/obj/load/%.o: tools/load/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(WARNINGS) $(HARDENING) $(CFLAGS) -MMD -MP -c -o $@ $<

# Of the daemon: NTS-KE, TLS, addresses.
$(O)/ntsload: $(LOAD_NAMES:%=$(O)/obj/load/%.o) $(LOAD_CORE) $(NTSCTL_DAEMON)
	$(CC) $(LDFLAGS) $(CFLAGS) -o $@ $^ $(LOAD_LIBS)

# --- unit tests: selftests/unit/ntsload_X.c includes tools/load/X.c ------------

LOAD_TESTS := $(patsubst selftests/unit/%.c,%,$(wildcard selftests/unit/ntsload_*.c))
UNIT_TESTS += $(LOAD_TESTS:%=$(O)/unit/%)
# What each links besides: of its own, of the daemon, of the core.
LOAD_UNIT_options := forge
LOAD_UNIT_client := outcome
LOAD_UNIT_NTSD_target := address subnet
LOAD_UNIT_NTSD_options := subnet
LOAD_UNIT_NTSD_client := aes_wolfssl
LOAD_UNIT_CORE_client := cookie exchange ext jar ntptime protected request respond siv
LOAD_UNIT_CORE_target := acl
LOAD_UNIT_CORE_options := acl ext

$(O)/unit/obj/load/%.o: tools/load/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(UNIT_FLAGS) -MMD -MP -c -o $@ $<

define load_unit
$(O)/unit/$(1): $(O)/unit/obj/$(1).o $(LOAD_UNIT_$(1:ntsload_%=%):%=$(O)/unit/obj/load/%.o) \
		$(LOAD_UNIT_NTSD_$(1:ntsload_%=%):%=$(O)/unit/obj/ntsd/%.o) \
		$(LOAD_UNIT_CORE_$(1:ntsload_%=%):%=$(O)/unit/obj/core/%.o)
	$$(CC) $$(SANITIZE) -o $$@ $$^ $$(LOAD_LIBS)
endef
$(foreach test,$(LOAD_TESTS),$(eval $(call load_unit,$(test))))
$(O)/unit/ntsload_client: $(O)/unit/obj/aes_x86.o
