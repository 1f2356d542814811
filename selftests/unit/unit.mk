# SPDX-License-Identifier: GPL-2.0-or-later
# Unit tests: each *_test.c of the core is one program here, one suite in KUnit.
# A test file includes the .c it tests; the rest of the core is linked beside it.

# KUnit compares enumerators with each other through __typeof__.
UNIT_FLAGS := $(WARNINGS) -Wno-sign-compare $(SANITIZE) -O1 -g -Iselftests/unit
CORE_TESTS := $(patsubst kmod/core/%.c,%,$(wildcard kmod/core/*_test.c))
UNIT_TESTS += $(CORE_TESTS:%=$(O)/unit/core_%)

$(O)/unit/obj/core/%.o: kmod/core/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(UNIT_FLAGS) -MMD -c -o $@ $<

$(O)/unit/obj/aes_x86.o: kmod/aes_x86.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(UNIT_FLAGS) $(NI_FLAGS) -MMD -c -o $@ $<

$(O)/unit/obj/aes_wolfssl.o: ntsd/aes_wolfssl.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(UNIT_FLAGS) -MMD -c -o $@ $<

UNIT_CORE := $(CORE:%=$(O)/unit/obj/core/%.o) $(O)/unit/obj/aes_x86.o \
	     $(O)/unit/obj/aes_wolfssl.o

# Its own .c is part of the test object.
$(O)/unit/core_%_test: $(O)/unit/obj/core/%_test.o $(UNIT_CORE)
	$(CC) $(SANITIZE) -o $@ $< \
	  $(filter-out $(O)/unit/obj/core/$*.o,$(UNIT_CORE)) -lwolfssl

include selftests/fnic/fnic.mk

-include $(shell find $(O)/unit -name '*.d' 2>/dev/null)
