#!/usr/bin/env python3
"""What tests/bench/run relies on: contestants take turns, and time in which one was stopped is in none of its figures."""
import os
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(here, ".."), here]
import contestant
import harness
from harness import case

# Two epochs of 0.2 s and 0.1 s of work.
TRAINER = """
import sys, time

def work(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass

for epoch in (1, 2):
    began = time.time()
    work(0.2)
    trained = time.time()
    work(0.1)
    print('{"began": %f, "stepped": %f, "trained": %f, "validated": %f, "val_acc": 0.5}' % (
        began, began + 0.01, trained, time.time()), flush=True)
"""


def made(folder, code, limit=60):
    return contestant.Contestant("it", [sys.executable, "-c", code], os.path.join(folder, "log"), 1, limit, False)


@case
def turns(folder):
    """Pauses between epochs are in no epoch's time and not outside epochs, however slow the machine is."""
    program, pause = made(folder, TRAINER), 2
    program.go(1)
    time.sleep(pause)
    program.go(2)
    time.sleep(pause)
    program.finish()
    wall, row = time.time() - program.began, program.row()
    assert program.total <= wall - 2 * pause, "%.2f s are its own of %.2f s with two pauses of %d s" % (program.total, wall, pause)
    assert row["train"] >= 0.19 and row["evaluate"] >= 0.09 and row["outside"] > 0 and row["first_step"] > 0, row
    assert row["cpu"] >= 0.25 and row["peak"] > 1 and row["accuracy"] == 0.5, row


def reason(program):
    try:
        program.go(1)
    except contestant.Failed as failure:
        return str(failure)
    finally:
        program.kill()
    raise AssertionError("it ran on")


@case
def failures(folder):
    """A contestant that ends says its last words, and one that hangs is given up."""
    said = reason(made(folder, "import sys; sys.exit('no such net')"))
    assert said == "it ended: no such net", said
    said = reason(made(folder, "import time; time.sleep(100)", limit=1))
    assert said == "it: an epoch took over 1 s", said


def main():
    given = harness.arguments(__doc__).parse_args()
    counts = harness.Counts()
    with harness.WorkFolder(given.keep) as folder:
        for name in harness.chosen(list(harness.cases), given.case):
            counts.run(name, harness.cases[name], folder)
    return counts.finish()


if __name__ == "__main__":
    sys.exit(main())
