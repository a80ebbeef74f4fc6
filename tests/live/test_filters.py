#!/usr/bin/python3
"""A seccomp filter that was there before the program: what it refuses is done
in another way or not at all, and nothing that works natively fails."""

import unittest

import live
from live import COMPAT, helper


class Filters(live.LiveTest):

    def filtered(self, name):
        return self.says(helper("filtered"), name, helper("probe"))

    def test_what_is_refused_is_done_in_two_steps(self):
        for name in ("nothing", "socket-einval", "socket-eperm",
                     "accept4-enosys", "accept4-eperm", "dupfd-einval",
                     "dupfd-eperm"):
            with self.subTest(name):
                self.assertEqual(self.filtered(name), COMPAT)

    def test_descriptors_that_arrive_are_flagged_afterwards(self):
        self.assertEqual(self.filtered("recvmsg-einval"), COMPAT)

    def test_where_nothing_is_allowed_the_program_works_as_natively(self):
        program = self.compile("plain", """
            #include <errno.h>
            #include <fcntl.h>
            #include <stdio.h>
            #include <sys/socket.h>
            #include <unistd.h>
            int main(void)
            {
                int pair[2];
                printf("%d", socket(AF_UNIX, SOCK_STREAM, 0));
                printf(" %d", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
                printf(" %d", dup(0));
                printf(" %d", fcntl(0, F_DUPFD, 0));
                errno = 4711;
                pair[0] = dup(0);
                printf(" %d %d\\n", pair[0], errno);
            }""")
        answers = [self.says(helper("filtered"), "everything", program,
                             preload=preload) for preload in (None, live.SHIM)]
        self.assertEqual(answers, ["3 0 6 7 8 4711"] * 2)

    def test_what_could_not_be_closed_is_given_up(self):
        program = self.compile("unclosable", """
            #include <errno.h>
            #include <fcntl.h>
            #include <stdio.h>
            #include <sys/socket.h>
            #include <unistd.h>
            int main(void)
            {
                int fd, failed;
                while ((fd = socket(AF_UNIX, SOCK_STREAM, 0)) < 40)
                    ;
                failed = close(fd) == -1 && errno == EPERM;
                printf("%d %d %d", fd, failed, fcntl(fd, F_GETFD));
                dup2(fd, fd);   /* what is ours lets go of its flag */
                printf(" %d\\n", fcntl(fd, F_GETFD));
            }""")
        for preload, expected in ((None, "40 1 0 0"), (live.SHIM, "40 1 1 1")):
            self.assertEqual(self.says(helper("filtered"), "close-40", program,
                                       preload=preload), expected)


class OwnFilters(live.LiveTest):
    """A program sets its own filter and executes itself: neither the hand-over
    nor the new image may make a call for which the filter kills."""

    def outcomes(self, *arguments):
        return [self.says(helper("refilter"), *arguments, preload=preload)
                for preload in (None, live.SHIM)]

    def test_a_listener_from_before_the_filter_arrives(self):
        for ways in ((), ("spawn",)):
            self.assertEqual(self.outcomes("harmless", *ways),
                             ["3 arrived, then 4 -1 5"] * 2)

    def test_what_kills_for_the_flag_is_not_shown_it(self):
        for ways in ((), ("spawn",)):
            self.assertEqual(self.outcomes("exact", *ways),
                             ["3 arrived, then 4 -1 5"] * 2)

    def test_what_a_shell_runs_is_not_shown_it_either(self):
        """libc makes its own child there; the shell gets no listener."""
        for way in ("system", "popen"):
            natively, preloaded = self.outcomes("exact", way)
            self.assertEqual(natively, "3 arrived, then 4 -1 5")
            self.assertEqual(preloaded, "3 did not arrive, then 4 -1 5")

    def test_what_kills_for_the_hand_over_is_not_asked(self):
        for name in ("no-flag", "no-question"):
            natively, preloaded = self.outcomes(name)
            self.assertEqual(natively, "3 arrived, then 4 -1 5")
            self.assertIn("3 did not arrive, then 4", preloaded)


if __name__ == "__main__":
    live.main()
