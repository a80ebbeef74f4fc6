"""Recordings made by hand, and what the reports of them say."""

import os

import command
import schema

SAMPLE = os.path.join(command.BUILD, "tests", "helpers", "sample_traces")


class RecordingTest(command.CommandTest):
    """self.recording is the sample that tests/helpers/sample_traces.c tells."""

    def setUp(self):
        super().setUp()
        self.recording = self.record()
        self.environment["TZ"] = "UTC"

    def record(self, seed=0, whole=False):
        """A directory with the traces; the seed changes pids and inodes. A
        whole recording lacks nothing."""
        folder = self.path(f"recording{seed}{'whole' * whole}")
        os.mkdir(folder)
        result = self.noinherit(folder, str(seed), *["whole"] * whole,
                                command=SAMPLE)
        self.assertEqual(result.returncode, 0, result.stderr)
        return folder

    def report(self, *options, recording=None, status=0, **more):
        """What `noinherit report` prints; it must say nothing else."""
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
