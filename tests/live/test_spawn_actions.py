#!/usr/bin/python3
"""The file actions that the shim writes, because libc's function would
allocate, are what libc's function writes: record size, tag and places."""

import unittest

import live
from live import SHIM, helper

PROGRAM = """
    #include <spawn.h>
    #include <stdio.h>
    #include <sys/socket.h>
    extern char **environ;
    int main(int argc, char **argv)
    {
        posix_spawn_file_actions_t actions;
        pid_t child;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, 30, 30);
        posix_spawn_file_actions_adddup2(&actions, 31, 31);
        posix_spawn(&child, argv[0], &actions, NULL, argv, environ);
        for (int i = 0; i < 40; i++)
            socket(AF_UNIX, SOCK_STREAM, 0);
        posix_spawn(&child, argv[0], &actions, NULL, argv, environ);
        posix_spawn(&child, argv[0], NULL, NULL, argv, environ);
        posix_spawn(&child, "/bin/true", &actions, NULL, argv, environ);
    }"""


class SpawnActions(live.LiveTest):

    def test_an_action_of_the_shims_is_one_of_libcs(self):
        program = self.compile("spawner", PROGRAM)
        lines = self.says(
            "sh", "-c", f"exec {program} 3>&- 4>&- 5>&-", preload=":".join(
                (SHIM, helper("libspawnspy.so")))).splitlines()
        own = [f"{fd}=" for fd in (30, 31)]
        handed_over = [f"{fd}=" for fd in range(3, 43)]
        self.assertEqual([line.split()[5:] for line in lines],
                         [own, handed_over + own, handed_over, own])
        self.assertEqual([line.split()[0] for line in lines],
                         ["2", "42", "40", "2"])

    def test_without_the_shim_only_the_programs_own_arrive(self):
        program = self.compile("spawner", PROGRAM)
        lines = self.says(program, preload=helper("libspawnspy.so"))
        self.assertEqual([line.split()[0] for line in lines.splitlines()],
                         ["2", "2", "0", "2"])


if __name__ == "__main__":
    live.main()
