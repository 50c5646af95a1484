#!/usr/bin/env python3
"""The kernel benchmark finds every kernel's call and counts its work; speeds do not matter here."""
import os
import re
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "../.."))
import harness
from harness import case


def rows(trainc, spec):
    """[(layer, kernel, GFLOP/s, really, per cent)] and what else was said."""
    said = harness.run(os.path.join(here, "run"), spec, "2", "32", "--trainc", trainc)
    cells = [[cell.strip(" `%") for cell in line.split("|")[1:-1]] for line in said.splitlines() if line.startswith("| ")]
    return [row[:2] + row[3:] for row in cells[2:-1]], said


@case
def covers_the_step(trainc):
    """But for what calls the kernels, on however busy a machine."""
    for name in ("mnist_cnn", "residual", "bfloat16"):
        said = rows(trainc, os.path.join(harness.SOURCE, "tests/golden", name, "spec.yaml"))[1]
        parts = [int(part) for part in re.findall(r"; (\d+) % of gradients", said)]
        assert len(parts) == 2 and all(60 <= part <= 105 for part in parts), said


@case
def counts_the_work(trainc):
    """Products are as many as the layers' shapes say: no kernel is faster than the machine, and each has its figures."""
    found, said = rows(trainc, harness.shipped("mnist_cnn"))
    kernels = {kernel for _, kernel, *_ in found}
    assert {"winograd_sparse_forward", "winograd_sparse_backward", "dense_forward", "dense_weights", "dense_data"} <= kernels, said
    for layer, kernel, direct, really, part in found:
        products = kernel.startswith(("winograd", "direct", "dense")) and "pack" not in kernel and "transpose" not in kernel
        assert bool(direct) == products, (kernel, said)
        assert not part or 0 < int(part) < 120, (kernel, said)
        if kernel == "winograd_sparse_forward":     # 36 products for 16 outputs instead of 144
            assert 3.6 < int(direct) / int(really) < 4.4, said


def main():
    options = harness.arguments(__doc__).parse_args()
    counts = harness.Counts()
    for name in harness.chosen(list(harness.cases), options.case):
        counts.run(name, harness.cases[name], options.trainc)
    sys.exit(counts.finish())


main()
