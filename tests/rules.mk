# The programs and libraries that the tests run: tests/DIR/test_X.c becomes
# build/tests/DIR/test_X. Included by the Makefile, and separate because nobody who
# only builds and installs needs it.

TEST_SRC := $(wildcard tests/*/test_*.c)
HELPER_SRC := $(wildcard tests/helpers/*.c)
TESTS := $(TEST_SRC:%.c=$(BUILD)/%)
HELPERS := $(patsubst %.c,$(BUILD)/%,$(filter-out tests/helpers/lib%,$(HELPER_SRC))) \
	$(patsubst %.c,$(BUILD)/%.so,$(filter tests/helpers/lib%,$(HELPER_SRC)))

# The code that tests/unit can link: everything that is not preloaded, except main,
# and the files of the shim that replace no function of libc.
PRELOAD_PURE := carried collision environment filter handover imports inherited marks next peer policy \
	program readable way_on
PURE := $(COMMON) $(LIB) $(PRELOAD_PURE:%=$(BUILD)/obj/host/shim/preload/%.o)
UNIT_LIB := $(BUILD)/obj/unit.a
# The part of it that needs only libc.
UNIT_LIBC := $(BUILD)/obj/unit-libc.a
$(UNIT_LIB): $(filter-out %/main.o,$(CLI))
$(UNIT_LIB) $(UNIT_LIBC): $(PURE)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# Without -Wwrite-strings, because argv and envp are initialised with literals.
TEST_CFLAGS := $(filter-out -fvisibility=hidden -Wwrite-strings,$(OURS)) \
	-Itests/toolkit -Itests/helpers \
	-DCMOCKA_DISABLE_DEPRECATION_WARNINGS

# What each kind is built with. A helper named api_X is a program of the API; one
# named libX is a library that tests preload or link.
$(BUILD)/tests/%: WITH = -lcmocka -lpthread
$(BUILD)/tests/unit/%: WITH = $(SANFLAGS) $(UNIT_LIB) -lcmocka -lpthread \
	-Wl,--as-needed $(CLI_LIBS) -ldl
$(BUILD)/tests/helpers/%: WITH = -lpthread
$(BUILD)/tests/helpers/api_%: WITH = $(SANFLAGS) $(BUILD)/libnoinherit.a -lpthread
$(BUILD)/tests/helpers/lib%.so: WITH = -shared -Wl,-soname,$(@F)
$(filter $(BUILD)/tests/unit/%,$(TESTS)): $(UNIT_LIB)
$(filter $(BUILD)/tests/helpers/api_%,$(HELPERS)): $(BUILD)/libnoinherit.a

define build_test
	$(call step,TEST)
	$(Q)$(CC) $(TEST_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(EXTRA) $(LDFLAGS) -o $@ $< $(WITH)
endef
$(BUILD)/tests/%: tests/%.c Makefile tests/rules.mk
	$(build_test)
$(BUILD)/tests/%.so: tests/%.c Makefile tests/rules.mk
	$(build_test)

# Built so that a cancelled thread's frames can be unwound.
$(BUILD)/tests/shim/test_cancellation: EXTRA := -fexceptions

$(BUILD)/tests/helpers/libearliest.so: EXTRA := -Wl,-z,initfirst
# Libraries for RTLD_DEEPBIND, bound in different ways.
DEEP := $(BUILD)/tests/helpers/libdeep
$(DEEP).so: EXTRA := -Wl,-z,lazy
$(DEEP)_now.so: EXTRA := -Wl,-z,now -Wl,-z,relro
$(DEEP)_noplt.so: EXTRA := -fno-plt
$(DEEP)_outer.so: $(DEEP).so
$(DEEP)_outer.so: EXTRA := -L$(BUILD)/tests/helpers -Wl,--no-as-needed -ldeep -Wl,-rpath,'$$ORIGIN'
$(BUILD)/tests/shim/test_deepbind: EXTRA := -Wl,-rpath,'$$ORIGIN/../helpers'

$(BUILD)/tests/helpers/libsysv.so: EXTRA := -Wl,--hash-style=sysv

# They start fast, and nothing can be preloaded into them.
$(BUILD)/tests/helpers/racer $(BUILD)/tests/helpers/rule_zero_other: \
	EXTRA := -static -nostdlib -fno-stack-protector

# The fuzzer of rule 0 consists of several files.
RULE_ZERO := $(wildcard tests/helpers/rule_zero/*)
HELPERS += $(BUILD)/tests/helpers/rule_zero
$(BUILD)/tests/helpers/rule_zero: $(RULE_ZERO) Makefile tests/rules.mk
	$(call step,TEST,tests/helpers/rule_zero)
	$(Q)$(CC) $(filter-out -MMD -MP,$(TEST_CFLAGS)) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ \
		$(filter %.c,$^) -lpthread

tests: all $(TESTS) $(HELPERS)
unit: $(filter $(BUILD)/tests/unit/%,$(TESTS))

.PHONY: tests unit
