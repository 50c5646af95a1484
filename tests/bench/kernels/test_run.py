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
    """[(layer, kernel, microseconds, GFLOP/s, really, per cent)] and what else was said."""
    said = harness.run(os.path.join(here, "run"), spec, "2", "32", "--trainc", trainc)
    cells = [[cell.strip(" `%") for cell in line.split("|")[1:-1]] for line in said.splitlines() if line.startswith("| ")]
    return cells[2:-1], said


# A sample's multiplications and additions, forward, of the layers of specs/mnist_cnn.yaml that take time
MFLOP = {"conv2d_1": 2e-6 * 26 * 26 * 32 * 9, "conv2d_2": 2e-6 * 24 * 24 * 64 * 288, "dense_1": 2e-6 * 9216 * 128,
         "dense_2": 2e-6 * 128 * 10}


@case
def covers_the_step(trainc):
    """But for what calls the kernels, on however busy a machine."""
    for name in ("mnist_cnn", "residual", "bfloat16"):
        said = rows(trainc, os.path.join(harness.SOURCE, "tests/golden", name, "spec.yaml"))[1]
        parts = [int(part) for part in re.findall(r"; (\d+) % of gradients", said)]
        assert len(parts) == 2 and all(60 <= part <= 105 for part in parts), said


@case
def counts_the_work(trainc):
    """Products are as many as the layers' shapes say, and each kernel that makes some has its figures."""
    found, said = rows(trainc, harness.shipped("mnist_cnn"))
    kernels = {kernel for _, kernel, *_ in found}
    assert {"winograd_sparse_forward", "winograd_sparse_backward", "dense_forward", "dense_weights", "dense_data"} <= kernels, said
    peak = int(re.search(r"one thread's peak (\d+) GFLOP/s", said).group(1))
    for layer, kernel, microseconds, direct, really, part in found:
        products = kernel.startswith(("winograd", "direct", "dense")) and "pack" not in kernel and "transpose" not in kernel
        assert bool(direct) == products, (kernel, said)
        if products:                                # rounded to whole numbers; biases and activations count, too
            wanted = MFLOP[layer.split(" ")[0]] * (2 if kernel == "winograd_sparse_backward" else 1)
            speed = 1e3 * wanted / float(microseconds)
            assert speed - 1 <= int(direct) <= 1.125 * speed + 1, (kernel, said)
        assert not part or abs(int(part) - 100 * int(really) / peak) <= 1 + 100 / peak, (kernel, said)
        if kernel == "winograd_sparse_forward":     # 36 products for 16 outputs instead of 144
            assert 3.6 < int(direct) / int(really) < 4.4, said


def main():
    options = harness.arguments(__doc__).parse_args()
    counts = harness.Counts()
    for name in harness.chosen(list(harness.cases), options.case):
        counts.run(name, harness.cases[name], options.trainc)
    sys.exit(counts.finish())


main()
