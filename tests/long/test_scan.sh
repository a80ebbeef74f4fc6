#!/usr/bin/env bash
# noinherit scan among 5,000 processes: sees them all, and the one listener that
# they share. Prints how long it took.
cd "$(dirname "$0")/../.." || exit 125
SCAN_PROCESSES=5000 exec tests/cli/test_scan.py Processes.test_many_processes_are_seen_at_once
