#!/usr/bin/env bash
# Script frames with the runtimes installed that their tests ask for.
cd "$(dirname "$0")/../.." || exit 125
exec tests/audit/test_script_frames.py
