#!/usr/bin/python3
"""/etc/ld.so.preload: every program is enforced; a set-id program, which must
not trust its environment, by the defaults whatever the settings are.

All this happens in a mount namespace: no other process sees the file.
"""

import os
import shutil
import subprocess
import unittest

import live
from live import COMPAT, SHIM, STRICT, helper

NOBODY = "65534"


class SystemWide(live.LiveTest):

    def setUp(self):
        super().setUp()
        live.need("unshare", "setpriv")
        if os.getuid() != 0:
            self.skipTest("only root can make set-id programs")
        os.chmod(self.folder, 0o755)
        etc = self.path("etc")
        shutil.copytree("/etc", etc, symlinks=True)
        shim = shutil.copy(SHIM, self.path("shim.so"))
        with open(os.path.join(etc, "ld.so.preload"), "w") as file:
            file.write(shim + "\n")
        self.enter = ["unshare", "--mount", "--propagation", "private",
                      "sh", "-c", f'mount --bind {etc} /etc && exec "$@"',
                      "sh"]
        works = subprocess.run(self.enter + ["true"], capture_output=True,
                               text=True, check=False)
        if works.returncode:
            self.skipTest(f"no mount namespace here: {works.stderr}")

    def probe(self, mode):
        """A copy of the probe with these permissions."""
        path = shutil.copy(helper("probe"), self.path("probe"))
        os.chmod(path, mode)
        return path

    def as_nobody(self, *command, **settings):
        return self.says(*self.enter, "setpriv", f"--reuid={NOBODY}",
                         f"--regid={NOBODY}", "--clear-groups", "--", "env",
                         *(f"{name}={value}" for name, value
                           in settings.items()), *command, preload=None)

    def test_the_file_is_only_seen_in_the_namespace(self):
        self.says(*self.enter, "test", "-e", "/etc/ld.so.preload",
                  preload=None)
        self.assertEqual(self.says(helper("probe"), preload=None), "")

    def test_every_program_is_enforced_without_an_environment(self):
        self.assertEqual(self.as_nobody(self.probe(0o755)), COMPAT)

    def test_its_settings_hold_where_it_is_not_set_id(self):
        self.assertEqual(self.as_nobody(self.probe(0o755),
                                        NOINHERIT_MODE="strict"), STRICT)
        self.assertEqual(self.as_nobody(self.probe(0o755),
                                        NOINHERIT_MODE="off"), "")

    def test_a_set_id_program_ignores_the_settings(self):
        for mode in (0o4755, 0o2755):
            for settings in ({"NOINHERIT_MODE": "off"},
                             {"NOINHERIT_MODE": "strict"},
                             {"NOINHERIT_SCOPE": "dup"},
                             {"NOINHERIT_KEEP": "fd=0-1000"},
                             {"NOINHERIT_KEEP": "program=probe"},
                             {"NOINHERIT_MODE": "bad", "NOINHERIT_DEBUG": "1"}):
                with self.subTest(oct(mode), settings=settings):
                    self.assertEqual(
                        self.as_nobody(self.probe(mode), **settings), COMPAT)

    def test_a_real_set_id_program_works(self):
        # su itself refuses without a password: exit status 1.
        live.need("/bin/su")
        result = self.run_program(
            *self.enter, "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}",
            "--clear-groups", "--", "/bin/su", "-c", "true", preload=None,
            status=None)
        self.assertEqual(result.returncode, 1)
        self.assertNotIn("noinherit", result.stderr)
        self.assertNotIn("ld.so", result.stderr)


if __name__ == "__main__":
    live.main()
