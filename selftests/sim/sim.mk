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
	$(CC) -shared -Wl,-z,now -o $@.new $^ -lm -ldl
	@mv $@.new $@

$(O)/sim/preloaded: $(O)/sim/obj/preloaded.o
	$(CC) -o $@ $^

SIM_PROGRAMS := $(O)/sim/clocksim.so $(O)/sim/ntpsim $(O)/sim/preloaded

.PHONY: sim ntpsim
sim: $(SIM_PROGRAMS) ## limits of the clock's accuracy, in simulated time
	@O=$(O) selftests/sim/check

ntpsim: selftests/sim/ntpsim ## the core as an ordinary process
all: ntpsim
bench: $(SIM_PROGRAMS)

.PHONY: clean-sim
clean: clean-sim
clean-sim:
	rm -f selftests/sim/ntpsim

# Its arithmetic, without the calls.
UNIT_TESTS += $(O)/unit/sim_world

$(O)/unit/obj/sim/%.o: selftests/sim/%.c
	@mkdir -p $(@D)
	$(CC) -D_GNU_SOURCE $(UNIT_FLAGS) -MMD -c -o $@ $<

$(O)/unit/sim_world: $(O)/unit/obj/sim/test_world.o $(SIM_PARTS:%=$(O)/unit/obj/sim/%.o)
	$(CC) $(SANITIZE) -o $@ $^ -lm

# The core as a process.
NTPSIM_CONFIG := config $(NTSD_CONFIG) driftfile file
NTPSIM_PARTS := ntpsim association keeper options rawclock

$(O)/sim/obj/ntpsim/%.o: selftests/sim/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(WARNINGS) $(HARDENING) $(CFLAGS) -MMD -c -o $@ $<

$(O)/sim/ntpsim: $(NTPSIM_PARTS:%=$(O)/sim/obj/ntpsim/%.o) $(CORE_OBJECTS) \
		 $(NTPSIM_CONFIG:%=$(O)/obj/ntsd/%.o) $(O)/obj/ntsd/aes_wolfssl.o
	$(CC) $(LDFLAGS) $(CFLAGS) -o $@.new $^ -lwolfssl
	@mv $@.new $@

# Where others look for it.
selftests/sim/ntpsim: $(O)/sim/ntpsim
	@cp -p $< $@

-include $(shell find $(O)/sim -name '*.d' 2>/dev/null)
