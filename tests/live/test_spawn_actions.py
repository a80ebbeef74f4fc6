#!/usr/bin/python3
"""The shim writes file actions itself, because libc's function would allocate:
the same records as libc's, in size, tag and place."""

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
        for (int i = 0; i < 36; i++)
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
        handed_over = [f"{fd}=" for fd in range(3, 39)]
        self.assertEqual([line.split()[5:] for line in lines],
                         [own, handed_over + own, handed_over, own])
        self.assertEqual([line.split()[0] for line in lines],
                         ["2", "38", "36", "2"])

    def test_more_come_from_a_copied_table(self):
        program = self.compile("many", """
            #include <fcntl.h>
            #include <spawn.h>
            #include <stdio.h>
            #include <sys/socket.h>
            #include <sys/wait.h>
            extern char **environ;
            int main(int argc, char **argv)
            {
                char *again[] = { argv[0], "again", NULL };
                int there = 0, flagged = 0;
                pid_t child;
                for (int fd = 3; fd < 110; fd++) {
                    int flags = argc > 1 ? fcntl(fd, F_GETFD) :
                                socket(AF_UNIX, SOCK_STREAM, 0);
                    there += flags >= 0;
                    flagged += flags == 1 ||
                               (argc == 1 && fcntl(fd, F_GETFD) == 1);
                }
                if (argc == 1) {
                    posix_spawn(&child, argv[0], NULL, NULL, again, environ);
                    waitpid(child, NULL, 0);
                    for (int fd = 3; fd < 110; fd++)
                        flagged -= fcntl(fd, F_GETFD);
                }
                printf("%d %d\\n", there, flagged);
            }""")
        closed = "exec {} 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-".format(program)
        self.assertEqual(self.says("sh", "-c", closed), "107 107\n107 0")
        self.assertEqual(self.says("sh", "-c", closed, preload=None),
                         "107 0\n107 0")

    def test_without_the_shim_only_the_programs_own_arrive(self):
        program = self.compile("spawner", PROGRAM)
        lines = self.says(program, preload=helper("libspawnspy.so"))
        self.assertEqual([line.split()[0] for line in lines.splitlines()],
                         ["2", "2", "0", "2"])


if __name__ == "__main__":
    live.main()
