# noinherit: build, test, install.
#
#   make            every artefact, directly in build/
#   make lib        the library alone: a C compiler and libc are enough
#   make shim       the shim alone: likewise
#   make check      the tests that need no real server programs
#   make coverage   which lines of shim/lib its tests reach
#   make bench      the figures of doc/numbers.md, measured here
#   make demo       a real leak, natively and under noinherit
#   make install    PREFIX (/usr/local), DESTDIR; make uninstall
#   make dist       the sources as one file in build/
#   make tarball    the binaries as one file in build/, for glibc 2.31 and newer; as root
#
# V=1 shows commands; SAN=address,undefined instruments what is not preloaded;
# BUILD=dir builds elsewhere. A new source file or test needs no edit here.

BUILD ?= build
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
COMPDIR ?= $(PREFIX)/share/bash-completion/completions
DATADIR ?= $(PREFIX)/share/noinherit
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
PKGDIR ?= $(LIBDIR)/pkgconfig
CFLAGS ?= -O2 -g

ifneq ($(V),1)
Q := @
endif

VERSION := $(shell sed -n 's/^.define NOINHERIT_VERSION "\(.*\)"/\1/p' include/noinherit.h)

# Changes only with an incompatible change of the ABI.
SONAME := libnoinherit.so.$(firstword $(subst ., ,$(VERSION)))

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wpointer-arith
OURS := -std=c11 -D_GNU_SOURCE -fPIC -fvisibility=hidden $(WARN) \
	-Iinclude -Ishim -include shim/common/older_headers.h -MMD -MP
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer)

# Flags of objects that are loaded into foreign processes: initial-exec TLS and no
# instrumentation; two LOAD segments, gnu hash, everything bound at load time.
# AArch64's outlined atomics would import __getauxval, which musl lacks: its loader
# would refuse the program. The objects are marked as compatible with shadow stacks
# or branch target checks: one unmarked object disables these for the process.
TRIPLET := $(shell $(CC) -dumpmachine)
MACHINE := $(firstword $(subst -, ,$(TRIPLET)))
GUEST_x86_64 := -fcf-protection=return
GUEST_aarch64 := -mno-outline-atomics -mbranch-protection=standard
GUEST_LINK_x86_64 := -Wl,-z,shstk
GUEST_LINK_aarch64 := -Wl,-z,force-bti
GUEST := -fno-lto -ftls-model=initial-exec -fno-stack-protector -fno-plt \
	-ffunction-sections $(GUEST_$(MACHINE))
GUEST_STRIP ?= -Wl,-s
GUEST_LINK := -shared -nostartfiles $(GUEST_STRIP) -Wl,--gc-sections -Wl,-z,now \
	-Wl,-z,noseparate-code -Wl,-z,relro -Wl,--hash-style=gnu \
	-Wl,-Bsymbolic -Wl,-z,defs -Wl,--as-needed $(GUEST_LINK_$(MACHINE))
# An object that needs musl's libc.so by name would stop every glibc program.
ifneq ($(findstring musl,$(CC) $(TRIPLET)),)
GUEST_LINK += -nodefaultlibs -Wl,-z,undefs
endif
sources = $(wildcard shim/$(1)/*.c shim/$(1)/*.S shim/$(1)/*/*.c shim/$(1)/*/*.S)
objects = $(patsubst %,$(BUILD)/obj/$(2)/%.o,$(basename $(call sources,$(1))))

# How a recipe begins: $(1) says what it does, and $(2) to what, if not to $<.
step = @mkdir -p $(@D)$(if $(Q),; printf '  %-4s %s\n' $(1) $(or $(2),$<))

COMMON := $(call objects,common,host)
COMMON_GUEST := $(call objects,common,guest)
PRELOAD := $(call objects,preload,guest)
AUDIT := $(call objects,audit,guest)
LIB := $(call objects,lib,host)
CLI := $(call objects,cli,host)

# The shim must be small; its hot functions are optimised for speed by NI_HOT. Only
# functions in which a thread may be cancelled, or may wait while a handler calls
# backtrace(), have unwind tables. Optimised for size, receive.c would import the
# function of CMSG_NXTHDR: __USE_EXTERN_INLINES makes it inline.
PRELOAD_UNWOUND := accept close control indirect receive stream
PRELOAD_LEAN := $(filter-out $(PRELOAD_UNWOUND:%=$(BUILD)/obj/guest/shim/preload/%.o),\
	$(PRELOAD) $(COMMON_GUEST))
supported = $(shell $(CC) $(1) -E -x c /dev/null >/dev/null 2>&1 && echo $(1))
SMALLEST := $(if $(shell $(CC) -Oz -E -x c /dev/null >/dev/null 2>&1 && echo yes),-Oz,-Os)
# clang replaces a memcmp() that is compared with 0 by a call of bcmp().
$(PRELOAD) $(COMMON_GUEST): GUEST += $(SMALLEST) -fno-builtin-bcmp -fno-jump-tables \
	$(call supported,-fno-reorder-blocks-and-partition)
$(PRELOAD_LEAN): GUEST += -fno-asynchronous-unwind-tables -fno-exceptions
$(BUILD)/obj/guest/shim/preload/receive.o: GUEST += -D__USE_EXTERN_INLINES
# execl's arguments are pointers: no other registers need to be saved.
$(BUILD)/obj/guest/shim/preload/exec.o: GUEST += $(call supported,-mgeneral-regs-only)
$(BUILD)/obj/guest/shim/preload/string.o: GUEST += -ffreestanding

ARTEFACTS := $(if $(PRELOAD),$(BUILD)/libnoinherit-preload.so) \
	$(if $(AUDIT),$(BUILD)/libnoinherit-audit.so) \
	$(if $(LIB),$(BUILD)/$(SONAME) $(BUILD)/libnoinherit.a) \
	$(if $(CLI),$(BUILD)/noinherit) \
	$(patsubst %.pc.in,$(BUILD)/%.pc,$(notdir $(wildcard shim/preload/*.pc.in shim/lib/*.pc.in)))

all: $(ARTEFACTS)

lib: $(BUILD)/$(SONAME) $(BUILD)/libnoinherit.a $(BUILD)/noinherit.pc
shim: $(BUILD)/libnoinherit-preload.so $(BUILD)/noinherit-preload.pc

# The libraries that the command needs; checked before any of it is compiled.
CLI_HEADERS := elfutils/libdw.h gelf.h jansson.h
$(BUILD)/obj/command-can-be-built:
	@mkdir -p $(@D)
	@for header in $(CLI_HEADERS); do \
		echo "#include <$$header>" | $(CC) $(CPPFLAGS) $(CFLAGS) -E -x c - >/dev/null 2>&1 || \
		missing="$$missing $$header"; \
	done; \
	[ -z "$$missing" ] || { echo "make: the command cannot be built without$$missing" \
		"(libdw-dev libelf-dev libjansson-dev); 'make lib' and 'make shim' can" >&2; exit 1; }
	@touch $@
$(CLI): | $(BUILD)/obj/command-can-be-built

define compile
	$(call step,$(if $(filter %.S,$<),AS,CC))
	$(Q)$(CC) $(OURS) $(CPPFLAGS) $(CFLAGS) $(KIND) -c -o $@ $<
endef
$(BUILD)/obj/host/%.o: KIND = $(SANFLAGS)
$(BUILD)/obj/host/%.o: %.c Makefile
	$(compile)
$(BUILD)/obj/host/%.o: %.S Makefile
	$(compile)
$(BUILD)/obj/guest/%.o: KIND = $(GUEST)
$(BUILD)/obj/guest/%.o: %.c Makefile
	$(compile)
$(BUILD)/obj/guest/%.o: %.S Makefile
	$(compile)

# The installed directories. If `make install` names others than `make` did, this
# file is made again, and the command and the .pc files are rebuilt.
$(BUILD)/obj/directories.h: FORCE
	@mkdir -p $(@D)
	@printf '#define NI_%s "%s"\n' BINDIR '$(BINDIR)' LIBDIR '$(LIBDIR)' \
		INCLUDEDIR '$(INCLUDEDIR)' > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(BUILD)/obj/host/shim/cli/artefact.o: OURS += -I$(BUILD)/obj
$(BUILD)/obj/host/shim/cli/artefact.o: $(BUILD)/obj/directories.h

comma := ,
# The objects to link, and the map of what they export.
linked = $(filter %.o,$^) $(patsubst %,-Wl$(comma)--version-script=%,$(filter %.map,$^))

define link_preloaded
	$(call step,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(GUEST_LINK) -Wl,-soname,$(@F) $(LDFLAGS) -o $@ $(linked)
endef
$(BUILD)/libnoinherit-preload.so: $(PRELOAD) $(COMMON_GUEST) $(wildcard shim/preload/$(MACHINE).map)
	$(link_preloaded)
$(BUILD)/libnoinherit-audit.so: $(AUDIT) $(COMMON_GUEST) $(wildcard shim/audit/$(MACHINE).map)
	$(link_preloaded)

# Calls within the library are direct, not through the PLT.
$(LIB): OURS += -ffunction-sections -fno-plt
$(BUILD)/$(SONAME): $(LIB) $(wildcard shim/lib/*.map) include/noinherit.h
	$(call step,LD,$@)
	$(Q)grep -q '^NOINHERIT_$(basename $(VERSION))[ {]' shim/lib/*.map || \
		{ echo "noinherit.map has no symbols of version $(VERSION)" >&2; exit 1; }
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) -shared -Wl,-z,now -Wl,-Bsymbolic-functions -Wl,-soname,$(@F) \
		$(LDFLAGS) -o $@ $(linked) -pthread
	$(Q)ln -sf $(@F) $(BUILD)/libnoinherit.so

# A single object, so that the symbols which its files share can be hidden.
# The compiler's own tools: it may be one for another machine.
OBJCOPY ?= $(shell $(CC) -print-prog-name=objcopy)
ifeq ($(origin AR),default)
AR := $(shell $(CC) -print-prog-name=ar)
endif
$(BUILD)/libnoinherit.a: $(LIB)
	$(call step,AR,$@)
	$(Q)$(CC) $(CFLAGS) $(if $(findstring -flto,$(CFLAGS)),-flinker-output=nolto-rel) \
		-r -nostdlib -o $(BUILD)/obj/libnoinherit.o $^
	$(Q)$(OBJCOPY) --localize-hidden $(BUILD)/obj/libnoinherit.o
	$(Q)rm -f $@ && $(AR) rcs $@ $(BUILD)/obj/libnoinherit.o

CLI_LIBS := -ldw -lelf -ljansson -ldl -lpthread

$(BUILD)/noinherit: $(CLI) $(COMMON)
	$(call step,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS) -o $@ $^ -Wl,--as-needed $(CLI_LIBS)

# The page is built into the command.
$(BUILD)/obj/host/shim/cli/report/page.o: shim/cli/report/report.html

fill = sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
	-e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@VERSION@|$(VERSION)|'

vpath %.pc.in shim/preload shim/lib
$(BUILD)/%.pc: %.pc.in include/noinherit.h $(BUILD)/obj/directories.h Makefile
	@mkdir -p $(@D)
	$(Q)$(fill) $< > $@

# Makes `tests` and `unit`: build/tests/DIR/test_X from tests/DIR/test_X.c.
-include tests/rules.mk

check: tests
	$(Q)BUILD=$(BUILD) tests/run unit cli library shim strace audit differential live

bench: tests
	$(Q)BUILD=$(BUILD) tests/bench/run

coverage:
	$(Q)scripts/coverage $(BUILD)/coverage

demo: all
	$(Q)BUILD=$(BUILD) scripts/demo --built

dist:
	$(Q)mkdir -p $(BUILD) && scripts/dist $(BUILD)/noinherit-$(VERSION).tar.gz

tarball:
	$(Q)mkdir -p $(BUILD) && scripts/tarball $(BUILD)/noinherit-$(VERSION)-$(MACHINE).tar.gz

# ---- install -----------------------------------------------------------------

DIRECTORIES := BUILD DESTDIR PREFIX BINDIR LIBDIR INCLUDEDIR MANDIR COMPDIR ZSHDIR \
	FISHDIR PKGDIR DATADIR
as_told = $(foreach d,$(DIRECTORIES),$(d)='$($(d))')

install: all
	$(Q)$(as_told) scripts/install

uninstall:
	$(Q)$(as_told) scripts/install --remove

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD)/obj $(BUILD)/tests -type f -name '*.d' 2>/dev/null)

FORCE:

.PHONY: all lib shim check bench coverage demo dist tarball install uninstall clean FORCE
.DELETE_ON_ERROR:
