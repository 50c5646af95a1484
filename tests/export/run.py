#!/usr/bin/env python3
"""Exports and weights in. Every layer, activation and optimizer of trainc's tables, and the specs of tests/parity: a model
with made-up weights (fixture.c) is exported by the runtime; real Keras 2.2.4, tf_keras, Keras 3 and MXNet must load it and
predict what the generated step predicts. What they save, the runtime must read."""
import glob
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tarfile

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, ".."))
import harness

KINDS = ("layer", "activation", "optimizer", "initializer")
EXPORTS = 'export:\n  keras: {file: "keras-{epochs}.hd5"}\n  mxnet: {prefix: "mxnet-{epochs}"}\n'
EXAMPLE, SMALL, OTHER, TRAINED = "spec.mnist_cnn", "optimizer.sgd", "optimizer.adam", "trained"


# ---- fixtures ----

def spec_texts(trainc):
    texts = {}
    for line in harness.run(trainc, "layers", "--examples").splitlines():
        kind, name, text = line.split("\t")
        if kind in KINDS:
            texts["%s.%s" % (kind, name)] = json.loads(text)
    files = glob.glob(os.path.join(here, "specs/*.yaml")) + glob.glob(os.path.join(here, "../parity/specs/*.yaml"))
    for path in sorted(files) + [os.path.join(harness.SOURCE, "specs/mnist_cnn.yaml")]:
        with open(path) as f:
            texts["spec." + os.path.basename(path)[:-5]] = f.read()
    return texts


def build_words(build, kind):
    """What a program's C is compiled or linked with, from the CMake package."""
    with open(os.path.join(build, "cmake/trainc/traincTargets.cmake")) as f:
        found = re.search(r'%s "([^"]*)"' % kind, f.read())
    words = re.sub(r"\\\$<\\\$<COMPILE_LANGUAGE:C>:([^>]*)>", r"\1", found.group(1)).split(";") if found else []
    return [word if "/" in word or word.startswith("-") else "-l" + word for word in words]


def make_fixture(trainc, text, folder):
    """Emits the spec with both exports and compiles the fixture; its path."""
    build = os.path.dirname(os.path.abspath(trainc))
    os.makedirs(folder)
    spec = os.path.join(folder, "spec.yaml")
    with open(spec, "w") as f:
        f.write(re.split(r"^export:", text, flags=re.M)[0] + EXPORTS)
    program = os.path.join(folder, "program")
    harness.run(trainc, "emit", spec, "-o", program)
    fixture = os.path.join(folder, "fixture")
    with open("/proc/cpuinfo") as f:
        flags = set(f.read().split())
    isa = ["-mavx2", "-mfma"] if {"avx2", "fma"} <= flags else []
    harness.run(os.environ.get("CC", "cc"), "-std=gnu11", "-O1", *isa, *build_words(build, "INTERFACE_COMPILE_OPTIONS"),
                "-Wall", "-Wextra", "-Werror", "-D_POSIX_C_SOURCE=200809L", "-DRT_ISA=test", '-DRT_ISA_NAME="test"',
                "-I", os.path.join(build, "include"), "-I", program, "-I", os.path.join(harness.SOURCE, "runtime"),
                os.path.join(program, "step.c"), os.path.join(program, "tables.c"), os.path.join(here, "fixture.c"),
                "-o", fixture, os.path.join(build, "libtrainc_runtime.a"),
                *build_words(build, "INTERFACE_LINK_LIBRARIES"))
    return fixture


class Model:
    def __init__(self, trainc, name, text, folder):
        self.name, self.folder = name, os.path.join(folder, name)
        self.fixture = make_fixture(trainc, text, self.folder)
        self.files = os.path.join(self.folder, name)
        os.mkdir(self.files)
        self.output = harness.run(self.fixture, "export", self.files)

    def read(self, name):
        with open(os.path.join(self.files, name), "rb") as f:
            return f.read()

    def scratch(self, name):
        path = os.path.join(self.folder, name)
        shutil.rmtree(path, ignore_errors=True)
        os.mkdir(path)
        return path

    def scratch_of(self, files):
        channel = self.scratch("channel")
        for name, data in files.items():
            with open(os.path.join(channel, name), "wb") as f:
                f.write(data)
        return channel

    def import_(self, files, code=0):
        """Imports a channel of these files (name to bytes); the folder of results and what was printed."""
        channel, out = self.scratch_of(files), self.scratch("imported")
        done = subprocess.run([self.fixture, "import", channel, out], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=300, universal_newlines=True, errors="replace")
        assert done.returncode in (code if isinstance(code, tuple) else (code,)), "exit code %d: %s" % (done.returncode, done.stdout)
        return out, done.stdout

    def imports_its_own(self, files):
        out, printed = self.import_(files)
        assert not printed, printed
        for name in ("weights.raw", "states.raw", "predictions.raw", "model.json"):
            with open(os.path.join(out, name), "rb") as f:
                assert f.read() == self.read(name), name + " differs"


class Trained(Model):
    """The MNIST CNN after one epoch by the program itself: its files, and what the runtime reads from them."""

    def __init__(self, trainc, text, folder, data):
        super().__init__(trainc, "trained", text, folder)
        program = harness.build(trainc, os.path.join(self.folder, "spec.yaml"), os.path.join(self.folder, "built"))
        job = harness.Job(os.path.join(self.folder, "job"))
        for channel in ("training", "validation"):
            for path in glob.glob(os.path.join(data, channel, "*")) or glob.glob(os.path.join(data, "*")):
                os.symlink(path, job.data(channel, os.path.basename(path)))
        job.hyperparameters(epochs=1, lr=0.01, batch_size=256)
        accuracy = re.search(r"Test accuracy: (\S+)", job.train(program)).group(1)
        shutil.rmtree(self.files)
        os.mkdir(self.files)
        models = job.models()
        harness.run(self.fixture, "import", self.scratch_of({"a.h5": models["keras-1.hd5"]}), self.files)
        for name, content in models.items():
            with open(os.path.join(self.files, name.replace("-1", "-3")), "wb") as f:
                f.write(content)
        with open(os.path.join(self.files, "validation.json"), "w") as f:
            json.dump({"accuracy": float(accuracy), "images": job.data("validation", "t10k-images-idx3-ubyte.gz"),
                       "labels": job.data("validation", "t10k-labels-idx1-ubyte.gz")}, f)


def mnist():
    """The folder of the real data: $MNIST_DIR, else what tests/data.sh finds."""
    found = subprocess.run(["bash", os.path.join(harness.SOURCE, "tests/data.sh")], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, universal_newlines=True, stdin=subprocess.DEVNULL)
    if found.returncode:
        raise harness.Skipped("no MNIST: set MNIST_DIR")
    return found.stdout.strip()


# ---- in the frameworks ----

def run_inside(counts, name, script, models):
    """Every line of the script's output is a check. Initializers show in Keras 2.2.4's configuration only."""
    models = [m for m in models if name == "keras224" or not m.name.startswith("initializer.")]
    def all_checks():
        done = subprocess.run([harness.venv(name), os.path.join(here, script)] + [m.files for m in models],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=3000)
        lines = done.stdout.splitlines()
        for line in lines:
            if line.startswith("ok "):
                counts.passed += 1
            elif line.startswith("FAILED "):
                counts.failed += 1
            if not line.startswith("ok "):
                print(line)
        ok = len([line for line in lines if line.startswith("ok ")])
        assert done.returncode in (0, 1) and lines, "%s ended with %d\n%s" % (script, done.returncode, done.stderr[-3000:])
        return "%d checks" % ok
    counts.run(script, all_checks)


# ---- what the runtime reads ----

def comes_back(model):
    """Our own file gives the same state; so does the archive that SageMaker makes of the model folder."""
    data = model.read("keras-3.hd5")
    model.imports_its_own({"keras-3.hd5": data})
    model.imports_its_own({"any.h5": data})


def reads_again(model, file, predictions="predictions.raw", fresh=False):
    """A framework's file."""
    if not os.path.exists(os.path.join(model.files, file)):
        raise harness.Skipped("no framework has saved it")
    out, printed = model.import_({file: model.read(file)})
    assert ("starting with a fresh one" in printed) == fresh, printed
    compare(os.path.join(out, "predictions.raw"), os.path.join(model.files, predictions))
    return out


def reads_from(model, *given):
    reads_again(model, *given)


def compare(found, wanted):
    import array
    values = []
    for path in (found, wanted):
        with open(path, "rb") as f:
            values.append(array.array("f", f.read()))
    error = max(abs(a - b) / max(1, abs(b)) for a, b in zip(*values))
    assert len(values[0]) == len(values[1]) and error <= 1e-5, "off by %g" % error


def same_file(model, out, name):
    with open(os.path.join(out, name), "rb") as f:
        assert f.read() == model.read(name), name + " differs"


def state_comes_back(model):
    out = reads_again(model, "keras224.h5")
    same_file(model, out, "states.raw")
    same_file(model, out, "weights.raw")


def reads_other_backends(model):
    """keras-mxnet's kernels are turned, Theano's would be flipped; float counts, doubles and compressed arrays are read."""
    out = reads_again(model, "mxnet.h5")
    same_file(model, out, "states.raw")
    same_file(model, out, "model.json")
    refused(model, {"a.h5": model.read("theano.h5")}, "load and save it on TensorFlow")


def archive(model, format, name, mode="w:gz", extra=()):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=format) as t:
        for entry, data in [("code/readme.txt", b"x" * 700), (name, model.read("keras-3.hd5")), ("mxnet-3-0000.params", b"y")] + list(extra):
            info = tarfile.TarInfo(entry)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def reads_archives(model):
    for format in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        model.imports_its_own({"model.tar.gz": archive(model, format, "keras-3.hd5")})
        model.imports_its_own({"model.tar.gz": archive(model, format, "./folder/keras-3.h5", "w:")})
    for format in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        model.imports_its_own({"model.tar.gz": archive(model, format, "long/" * 50 + "keras-3.hdf5")})


def refused(model, files, words):
    _, printed = model.import_(files, 1)
    assert words in printed and printed.count("\n") == 1, printed


def refuses_wrong_channels(model):
    data = model.read("keras-3.hd5")
    refused(model, {}, "holds no .hd5")
    refused(model, {"a.h5": data, "b.hd5": data}, "holds both a.h5 and b.hd5")
    refused(model, {"a.h5": b"no HDF5"}, "is not an HDF5 file")
    refused(model, {"a.h5": b""}, "is not an HDF5 file")
    refused(model, {"a.h5": data[:-2000]}, "is not an HDF5 file")


def refuses_wrong_archives(model):
    data = model.read("keras-3.hd5")
    whole = archive(model, tarfile.GNU_FORMAT, "keras-3.hd5")
    refused(model, {"model.tar.gz": whole[:len(whole) // 2]}, "the archive ends early")
    refused(model, {"model.tar.gz": whole[:-9] + b"\0" + whole[-8:]}, "not a whole gzip file")
    refused(model, {"model.tar.gz": b"no archive" * 100}, "not a tar archive")
    refused(model, {"model.tar.gz": archive(model, tarfile.PAX_FORMAT, "other.txt")}, "holds no .hd5")
    twice = archive(model, tarfile.PAX_FORMAT, "keras-3.hd5", extra=[("b.h5", data)])
    refused(model, {"model.tar.gz": twice}, "more than one")
    large = archive(model, tarfile.PAX_FORMAT, "a.txt", extra=[("b.h5", bytes(200 << 20))])
    refused(model, {"model.tar.gz": large}, "more than this model's weights can take")


def refuses_other_models(model, other):
    refused(model, {"a.h5": other.read("keras-3.hd5")}, "layers with weights")


def starts_fresh(model, other):
    """The other's weights fit, its optimizer does not."""
    out, printed = model.import_({"a.h5": other.read("keras-3.hd5")})
    assert "holds the state of the optimizer Adam, and this job trains with SGD: starting with a fresh one" in printed, printed
    with open(os.path.join(out, "states.raw"), "rb") as f:
        assert not any(f.read())
    same_file(other, out, "weights.raw")
    with open(os.path.join(out, "model.json")) as f:
        assert json.load(f)["iterations"] == 0


def survives_damage(model):
    """Whatever a file holds: weights or one line, never a crash."""
    data, dice = model.read("keras-3.hd5"), random.Random(5)
    head = min(len(data), 40000)
    read = 0
    for _ in range(500):
        bad = bytearray(data)
        for _ in range(dice.randrange(1, 12)):
            bad[dice.randrange(head)] = dice.randrange(256)
        _, printed = model.import_({"a.h5": bytes(bad)}, (0, 1))
        read += not printed
    whole, refusals = archive(model, tarfile.PAX_FORMAT, "long/" * 50 + "keras-3.hdf5", "w:"), 0
    for _ in range(100):
        bad = bytearray(whole)
        for _ in range(dice.randrange(1, 6)):
            bad[dice.randrange(6000)] = dice.randrange(256)
        _, printed = model.import_({"model.tar.gz": bytes(bad)}, (0, 1))
        refusals += bool(printed)
    return "%d of 500 still read, %d of 100 archives refused" % (read, refusals)


# ---- what the runtime writes ----

def same_bytes_again(model):
    again = model.scratch("again")
    environment = dict(os.environ, MALLOC_PERTURB_="85")
    harness.run(model.fixture, "export", again, env=environment)
    for name in ("keras-3.hd5", "mxnet-3-symbol.json", "mxnet-3-0000.params"):
        with open(os.path.join(again, name), "rb") as f:
            assert f.read() == model.read(name), name + " differs"
    assert not glob.glob(again + "/*.partial")


def keeps_old_file_on_full_disk(model):
    full = model.scratch("full")
    for name in ("keras-3.hd5", "mxnet-3-symbol.json"):
        with open(os.path.join(full, name), "w") as f:
            f.write("old")
    done = subprocess.run([model.fixture, "full", full], stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    assert done.returncode == 1 and "SystemError: cannot write" in done.stderr, done.stderr
    assert "Saved" not in done.stdout
    assert sorted(os.listdir(full)) == ["keras-3.hd5", "mxnet-3-symbol.json"]
    for name in os.listdir(full):
        with open(os.path.join(full, name)) as f:
            assert f.read() == "old"


def prints_the_contract_lines(model):
    files = model.files
    wanted = ("Saved Keras model\nMXNet symbol file - %s/mxnet-3-symbol.json\nMXNet params file - %s/mxnet-3-0000.params\n"
              "Model input data_names and data_shapes are:\ndata_names : ['/conv2d_1_input1']\n"
              "data_shapes : [DataDesc[/conv2d_1_input1,(256, 1, 28, 28),float32,NCHW]]\nSaved MXNet model\n" % (files, files))
    assert model.output == wanted, model.output


def check_runtime(counts, models):
    for name, m in models.items():
        if name == TRAINED:
            continue
        counts.run("%s comes back" % name, comes_back, m)
        counts.run("%s has the same bytes again" % name, same_bytes_again, m)
        counts.run("%s from Keras 2.2.4" % name, state_comes_back, m)
        counts.run("%s from a nested model" % name, reads_from, m, "nested.h5")
        counts.run("%s from tf_keras" % name, reads_from, m, "tf_keras.h5", "tf_keras.predictions")
        counts.run("%s from Keras 3" % name, reads_from, m, "keras3.h5", "keras3.predictions")
    if EXAMPLE in models:
        example = models[EXAMPLE]
        for check in (prints_the_contract_lines, keeps_old_file_on_full_disk, reads_archives, reads_other_backends, refuses_wrong_channels,
                      refuses_wrong_archives):
            counts.run(check.__name__, check, example)
    if SMALL in models:
        counts.run("survives_damage", survives_damage, models[SMALL])
    if EXAMPLE in models and SMALL in models:
        counts.run("refuses_other_models", refuses_other_models, models[EXAMPLE], models[SMALL])
    if OTHER in models and SMALL in models:
        counts.run("starts_fresh", starts_fresh, models[SMALL], models[OTHER])


def main():
    parser = harness.arguments(__doc__)
    parser.add_argument("--inside", choices=("keras224", "tf", "mxnet"), action="append", help="these frameworks only")
    given = parser.parse_args()
    counts, models = harness.Counts(), {}
    with harness.WorkFolder(given.keep) as folder:
        texts = spec_texts(given.trainc)
        for name in harness.chosen(list(texts) + [TRAINED], given.case):
            if name == TRAINED:
                continue
            def make(name=name):
                models[name] = Model(given.trainc, name, texts[name], folder)
            counts.run("%s is exported" % name, make)
        if not given.case or TRAINED in given.case:
            def train():
                models[TRAINED] = Trained(given.trainc, texts[EXAMPLE], folder, mnist())
            counts.run("MNIST is trained", train)
        for venv in given.inside or ("keras224", "tf", "mxnet"):
            run_inside(counts, venv, "in_%s.py" % venv, list(models.values()))
        check_runtime(counts, models)
    return counts.finish()


if __name__ == "__main__":
    sys.exit(main())
