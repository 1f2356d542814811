# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon, its unit tests and its fuzzers; included by the Makefile.

NTSD_PKGS := wolfssl libnl-3.0 libnl-genl-3.0 libcap-ng libseccomp
NTSD_NAMES := $(patsubst ntsd/%.c,%,$(wildcard ntsd/*.c))
NTSD_OBJECTS := $(NTSD_NAMES:%=$(O)/obj/ntsd/%.o)
# Of the core: what seals cookies.
NTSD_CORE := $(O)/obj/core/siv.o $(O)/obj/core/cookie.o $(O)/obj/aes_x86.o
NTSD_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(NTSD_PKGS))
NTSD_LIBS = $(shell $(PKG_CONFIG) --libs $(NTSD_PKGS))

$(O)/obj/ntsd/%.o: ntsd/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(NTSD_CFLAGS) $(WARNINGS) $(HARDENING) $(CFLAGS) -MMD -MP -c -o $@ $<

$(O)/ntsd: $(NTSD_OBJECTS) $(NTSD_CORE)
	$(CC) $(LDFLAGS) $(CFLAGS) -o $@ $^ $(NTSD_LIBS)
