#!/usr/bin/env python3
"""Every layer, activation and loss of trainc's tables, and the specs here and of tests/parity: the gradients of the
generated step against finite differences in double (main.c), for the reference kernels, for those that trainc takes, and with
dense layers by OpenBLAS."""
import glob
import json
import os
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, ".."))
import harness

KINDS = ("layer", "activation", "loss")
LARGE = ("mnist_cnn", "mnist_cnn_smooth", "dense", "odd")       # too slow in double: cnn.yaml here stands for the first


def specs():
    """Name to path, of the specs that are files."""
    files = glob.glob(os.path.join(here, "specs/*.yaml")) + glob.glob(os.path.join(here, "../parity/specs/*.yaml"))
    named = {os.path.basename(f)[:-5]: f for f in files}
    return {"spec." + name: named[name] for name in sorted(named) if name not in LARGE}


def with_weights_above(text):
    """A convolution that keeps the shape goes before the example's layers: without weights above there is no gradient to
    hand on, and most of backward would not run."""
    head, layers = text.split("  layers:\n")
    above = "    - conv2d: {name: above, filters: 2, kernel_size: 3, padding: same}\n"
    return head + "  layers:\n" + above + layers.replace(", input]", ", above]")


def examples(trainc, folder):
    """Name to path, of the smallest spec of every row."""
    found = {}
    for line in harness.run(trainc, "layers", "--examples").splitlines():
        kind, name, text = line.split("\t")
        if kind in KINDS:
            path = os.path.join(folder, "%s.%s.yaml" % (kind, name))
            with open(path, "w") as f:
                f.write(with_weights_above(json.loads(text)))
            found["%s.%s" % (kind, name)] = path
    return found


def compiler_flags():
    return ["-mavx2", "-mfma"] if {"avx2", "fma"} <= harness.cpu_flags() else []


def check(trainc, spec, folder, options, words, entries):
    harness.run(trainc, "emit", spec, "-o", folder, "--network=gloo", *options)
    sources = [os.path.join(folder, "step.c"), os.path.join(folder, "tables.c"), os.path.join(here, "main.c"), *harness.team()]
    program = os.path.join(folder, "check")
    harness.run(*harness.compiler(), "-std=gnu11", "-O1", *compiler_flags(), "-fopenmp-simd", "-Wall", "-Wextra", "-Werror",
                "-Wframe-larger-than=65536",
                "-DRT_REAL=double", "-DRT_ISA=test", '-DRT_ISA_NAME="test"', "-I", harness.includes(trainc), "-I", folder,
                *sources, *words, "-o", program, "-lm")
    harness.run(program, entries)


def kinds(trainc, spec):
    """Names of programs, the options that trainc is given for each, and the compiler's words."""
    found = [("reference", ["--kernels=reference"], []), ("chosen", [], [])]
    if harness.openblas(trainc, spec):
        found.append(("openblas", ["--blas=openblas"], harness.openblas_words()))
    return found


def main():
    given = harness.arguments(__doc__).parse_args()
    counts = harness.Counts()
    with harness.WorkFolder(given.keep) as folder:
        try:
            rows = examples(given.trainc, folder)
        except (AssertionError, OSError, subprocess.SubprocessError) as failure:
            print("FAILED  trainc layers --examples: %s" % failure)
            counts.failed += 1
            rows = {}
        if os.environ.get("TRAINC_EMULATOR"):
            print("SKIPPED: the specs, too slow in an emulator; tests/kernels runs those of this folder there")
        else:
            rows.update(specs())
        for name in harness.chosen(list(rows), given.case):
            entries = 12 if name.startswith("spec.") else 200
            for kernels, options, words in kinds(given.trainc, rows[name]):
                counts.run("%s, %s kernels" % (name, kernels), check, given.trainc, rows[name],
                           os.path.join(folder, name + "-" + kernels), options, words, entries)
    return counts.finish()


if __name__ == "__main__":
    sys.exit(main())
