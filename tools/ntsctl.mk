# SPDX-License-Identifier: GPL-2.0-or-later
# The tool; included by the Makefile.

NTSCTL_PKGS := libnl-3.0 libnl-genl-3.0 json-c
NTSCTL_OBJECTS := $(patsubst tools/%.c,$(O)/obj/tools/%.o,$(wildcard tools/*.c)) \
		  $(O)/obj/ntsd/nlconn.o
NTSCTL_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(NTSCTL_PKGS))
NTSCTL_LIBS = $(shell $(PKG_CONFIG) --libs $(NTSCTL_PKGS)) -lm

$(O)/obj/tools/%.o: tools/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(NTSCTL_CFLAGS) $(WARNINGS) $(HARDENING) $(CFLAGS) -MMD -MP -c -o $@ $<

$(O)/ntsctl: $(NTSCTL_OBJECTS)
	$(CC) $(LDFLAGS) $(CFLAGS) -o $@ $^ $(NTSCTL_LIBS)
