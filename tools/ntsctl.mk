# SPDX-License-Identifier: GPL-2.0-or-later
# The tool; included by the Makefile. What a command says and takes is in cmd_X.c;
# what examines for doctor, and what gathers for metrics, has a room of its own.

NTSCTL_PKGS := libnl-3.0 libnl-genl-3.0 json-c wolfssl
NTSCTL_OBJECTS := $(patsubst tools/%.c,$(O)/obj/tools/%.o,\
		    $(wildcard tools/*.c tools/doctor/*.c tools/metrics/*.c)) \
		  $(O)/obj/ntsd/nlconn.o $(O)/obj/ntsd/file.o $(O)/obj/ntsd/subnet.o
NTSCTL_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(NTSCTL_PKGS))
NTSCTL_LIBS = $(shell $(PKG_CONFIG) --libs $(NTSCTL_PKGS)) -lm

$(O)/obj/tools/%.o: tools/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(NTSCTL_CFLAGS) $(WARNINGS) $(HARDENING) $(CFLAGS) -MMD -MP -c -o $@ $<

# Of the daemon: what reads its configuration, and what that needs.
NTSCTL_DAEMON := $(O)/obj/ntsd/daemon.a

$(NTSCTL_DAEMON): $(filter-out $(O)/obj/ntsd/main.o,$(NTSD_OBJECTS))
	@rm -f $@
	$(AR) rcs $@ $^

$(O)/ntsctl: $(NTSCTL_OBJECTS) $(NTSCTL_DAEMON)
	$(CC) $(LDFLAGS) $(CFLAGS) -o $@ $^ $(NTSCTL_LIBS)

# --- unit tests: selftests/unit/ntsctl_X.c -----------------------------------

NTSCTL_TESTS := $(patsubst selftests/unit/%.c,%,$(wildcard selftests/unit/ntsctl_*.c))
UNIT_TESTS += $(NTSCTL_TESTS:%=$(O)/unit/%)
NTSCTL_DOCTOR := $(patsubst tools/%.c,%,$(wildcard tools/doctor/*.c))
NTSCTL_METRICS := $(patsubst tools/%.c,%,$(wildcard tools/metrics/*.c))
# What each links: the commands without what asks the kernel.
NTSCTL_UNIT_format :=
NTSCTL_UNIT_sources := format object refid source cmd_activity cmd_authdata cmd_ntpdata \
	cmd_selectdata cmd_sources cmd_sourcestats
NTSCTL_UNIT_ntpdata := format object refid source cmd_activity cmd_ntpdata cmd_sourcename
NTSCTL_UNIT_tracking := format object number cmd_smoothing cmd_tracking cmd_waitsync
NTSCTL_UNIT_monitor := format object
NTSCTL_UNIT_line :=
NTSCTL_UNIT_hwclocks := format object
NTSCTL_UNIT_kernel :=
NTSCTL_UNIT_server := format object source cmd_counters cmd_keys cmd_serverstats cmd_status \
	cmd_tracking
NTSCTL_UNIT_access := cmd_access cmd_clients format number object option
NTSCTL_UNIT_range := range
NTSCTL_UNIT_check := format number object option range snapshot source cmd_counters cmd_status \
	cmd_tracking
NTSCTL_UNIT_metrics := $(NTSCTL_METRICS) format object snapshot source cmd_counters cmd_hwclocks \
	cmd_keys cmd_status cmd_tracking
NTSCTL_UNIT_cert := certmake cmd_cert object option
NTSCTL_UNIT_NTSD_access := subnet
NTSCTL_UNIT_NTSD_cert := file tls_cert tls_client tls_server tls_wolfssl
NTSCTL_UNIT_certs := format object cmd_certs
NTSCTL_UNIT_doctor := $(NTSCTL_DOCTOR) cmd_hwclocks format object
NTSCTL_UNIT_plot := format number object option plot_svg plot_text track
NTSCTL_UNIT_top := format number object option snapshot source top_frame top_screen \
	cmd_counters cmd_status cmd_tracking
NTSCTL_UNIT_commands := format object number source cmd_action cmd_burst cmd_daemon cmd_set

NTSCTL_UNIT_DAEMON := $(O)/unit/obj/ntsd/daemon.a

$(NTSCTL_UNIT_DAEMON): $(patsubst %,$(O)/unit/obj/ntsd/%.o,$(filter-out main,$(NTSD_NAMES)))
	@rm -f $@
	$(AR) rcs $@ $^

$(O)/unit/ntsctl_doctor: $(NTSCTL_UNIT_DAEMON)

$(O)/unit/obj/tools/%.o: tools/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(NTSCTL_CFLAGS) $(UNIT_FLAGS) -MMD -MP -c -o $@ $<

$(O)/unit/obj/ntsctl_%.o: selftests/unit/ntsctl_%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(NTSCTL_CFLAGS) $(UNIT_FLAGS) -MMD -MP -c -o $@ $<

define ntsctl_unit
$(O)/unit/$(1): $(O)/unit/obj/$(1).o $(NTSCTL_UNIT_$(1:ntsctl_%=%):%=$(O)/unit/obj/tools/%.o) \
		$(NTSCTL_UNIT_NTSD_$(1:ntsctl_%=%):%=$(O)/unit/obj/ntsd/%.o)
	$$(CC) $$(SANITIZE) -o $$@ $$^ $$(NTSCTL_LIBS)
endef
$(foreach test,$(NTSCTL_TESTS),$(eval $(call ntsctl_unit,$(test))))

# What the shells offer is what the programs take.
UNIT_TESTS += $(O)/unit/completion
$(O)/unit/completion: selftests/unit/completion $(O)/ntsctl $(O)/ntsd $(O)/ntsload
	@mkdir -p $(@D)
	@printf '#!/bin/sh\nexec %s %s\n' $(abspath $<) $(abspath $(O)) >$@
	@chmod +x $@
