#!/usr/bin/python3
"""A library that is loaded with RTLD_DEEPBIND may be damaged: the fuzz target
of the code that reads its imports is run on a bounded number of inputs, and
would find a planted bug."""

import struct

import fuzzing
import live

# Elf64's tags, and relocations of x86-64 and AArch64.
STRTAB, SYMTAB, RELA, RELASZ, STRSZ, PLTRELSZ, JMPREL = 5, 6, 7, 8, 10, 2, 23
KINDS = (7, 6, 1, 1026, 1025, 257)
# Marks that the target reads as an offset in the slots, or as an address in
# the tables; slots have eight bytes.
TO_SLOTS, TO_TABLES, PAGE = 1 << 16, 1 << 20, 4096
DYNAMIC_SIZE = 8 * 16


def symbol(name, section=0):
    return struct.pack("<IBBHQQ", name, 0x12, 0, section, 0, 0)


def row(offset, number, kind, addend=0):
    return struct.pack("<QQq", offset, number << 32 | kind, addend)


def sound(relro, base):
    """Valid headers and tables, which a change of a few bytes damages. @base:
    what the addresses in the dynamic section are relative to."""
    symbols = symbol(0) + symbol(15) + symbol(1) + symbol(15, section=7)
    rows = b"".join(row(TO_SLOTS + 8 * slot, 1 + slot % 3, kind)
                    for slot, kind in enumerate(KINDS))
    # The last ones point at the dynamic section, which must not be changed.
    slots = b"".join([row(TO_SLOTS + PAGE + 8 * slot, 1, kind)
                      for slot, kind in enumerate(KINDS)] +
                     [row(8, 1, kind) for kind in KINDS])
    # Directly before the end of the memory.
    names = b"\0listen\0accept\0socket\0"
    tables = (symbols, rows, slots, names)
    at = [base + DYNAMIC_SIZE + sum(map(len, tables[:number]))
          for number in range(len(tables))]
    dynamic = b"".join(struct.pack("<QQ", tag, value) for tag, value in (
        (STRTAB, at[3]), (STRSZ, len(names)), (SYMTAB, at[0]),
        (RELA, at[1]), (RELASZ, len(rows)), (JMPREL, at[2]),
        (PLTRELSZ, len(slots)), (0, 0)))
    return struct.pack("<HHHH", 0, DYNAMIC_SIZE, 0, relro) + dynamic + \
        b"".join(tables)


class Imports(fuzzing.FuzzTest):

    NAME = "imports"
    BUGS = tuple(("preload/imports.c", right, wrong) for right, wrong in (
        ("size <= segment->p_memsz - offset", "1"),
        (" ||\n\t    !ni_imports_holds(object, address, size))\n\t\treturn;",
         ")\n\t\treturn;"),
        (" ||\n\t    !ni_imports_holds(object, address, size))\n\t\treturn 0;",
         ")\n\t\treturn 0;"),
        ("!ni_imports_holds(object, (uintptr_t)symbol, sizeof(*symbol)) ||",
         ""),
        ("symbol->st_name >= tables->strings_size", "0"),
        ("ni_imports_holds(object, tables->strings,\n"
         "\t\t\t\ttables->strings_size) &&", ""),
        (" &&\n\t       !*(const char *)(tables->strings + "
         "tables->strings_size - 1)", ""),
        ("size >= sizeof(*entry) && ", ""),
        ("size >= sizeof(*row); row++", "size; row++"),
        ("|| (uintptr_t)slot % sizeof(*slot) ||", "||"),
        ("!holds(object, (uintptr_t)slot, sizeof(*slot), PF_R | PF_W)", "0"),
        ("PF_R | PF_W))\n", "PF_R))\n"),
        ("!is_unbound(object, type, *slot) && !is_libcs(*slot, imports)", "0"),
        ("protect(page, page_size, PROT_READ);", ";"),
    ))

    def setUp(self):
        super().setUp()
        for number, (relro, base) in enumerate(
                ((PAGE, 0), (0, 0), (PAGE, TO_TABLES), (0, TO_TABLES))):
            self.file(f"seeds/{number}", sound(relro, base))

    def test_no_damage_is_too_much(self):
        self.check_inputs()

    def test_a_bug_would_be_found(self):
        self.check_bugs()


if __name__ == "__main__":
    live.main()
