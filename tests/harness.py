"""What the tests that build and run programs share. Standard library only.

A test is a function registered with @case; main() runs those that --case names, prints a line for each and at last
"N passed, N failed[, N skipped]".
"""
import argparse
import array
import contextlib
import gzip
import json
import math
import os
import random
import re
import shlex
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
cases = {}


class Skipped(Exception):
    """Raised by a case that cannot run here, with the reason."""


def case(function):
    cases[function.__name__] = function
    return function


def arguments(description):
    """The command line that every such test has, before it is parsed."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--trainc", default=os.environ.get("TRAINC", os.path.join(SOURCE, "build/release/trainc")))
    parser.add_argument("--case", action="append", help="run this one only (may be given again)")
    parser.add_argument("--keep", metavar="DIR", help="work in DIR and leave everything there")
    return parser


def chosen(names, wanted):
    unknown = set(wanted or ()) - set(names)
    if unknown:
        sys.exit("no case %s; there are %s" % (", ".join(sorted(unknown)), ", ".join(names)))
    return [name for name in names if not wanted or name in wanted]


class Counts:
    """Prints one line a case and counts them."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def run(self, name, function, *args):
        try:
            note = function(*args)
            self.passed += 1
            print("ok      %s%s" % (name, ": " + note if note else ""), flush=True)
        except Skipped as reason:
            self.skipped += 1
            print("SKIPPED: %s: %s" % (name, reason), flush=True)
        except Exception as failure:
            self.failed += 1
            if not isinstance(failure, AssertionError):
                traceback.print_exc(file=sys.stdout)
            print("FAILED  %s: %s" % (name, failure), flush=True)

    def finish(self):
        """Prints the totals; the exit code: 77 when nothing could run."""
        print("%d passed, %d failed%s" % (self.passed, self.failed, ", %d skipped" % self.skipped if self.skipped else ""))
        return 1 if self.failed else 77 if self.skipped and not self.passed else 0


class WorkFolder:
    """A folder that goes away with the test, unless it is to be kept."""

    def __init__(self, keep):
        self.keep = keep

    def __enter__(self):
        self.path = os.path.abspath(self.keep) if self.keep else tempfile.mkdtemp(prefix="trainc-test-")
        os.makedirs(self.path, exist_ok=True)
        return self.path

    def __exit__(self, *_):
        if not self.keep:
            shutil.rmtree(self.path, ignore_errors=True)


def machine(program):
    """The processor that an ELF file is for, a number; None for other files."""
    try:
        with open(shutil.which(program), "rb") as f:
            head = f.read(20)
    except (OSError, TypeError):
        return None
    return head[18:20] if head.startswith(b"\x7fELF") else None


def started(program):
    """The words that start a program: one for another processor than this machine's needs the emulator."""
    emulator = os.environ.get("TRAINC_EMULATOR", "").split()
    foreign = emulator and machine(program) not in (None, machine(sys.executable))
    return emulator + [program] if foreign else [program]


def cpu_flags():
    """What the processor that programs are built for has, in Linux's words; nothing is known of an emulated one."""
    if os.environ.get("TRAINC_EMULATOR"):
        return set()
    with open("/proc/cpuinfo") as f:
        return set(f.read().split())


def compiler():
    """The C compiler's words."""
    return shlex.split(os.environ.get("CC", "cc"))


def includes(trainc):
    """The folder of <trainc/rt.h>, in a build tree or installed."""
    folder = os.path.dirname(os.path.abspath(trainc))
    places = [os.path.join(folder, "include"), os.path.join(folder, "../include")]
    return [place for place in places if os.path.exists(os.path.join(place, "trainc/rt.h"))][0]


def team():
    """What a step needs of the runtime, as sources, for tests that build one without it: the team, and its threads' arrays."""
    return [os.path.join(SOURCE, "runtime", name) for name in ("team.c", "cpus.c", "scratch.c")]


def run(*command, timeout=600, code=0, **options):
    """Runs a command, asserts its exit code and returns its output, both streams together."""
    words = started(str(command[0])) + [str(word) for word in command[1:]]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=timeout, universal_newlines=True, errors="replace", **options)
    assert done.returncode == code, "%s: exit code %d, not %d\n%s" % (
        " ".join(map(str, command)), done.returncode, code, done.stdout[-4000:])
    return done.stdout


def build(trainc, spec, folder, *options):
    """trainc build; the path of the program."""
    shutil.rmtree(folder, ignore_errors=True)
    run(trainc, "build", spec, "-o", folder, *options)
    return os.path.join(folder, "train")


def openblas(trainc, spec):
    """Whether programs of this spec can be built here that call OpenBLAS."""
    library = os.path.join(os.path.dirname(os.path.abspath(trainc)), "libtrainc_openblas.a")
    return os.path.exists(library) and "dense_openblas" in run(trainc, "check", spec, "--blas=openblas", "--dump=plan")


def openblas_words():
    """What the compiler is given for such a program where CMake does not build it."""
    return [os.path.join(SOURCE, "runtime/openblas/dense.c"), *run("pkg-config", "--cflags", "--libs", "openblas").split()]


def venv(name):
    """The Python of a virtual environment with a real framework."""
    script = os.path.join(SOURCE, "tests/venvs.sh")
    done = subprocess.run(["bash", script, name], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True)
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        raise Skipped("no virtual environment %s: %s" % (name, done.stderr.strip()[-400:]))
    return os.path.join(lines[-1], "bin/python")


def idx(path, shape, values, kind="B"):
    """Writes an IDX file of bytes (kind B), signed ones (b), whole numbers (i) or floats (f)."""
    values = array.array(kind, values)
    if values.itemsize > 1:
        values.byteswap()
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "wb") as f:
        f.write(struct.pack(">HBB", 0, {"B": 8, "b": 9, "i": 12, "f": 13}[kind], len(shape)) + struct.pack(">%dI" % len(shape), *shape))
        f.write(values.tobytes())


class Job:
    """A SageMaker-shaped folder."""

    def __init__(self, prefix):
        self.prefix = prefix
        for part in ("input/config", "input/data/training", "input/data/validation"):
            os.makedirs(os.path.join(prefix, part), exist_ok=True)

    def path(self, *parts):
        return os.path.join(self.prefix, *parts)

    def data(self, channel, name):
        return self.path("input/data", channel, name)

    def hyperparameters(self, **values):
        with open(self.path("input/config/hyperparameters.json"), "w") as f:
            json.dump({name: str(value) for name, value in values.items()}, f)

    def model_channel(self, file):
        """Gives initial weights."""
        shutil.rmtree(self.path("input/data/model"), ignore_errors=True)
        os.makedirs(self.path("input/data/model"))
        shutil.copy(file, self.path("input/data/model"))

    def forget(self):
        """Removes what the last run wrote."""
        for part in ("model", "output", "checkpoints"):
            shutil.rmtree(self.path(part), ignore_errors=True)

    def models(self):
        """What model/ holds: name to content."""
        found = {}
        for name in sorted(os.listdir(self.path("model"))):
            with open(self.path("model", name), "rb") as f:
                found[name] = f.read()
        return found

    def train(self, program, *options, **settings):
        return run(program, "--prefix", self.prefix, *options, **settings)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def listening(port, *command, **options):
    """A server that listens on a port while it is needed."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            assert process.poll() is None, "%s ended with %s" % (command[0], process.returncode)
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def peak_memory(*command):
    """Runs it; the most memory it had, in KiB, and what it said."""
    code = "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], stderr=subprocess.STDOUT);" \
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(done.returncode)"
    said, most = run(sys.executable, "-c", code, *command).rstrip().rsplit("\n", 1)
    return int(most), said


def is_sanitized(program):
    """The address sanitizer keeps what was freed: memory then says nothing."""
    with open(program, "rb") as f:
        return b"__asan_init" in f.read()


def shipped(name):
    """The path of a spec of specs/."""
    return os.path.join(SOURCE, "specs", name + ".yaml")


def noisy_job(spec, prefix, samples=24):
    """A folder with noise of the shape that a spec wants, in its classes, or at most ten."""
    with open(spec) as f:
        text = f.read()
    sizes = [int(size) for size in re.search(r"^  input: \[(.*)\]", text, re.M).group(1).split(",")]
    classes = int(re.search(r"^  classes: (\d+)", text, re.M).group(1))
    labels_of = range(min(classes, 10) if classes > 1 else 2)
    job = Job(prefix)
    dice = random.Random(4)
    for channel, images, labels in re.findall(r"(training|validation): +\{images: (\S+), labels: (\S+)\}", text):
        idx(job.data(channel, images), [samples] + sizes, dice.choices(range(256), k=samples * math.prod(sizes)))
        idx(job.data(channel, labels), [samples], dice.choices(labels_of, k=samples))
    return job


def mnist_job(prefix):
    """A folder with the real data, of $MNIST_DIR or what tests/data.sh finds; and whether that is Fashion-MNIST."""
    folder = os.environ.get("MNIST_DIR")
    if not folder:
        done = subprocess.run(["bash", os.path.join(SOURCE, "tests/data.sh")], stdout=subprocess.PIPE, universal_newlines=True)
        folder = done.stdout.strip().splitlines()[-1] if done.returncode == 0 and done.stdout.strip() else None
    if not folder:
        raise Skipped("no MNIST: set MNIST_DIR")
    job = Job(prefix)
    for channel, part in (("training", "train"), ("validation", "t10k")):
        for kind in ("images-idx3-ubyte.gz", "labels-idx1-ubyte.gz"):
            name = "%s-%s" % (part, kind)
            place = [p for p in (os.path.join(folder, channel, name), os.path.join(folder, name)) if os.path.exists(p)]
            if not place:
                raise Skipped("no %s in %s" % (name, folder))
            shutil.copy(place[0], job.data(channel, name))
    return job, "fashion" in folder.lower()


NUMBER = r"([-+0-9.eE]+|nan|inf)"


def epochs(output):
    """The epoch lines' numbers: [{"loss": .., "acc": .., "val_loss": .., "val_acc": ..}]."""
    lines = [line for line in re.split(r"[\r\n]+", output) if "val_loss:" in line]
    return [{name: float(value) for name, value in re.findall(r"\b(\w+): " + NUMBER, line)} for line in lines]
