"""Builds the tests' programs for another C library or another machine, and
runs tests/shim there: as in tests/run, a case must pass under the shim and
fail natively."""

import glob
import os
import re
import subprocess
import sys
import unittest

from toolkit import BUILD, ROOT, need

HELPERS = os.path.join(ROOT, "tests/helpers")
TOOLKIT = os.path.join(ROOT, "tests/toolkit")

# The kernel's headers are in the same folders as glibc's, so these folders
# come after musl's.
MUSL = ("musl-gcc", "-idirafter", "/usr/include", "-idirafter",
        f"/usr/include/{os.uname().machine}-linux-gnu")


def need_musl():
    need("musl-gcc")


AARCH64 = "aarch64-linux-gnu-gcc"
LIBRARIES = "/usr/aarch64-linux-gnu"

# Programs are also executed with a clean environment, so each of them names
# its loader.
AT_HOME = (f"-Wl,--dynamic-linker={LIBRARIES}/lib/ld-linux-aarch64.so.1",
           f"-Wl,-rpath,{LIBRARIES}/lib", "-include",
           os.path.join(HELPERS, "foreign/emulated_lacks.h"))


def need_aarch64():
    """Skips unless there is a cross compiler and the libc that its programs
    need."""
    need(AARCH64)
    if not os.path.exists(LIBRARIES + "/lib/libc.so.6"):
        raise unittest.SkipTest("no libc for AArch64 here "
                                "(package libc6-dev-arm64-cross)")


def qemu(machine="aarch64"):
    """The path in QEMU_AARCH64 (version 8.0 or later); otherwise a qemu of a
    newer Debian release is fetched, because earlier versions lack execveat."""
    program = os.environ.get(f"QEMU_{machine.upper()}")
    folder = os.path.join(BUILD, "foreign/qemu")
    if not program:
        program = os.path.join(folder, f"bin/qemu-{machine}")
        fetched = subprocess.run([os.path.join(ROOT, "scripts/foreign"),
                                  "qemu", folder], capture_output=True,
                                 text=True, check=False)
        if fetched.returncode == 77:
            raise unittest.SkipTest("no qemu that knows execveat: "
                                    f"{fetched.stderr.strip()}")
        fetched.check_returncode()
    return program


def emulated(libraries=LIBRARIES, programs=False):
    """The beginning of a command that may execute AArch64 programs. @programs:
    what lies in /usr there comes before the host's."""
    command = [os.path.join(ROOT, "tests/toolkit/emulated"),
               *["-a"] * programs, qemu(), libraries]
    tried = subprocess.run([*command, "true"], capture_output=True, text=True,
                           check=False)
    if tried.returncode:
        raise unittest.SkipTest("no binfmt_misc in a user namespace here "
                                f"(Linux 6.7): {tried.stderr.strip()}")
    return command


def tree(architecture, name, *packages):
    """A folder of that name with Debian's packages for another machine."""
    folder = os.path.join(BUILD, "foreign", name)
    fetched = subprocess.run([os.path.join(ROOT, "scripts/foreign"),
                              architecture, folder, *packages], text=True,
                             capture_output=True, check=False)
    if fetched.returncode == 77:
        raise unittest.SkipTest(fetched.stderr.strip())
    fetched.check_returncode()
    return os.path.join(folder, "root")


def aarch64_musl(root=None, static=False):
    """Compiler options for a musl program: Debian's libc in a separate tree, or
    in root, which is then where emulated() finds the loader."""
    where = root or tree("arm64", "arm64-musl", "musl-dev", "musl")
    own = os.path.join(where, "usr/lib/aarch64-linux-musl")
    loader = "/lib/ld-musl-aarch64.so.1" if root else f"{own}/libc.so"
    compilers, runtime = (subprocess.run(
        [AARCH64, what], text=True, check=True, capture_output=True).stdout
        .strip() for what in ("-print-file-name=include",
                              "-print-libgcc-file-name"))
    return ["-nostdinc", "-isystem",
            os.path.join(where, "usr/include/aarch64-linux-musl"),
            "-isystem", compilers, "-idirafter", LIBRARIES + "/include",
            "-nostdlib", "-static" if static else
            f"-Wl,--dynamic-linker={loader}",
            *(os.path.join(own, name) for name in
              ("crt1.o", "crti.o", "libc.a" if static else "libc.so")),
            runtime, os.path.join(own, "crtn.o")]


def build_for_aarch64(folder, *objects, root=None, flags=()):
    """Builds objects to preload: "libnoinherit-preload.so", ...; and, with a tree
    that has its libraries, the command, "noinherit"."""
    compiler = f"{AARCH64} --sysroot={root}" if root else AARCH64
    subprocess.run(["make", "-s", "-C", ROOT, f"CC={compiler}", *flags,
                    f"BUILD={folder}", *(os.path.join(folder, name)
                                         for name in objects)], check=True,
                   stdout=subprocess.DEVNULL)


def with_preload(library, *command):
    """Preloads the library into the foreign program only, not into what starts
    it."""
    return ["sh", "-c", f'LD_PRELOAD={library} exec "$@"', "sh", *command]


def musl_lacks(folder):
    """Compiler options that provide the functions which musl lacks."""
    library = compile_for(MUSL, os.path.join(HELPERS, "foreign/musl_lacks.c"),
                          os.path.join(folder, "liblacks.so"), "-shared",
                          "-fPIC")
    return ["-include", os.path.join(HELPERS, "foreign/musl_lacks.h"),
            library, f"-Wl,-rpath,{folder}"]


def musl_libstdcxx(folder):
    """A folder with a libstdc++ for musl programs, linked from Debian's static
    libraries for glibc."""
    def found(name):
        return subprocess.run(["g++", f"-print-file-name={name}"], text=True,
                              check=True, capture_output=True).stdout.strip()

    name = os.path.join(folder, "libstdc++.so.6")
    if not os.path.exists(name):
        compile_for((*MUSL, "-shared", "-fPIC", "-nostdlib"),
                    os.path.join(HELPERS, "foreign/musl_libstdcxx.c"), name,
                    "-Wl,-soname,libstdc++.so.6", found("crtbeginS.o"),
                    "-Wl,--whole-archive", found("libstdc++.a"),
                    "-Wl,--no-whole-archive", found("libgcc.a"),
                    found("libgcc_eh.a"), "-lc", found("crtendS.o"))
    return folder


def compile_for(compiler, source, program, *options):
    subprocess.run([*compiler, "-std=gnu11", "-D_GNU_SOURCE", "-O2", "-g",
                    "-I", TOOLKIT, "-I", HELPERS, "-I",
                    os.path.join(ROOT, "shim"), "-o", program, source,
                    *options], check=True)
    return program


def compile_helper(compiler, name, folder, *options):
    return compile_for(compiler, os.path.join(HELPERS, name + ".c"),
                       os.path.join(folder, name), *options)


def build_shim_tests(compiler, folder, *options, without=()):
    """All of tests/shim but those, and the program that they execute, as make
    lays them out. Returns the names of the tests."""
    for part in ("tests/shim", "tests/helpers"):
        os.makedirs(os.path.join(folder, part), exist_ok=True)
    compile_helper(compiler, "looker", os.path.join(folder, "tests/helpers"),
                   "-w", *options)
    names = []
    for source in sorted(glob.glob(os.path.join(ROOT, "tests/shim/test_*.c"))):
        name = os.path.basename(source)[:-2]
        if name in without:
            print(f"\nskipped case: {name}: {without[name]}", file=sys.stderr)
            continue
        compile_for(compiler, source,
                    os.path.join(folder, "tests/shim", name), "-I",
                    os.path.join(HELPERS, "foreign"), "-w", *options)
        names.append(name)
    return names


def cases(command, environment):
    """The names of the cases that passed and of those that failed, and the
    output."""
    environment = {name: value for name, value in environment.items()
                   if value is not None}
    try:
        result = subprocess.run(command, env=environment, text=True,
                                capture_output=True, timeout=300, check=False,
                                stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as late:
        return set(), {"the end: it hangs"}, str(late.stderr)
    lines = re.findall(r"^(ok|not ok) \d+ - (# SKIP )?(\w+)", result.stdout,
                       re.M)
    passed = {name for how, skipped, name in lines
              if how == "ok" and not skipped}
    failed = {name for how, _, name in lines if how == "not ok"}
    plan = re.search(r"^1\.\.(\d+)", result.stdout, re.M)
    if not plan or int(plan[1]) != len(lines):
        failed.add(f"the end: status {result.returncode}")
    return passed, failed, result.stdout + result.stderr


def check_shim_tests(test, names, command, preload, lacks):
    """@command: what runs the test of a name, given the shim or None; @lacks:
    {case: why it cannot pass there}."""
    for name in names:
        with test.subTest(name):
            passed, failed, said = cases(*command(name, preload))
            known = {case for case in failed if case in lacks}
            for case in sorted(known):
                print(f"\nskipped case: {name}, {case}: {lacks[case]}",
                      file=sys.stderr)
            test.assertEqual(failed - known, set(), said)
            test.assertTrue(passed or known, f"{name} ran no case")
            natively, _, said = cases(*command(name, None))
            test.assertEqual({case for case in natively - set(lacks)
                              if not case.startswith("as_natively_")},
                             set(), "these prove nothing")
