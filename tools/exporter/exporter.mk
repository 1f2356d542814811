# SPDX-License-Identifier: GPL-2.0-or-later
# Metrics over HTTP; included by the Makefile after ntsctl.mk.

EXPORTER_OBJECTS := $(O)/obj/exporter/main.o $(filter-out $(O)/obj/tools/ntsctl.o,$(NTSCTL_OBJECTS))
EXPORTER_PKGS := libmicrohttpd

$(O)/obj/exporter/%.o: tools/exporter/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(NTSCTL_CFLAGS) $(shell $(PKG_CONFIG) --cflags $(EXPORTER_PKGS)) \
	  $(WARNINGS) $(HARDENING) $(CFLAGS) -MMD -MP -c -o $@ $<

$(O)/ntsd-metrics: $(EXPORTER_OBJECTS) $(NTSCTL_DAEMON)
	$(CC) $(LDFLAGS) $(CFLAGS) -o $@ $^ $(NTSCTL_LIBS) $(shell $(PKG_CONFIG) --libs $(EXPORTER_PKGS))
