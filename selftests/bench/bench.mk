# SPDX-License-Identifier: GPL-2.0-or-later
# Benchmarks: each program prints a flat JSON object, all end in one. BENCH="core serve"
# measures only these anew.

$(O)/bench/obj/%.o: selftests/bench/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(WARNINGS) $(CFLAGS) -MMD -c -o $@ $<

$(O)/bench/core: $(O)/bench/obj/core.o $(CORE_OBJECTS) $(O)/obj/ntsd/aes_wolfssl.o
	$(CC) $(CFLAGS) -o $@ $^ -lwolfssl -lnettle

bench: $(O)/bench/core ## costs beside the rivals', in build/bench/results.json
	@$(PYTHON) selftests/bench/run $(O)/bench $(BENCH)

bench-table: ## the tables of README.md anew from build/bench/results.json
	@$(PYTHON) selftests/bench/table --json $(O)/bench/results.json

-include $(shell find $(O)/bench -name '*.d' 2>/dev/null)
