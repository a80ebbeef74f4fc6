"""Artificial recordings, and the reports on them."""

import os

import command
import schema

SAMPLE = os.path.join(command.BUILD, "tests", "helpers", "sample_traces")


class RecordingTest(command.CommandTest):
    """self.recording is the sample that tests/helpers/sample_traces.c writes.
    """

    def setUp(self):
        super().setUp()
        self.recording = self.record()
        self.environment["TZ"] = "UTC"

    def record(self, seed=0, whole=False):
        """A directory with the traces; the seed changes pids and inodes. With
        @whole nothing was lost in the recording."""
        folder = self.path(f"recording{seed}{'whole' * whole}")
        os.mkdir(folder)
        result = self.noinherit(folder, str(seed), *["whole"] * whole,
                                command=SAMPLE)
        self.assertEqual(result.returncode, 0, result.stderr)
        return folder

    def report(self, *options, recording=None, status=0, **more):
        """The standard output of `noinherit report`; standard error must be
        empty."""
        result = self.noinherit("report", *options,
                                recording or self.recording, **more)
        self.assertEqual(result.stderr, "")
        self.assertEqual(result.returncode, status)
        return result.stdout

    def json(self, *options, **more):
        return schema.read(self.report("--format=json", *options, **more))

    def only(self, findings, **wanted):
        """The one finding with these values."""
        found = [finding for finding in findings
                 if all(finding[key] == value for key, value in wanted.items())]
        self.assertEqual(len(found), 1, (wanted, findings))
        return found[0]
