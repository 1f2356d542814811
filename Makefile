# SPDX-License-Identifier: GPL-2.0-or-later
#
# Front door. `make help` lists the targets. Needs no root and calls no sudo.
#
#   KDIR     headers of the kernel the module is for
#   MO       where module objects go (default build/module)
#   DESTDIR  prefix for the install targets

O ?= build
MO ?= $(O)/module
KDIR ?= $(shell d=/lib/modules/$$(uname -r)/build; \
	  [ -d $$d ] && echo $$d || selftests/vm/kdir 6.12)
PYTHON ?= /usr/bin/python3
PKG_CONFIG ?= pkg-config

CFLAGS ?= -O2 -g
CPPFLAGS += -D_GNU_SOURCE -Iuapi -Ikmod
WARNINGS := -std=gnu11 -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes \
	    -Wold-style-definition -Wshadow -Wundef -Wvla
HARDENING := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
LDFLAGS += -pie -Wl,-z,relro,-z,now
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all \
	    -fno-omit-frame-pointer

CORE := $(patsubst kmod/core/%.c,%,$(filter-out %_test.c,$(wildcard kmod/core/*.c)))
# The core must compile where there are no floating point registers; the one
# object that uses vector registers has its own flags.
CORE_FLAGS := -mgeneral-regs-only
NI_FLAGS := -msse4.1 -maes

.PHONY: all help modules ntsd ntsctl ntsd-metrics ntsd-import ntsload unit kunit vm vm-debug fuzz bench \
	bench-table lint gen gen-check install dkms-install clean
.DELETE_ON_ERROR:
.SECONDARY:

all: $(O)/nts.ko ntsd ntsctl ntsd-metrics ntsd-import ntsload ## module, daemon and tools

help: ## list the targets
	@sed -n 's/^\([a-z][a-z -]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | \
	  expand -t 16 | sort

# --- module -----------------------------------------------------------------

# Objects of an external module lie beside their sources, so each kernel gets
# a copy of these; -p keeps the times, so that nothing is rebuilt in vain. To
# newer kernels MO means something else.
MODULE_SOURCES := $(wildcard Kbuild kmod/Kbuild kmod/*.[ch] kmod/core/*.[ch] uapi/linux/*.h)

modules:
	@mkdir -p $(MO)/src
	@cp -p --parents $(MODULE_SOURCES) $(MO)/src/
	+$(MAKE) -C $(KDIR) MO= M=$(abspath $(MO))/src modules
	@cp -p $(MO)/src/kmod/*.ko $(MO)/

$(O)/nts.ko: modules
	@cp -p $(MO)/nts.ko $@

# --- programs ---------------------------------------------------------------

$(O)/obj/core/%.o: kmod/core/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(WARNINGS) $(HARDENING) $(CORE_FLAGS) $(CFLAGS) -MMD -c -o $@ $<

$(O)/obj/aes_x86.o: kmod/aes_x86.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(WARNINGS) $(HARDENING) $(NI_FLAGS) $(CFLAGS) -MMD -c -o $@ $<

CORE_OBJECTS := $(CORE:%=$(O)/obj/core/%.o) $(O)/obj/aes_x86.o

include ntsd/ntsd.mk
include tools/ntsctl.mk
include tools/exporter/exporter.mk
include tools/import/import.mk
include tools/load/load.mk

ntsd: $(O)/ntsd ## the daemon alone
ntsctl: $(O)/ntsctl ## the tool alone
ntsd-metrics: $(O)/ntsd-metrics ## metrics over HTTP
ntsd-import: $(O)/ntsd-import ## what takes over from chronyd
ntsload: $(O)/ntsload ## the load generator

# --- tests ------------------------------------------------------------------

include selftests/unit/unit.mk
include selftests/fuzz/fuzz.mk
include selftests/bench/bench.mk
include selftests/sim/sim.mk

unit: $(UNIT_TESTS) ## unit tests of core and daemon under ASan and UBSan
	@selftests/unit/run $(UNIT_TESTS)

kunit: ## the core's KUnit suites in a sanitizing UML kernel
	@selftests/kunit/run

vm: ## system tests in a VM with Debian's stock kernel
	@selftests/vm/suite

vm-debug: ## system tests in a VM with KASAN, lockdep and kmemleak
	@selftests/vm/suite --debug

lint: ## checkpatch, sparse, W=1, shellcheck
	@tools/dev/lint

gen: ## generate the netlink header, policies and operations
	@$(PYTHON) tools/dev/gen-uapi uapi/nts.yaml .

gen-check: ## fail if what is generated is not what is committed
	@rm -rf $(O)/gen && mkdir -p $(O)/gen
	@$(PYTHON) tools/dev/gen-uapi uapi/nts.yaml $(O)/gen
	@for f in uapi/linux/nts.h kmod/netlink_gen.h kmod/netlink_gen.c; do \
	  diff -u $$f $(O)/gen/$$f || { echo "$$f: differs from uapi/nts.yaml: make gen" >&2; exit 1; }; \
	done

# --- installation -----------------------------------------------------------

include tools/packaging/install.mk

clean: ## remove all that was built
	rm -rf $(O)

-include $(shell find $(O)/obj -name '*.d' 2>/dev/null)
