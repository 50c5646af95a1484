#!/usr/bin/env python3
"""trainc against real Keras 2.2.4: runs compare.py in the virtual environment that has it."""
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, ".."))
import harness

if __name__ == "__main__":
    try:
        python = harness.venv("keras224")
    except harness.Skipped as reason:
        print("SKIPPED: parity: %s" % reason)
        sys.exit(77)
    sys.stdout.flush()
    os.execv(python, [python, os.path.join(here, "compare.py")] + sys.argv[1:])
