# SPDX-License-Identifier: GPL-2.0-or-later
# A clock and a network in simulated time, for one process that is not ours to
# change: preloaded into it.

SIM_PARTS := random simclock scenario network stats world
SIM_FLAGS := -O2 -g -fPIC -fvisibility=hidden -Iselftests/sim

# Its calls replace those of libc, which fortified headers would redefine.
$(O)/sim/obj/%.o: selftests/sim/%.c
	@mkdir -p $(@D)
	$(CC) -D_GNU_SOURCE -U_FORTIFY_SOURCE $(WARNINGS) $(SIM_FLAGS) -MMD -c -o $@ $<

$(O)/sim/clocksim.so: $(SIM_PARTS:%=$(O)/sim/obj/%.o) \
		      $(O)/sim/obj/calls_time.o $(O)/sim/obj/calls_socket.o
	$(CC) -shared -Wl,-z,now -o $@ $^ -lm -ldl

-include $(shell find $(O)/sim -name '*.d' 2>/dev/null)
