# SPDX-License-Identifier: GPL-2.0-or-later
# The arithmetic of the test NIC, in user space.

$(O)/unit/fnic_clock: selftests/fnic/clock_test.c selftests/fnic/clock.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(WARNINGS) $(SANITIZE) -O1 -g -o $@ $<

UNIT_TESTS += $(O)/unit/fnic_clock
