# pg_connector: the one entry.
#
#   make                     the extension and the client
#   make install             both, where PG_CONFIG's server and DESTDIR say
#   make installcheck        pg_regress against a running server that has the extension installed
#   make demo [KEEP=1]       what is missing, the build, a private server, the demonstration
#   make check [LAYERS=…]    the same for the tests; check-long adds what needs longer
#   make fuzz                libFuzzer for FUZZ_SECONDS=60 on each parser
#   make bench               the same for the benchmarks
#   make reference           the reference in README.md, from the commands' declarations
#   make deps                only what is missing
#
# Switches: PG_CONFIG=path WERROR=1 SANITIZE=address|undefined COVERAGE=1 with_llvm=yes. Objects of one
# set of flags are never mixed with another's: .build-flags below.

# A pg_config without the server's headers is of no use here: libpq-dev installs one, and Debian's client package
# brings pgxs.mk without them.
ifndef PG_CONFIG
PG_CONFIG := $(shell for c in $$(command -v pg_config) $$(ls -d /usr/lib/postgresql/*/bin/pg_config 2>/dev/null | sort -rV); do \
	test -f "$$($$c --includedir-server 2>/dev/null)/postgres.h" && echo $$c && break; done)
endif
PGXS := $(if $(PG_CONFIG),$(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null)))

# The layers of tests, in the order they run: what fails fastest first.
LAYERS = core regress isolation requests tap client docs
LONG_LAYERS = $(LAYERS) fuzz

# These goals first install what is missing, the server headers perhaps, so PGXS is read only by the make they start.
SELF_SUFFICIENT = deps demo check check-long bench fuzz reference

ifneq (,$(filter $(SELF_SUFFICIENT),$(MAKECMDGOALS)))

.NOTPARALLEL:
.PHONY: $(MAKECMDGOALS)

BUILD = $(MAKE) -s --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 1))

deps:
	@tests/deps

demo: deps
	+@$(BUILD) all
	@KEEP='$(KEEP)' tests/server run tests/demo

check:
	@tests/deps check
	+@$(BUILD) all
	@tests/run $(LAYERS)

check-long:
	@tests/deps fuzz
	+@$(BUILD) all
	@CHECK_LONG=1 tests/run $(LONG_LAYERS)

fuzz:
	@tests/deps fuzz
	@tests/run fuzz

bench: deps
	+@$(BUILD) all tests/bench/bench
	@tests/server run --durable -c shared_buffers=512MB tests/bench/run

reference: deps
	+@$(BUILD) all
	@tests/server run tests/docs/reference README.md

OTHER_GOALS = $(filter-out $(SELF_SUFFICIENT),$(MAKECMDGOALS))
ifneq (,$(OTHER_GOALS))
$(OTHER_GOALS):
	@$(MAKE) --no-print-directory $@
endif

else ifeq (,$(PGXS))

.PHONY: all install uninstall installcheck clean
all install uninstall installcheck clean:
	@echo "pg_connector: no pg_config with the server headers found; run 'make deps', or name one with PG_CONFIG=" >&2; exit 1

else # the build

EXTENSION = extension/pg_connector
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" extension/pg_connector.control)
MODULE_big = pg_connector
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard extension/*.c extension/core/*.c extension/commands/*.c)))
DATA = $(wildcard extension/*--*.sql)
SHLIB_EXPORTS = extension/exports.txt

# In this order; tests/run refuses a file of sql/ that is not named.
REGRESS = types_scalar types_nested insert_rows select_rows update_delete privileges policy plan_cache templates key_lookup multi_insert hostile ddl query_execute limits catalogue errors \
	predicates predicates_model \
	update_more claim \
	select_more select_pages \
	upsert_rows insert_continue \
	batch idempotency dry_run \
	ddl_more alter_table partitions create_index \
	matrix \
	actions_guide actions_patterns actions_hostile task_guide \
	postgres_v2_guide postgres_v2 postgres_v2_hostile \
	fast_paths_out fast_paths \
	to_json \
	sink \
	sink_access sink_given \
	encodings
REGRESS_OPTS = --load-extension=pg_connector --encoding=UTF8 --no-locale
ISOLATION = $(patsubst tests/isolation/specs/%.spec,%,$(sort $(wildcard tests/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=tests/isolation --load-extension=pg_connector --encoding=UTF8 --no-locale

PG_CPPFLAGS = -I$(srcdir)/extension -DPG_CONNECTOR_VERSION='"$(EXTVERSION)"'
PG_CFLAGS = -MMD -MP

ifeq ($(WERROR),1)
PG_CFLAGS += -Werror
endif
ifneq (,$(SANITIZE))
PG_CFLAGS += -fsanitize=$(SANITIZE) -fno-sanitize-recover=all
SHLIB_LINK += -fsanitize=$(SANITIZE)
endif
ifeq ($(COVERAGE),1)
PG_CFLAGS += --coverage -O0
SHLIB_LINK += --coverage
endif

# Our functions do their work in SPI: inlining them into JIT code gains nothing, and making bitcode doubles
# the build and wants one certain clang.
ifneq ($(origin with_llvm),command line)
override with_llvm = no
endif

EXTRA_CLEAN = .build-flags $(OBJS:.o=.d) $(OBJS:.o=.gcno) $(OBJS:.o=.gcda) extension/exports.list \
	tests/bench/bench $(wildcard tests/bench/*.d) tests/bench/out

include $(PGXS)

-include $(OBJS:.o=.d)

# Changed flags, another compiler or another server version rebuild everything.
BUILD_FLAGS := $(PG_CONFIG) $(VERSION) $(EXTVERSION) $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(SHLIB_LINK)
ifneq ($(strip $(file <.build-flags)),$(strip $(BUILD_FLAGS)))
.PHONY: .build-flags
endif
.build-flags:
	$(file >$@,$(strip $(BUILD_FLAGS)))
	@:
$(OBJS): .build-flags

# The client is a make of its own, which keeps account of its own flags.
CLIENT_MAKE = $(MAKE) --no-print-directory -C client PG_CONFIG='$(PG_CONFIG)' VERSION='$(EXTVERSION)' \
	WERROR='$(WERROR)' SANITIZE='$(SANITIZE)' COVERAGE='$(COVERAGE)'
.PHONY: client client-install client-uninstall client-clean
all: client
install: client-install
uninstall: client-uninstall
clean: client-clean
client: .build-flags
	+@$(CLIENT_MAKE) all
client-install: client
	+@$(CLIENT_MAKE) install
client-uninstall:
	+@$(CLIENT_MAKE) uninstall
client-clean:
	+@$(CLIENT_MAKE) clean

BENCH_SOURCES = $(wildcard tests/bench/*.c)
tests/bench/bench: $(BENCH_SOURCES) tests/bench/bench.h client .build-flags
	$(CC) $(CFLAGS) -Iclient/include -I$(includedir) $(BENCH_SOURCES) -o $@ client/build/libpgconnector.a -L$(libdir) -lpq -lcjson -lm -pthread

endif

# What tests/run and tests/server ask for, so that nothing is said twice.
show-%:
	@echo '$($*)'
