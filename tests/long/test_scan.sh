#!/usr/bin/env bash
# noinherit scan with everything installed that its tests ask for (Prometheus'
# tools), and among 5,000 processes: sees them all, and the one listener that
# they share. Prints how long it took.
cd "$(dirname "$0")/../.." || exit 125
SCAN_PROCESSES=5000 exec tests/cli/test_scan.py
