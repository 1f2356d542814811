# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzz targets: the committed corpus first, then FUZZ_SECONDS of new inputs each.
# FUZZ_OBJECTS_<target> names what is linked beside selftests/fuzz/<target>.c.

FUZZ_SECONDS ?= 20
FUZZ_CC ?= clang
FUZZ_FLAGS := $(WARNINGS) -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
	      -fno-sanitize-recover=all

FUZZ_TARGETS += request
FUZZ_OBJECTS_request := $(CORE:%=$(O)/fuzz/obj/core/%.o) $(O)/fuzz/obj/aes_x86.o \
			$(O)/fuzz/obj/aes_wolfssl.o
FUZZ_LIBS_request := -lwolfssl

FUZZ_TARGETS += reply
FUZZ_OBJECTS_reply := $(FUZZ_OBJECTS_request)
FUZZ_LIBS_reply := -lwolfssl

$(O)/fuzz/obj/core/%.o: kmod/core/%.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(CPPFLAGS) $(FUZZ_FLAGS) -MMD -c -o $@ $<

# gcc's names of the AES-NI builtins are not clang's: only this object is gcc's.
$(O)/fuzz/obj/aes_x86.o: kmod/aes_x86.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(WARNINGS) $(NI_FLAGS) -O2 -g -MMD -c -o $@ $<

$(O)/fuzz/obj/%.o: ntsd/%.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(CPPFLAGS) $(FUZZ_FLAGS) -MMD -c -o $@ $<

$(O)/fuzz/obj/fuzz_%.o: selftests/fuzz/%.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(CPPFLAGS) $(FUZZ_FLAGS) -MMD -c -o $@ $<

define fuzz_program
$(O)/fuzz/$(1): $(O)/fuzz/obj/fuzz_$(1).o $$(FUZZ_OBJECTS_$(1))
	$$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $$@ $$^ $$(FUZZ_LIBS_$(1))
endef
$(foreach target,$(FUZZ_TARGETS),$(eval $(call fuzz_program,$(target))))

fuzz: $(FUZZ_TARGETS:%=$(O)/fuzz/%) ## committed corpus and FUZZ_SECONDS of new inputs
	@FUZZ_SECONDS=$(FUZZ_SECONDS) selftests/fuzz/run $(O)/fuzz $(FUZZ_TARGETS)

-include $(shell find $(O)/fuzz -name '*.d' 2>/dev/null)
