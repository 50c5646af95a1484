#!/usr/bin/env python3
"""What surrounds training, with a model written by hand (tiny_model.c): the command line, SageMaker's files, every form of a
hyperparameter, the log, failures, signals. --train PROGRAM takes a built tiny model; without it one is built."""
import fcntl
import json
import os
import pty
import random
import re
import resource
import select
import shutil
import signal
import stat
import struct
import subprocess
import sys
import termios
import time

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, ".."))
import harness
from harness import case

NAMES = ("lr", "batch_size", "epochs", "gpu_count", "seed", "decay", "nesterov", "name", "pause")


class Setting:
    """The program, and a folder for each case."""

    def __init__(self, program, folder):
        self.program, self.folder, self.jobs = program, folder, 0

    def job(self, training=40, validation=10, name=None):
        self.jobs += 1
        prefix = os.path.join(self.folder, name or "job%d" % self.jobs)
        shutil.rmtree(prefix, ignore_errors=True)
        job = harness.Job(prefix)
        dice = random.Random(1)
        for channel, samples in (("training", training), ("validation", validation)):
            labels = [dice.randrange(3) for _ in range(samples)]
            pixels = [dice.randrange(100) + (120 if k % 3 == label else 0) for label in labels for k in range(16)]
            harness.idx(job.data(channel, "images"), [samples, 4, 4], pixels)
            harness.idx(job.data(channel, "labels"), [samples], labels)
        return job

    def fails(self, job, *options, **settings):
        """Runs the program, which must fail; the reason, which must be told twice and in one line."""
        said = job.train(self.program, *options, code=255, **settings)
        with open(job.path("output/failure"), encoding="utf-8") as f:
            reason = f.read()
        assert len(reason.encode()) <= 1024 and "\n" not in reason, "not one line of at most 1,024 bytes: %r" % reason
        assert re.match(r"(User|Data|System|Internal)Error: [^A-Z ]", reason) or ": /" in reason, reason
        assert reason in said.splitlines(), "stderr has another reason than output/failure:\n%s\n%s" % (said, reason)
        return reason


def write(path, content):
    with open(path, "wb" if isinstance(content, bytes) else "w") as f:
        f.write(content if isinstance(content, (bytes, str)) else json.dumps(content))


def config(job, name, content):
    write(job.path("input/config", name), content)


def values(job, epochs=None):
    """What the export says the hyperparameters were."""
    names = sorted(os.listdir(job.path("model")))
    assert len(names) == 1, "model/ holds %s" % names
    with open(job.path("model", names[0])) as f:
        return dict(line.strip().split("=") for line in f if "=" in line)


def has(text, *parts):
    for part in parts:
        assert part in text, "%r is not in: %s" % (part, text)


# name, value in hyperparameters.json, what it must become: a number, or words of the reason
FORMS = [
    ("lr", "0.01", 0.01), ("lr", "1e-05", 1e-5), ("lr", "1E-2", 0.01), ("lr", "10", 10), ("lr", ".5", 0.5), ("lr", "+0.5", 0.5),
    ("lr", '"0.01"', 0.01), ("lr", '" 0.01 "', 0.01), ("lr", " 0.01\n", 0.01), ("lr", '"0.\\u0030\\u0031"', 0.01),
    ("lr", 0.01, 0.01), ("lr", 1, 1), ("lr", None, 0.5), ("lr", "", 0.5), ("lr", '""', 0.5), ("lr", "None", 0.5),
    ("lr", "null", 0.5), ("lr", "abc", "'lr' is 'abc'"), ("lr", "0.01x", "0.01x"), ("lr", "0,01", "0,01"), ("lr", "nan", "nan"),
    ("lr", "0x10", "0x10"), ("lr", "-0.1", "at least 0.0"), ("lr", "1e999", "1e999"), ("lr", [0.1], "a list"),
    ("lr", {"a": 1}, "an object"), ("lr", "[0.1]", "wants a number"), ("lr", True, "wants a number"), ("lr", '"', "wants"),
    ("decay", "1", 1), ("decay", "1.0001", "at most 1.0"), ("decay", "inf", "at most"), ("decay", "Infinity", "at most"),
    ("epochs", "1", 1), ("epochs", '"1"', 1), ("epochs", "1.0", 1), ("epochs", "1e0", 1), ("epochs", 1, 1), ("epochs", 1.0, 1),
    ("epochs", "0", "at least 1"), ("epochs", "1.5", "whole number"), ("epochs", "True", "whole number"),
    ("epochs", "ten", "whole number"), ("epochs", "-1", "at least 1"), ("epochs", "1e10", "from 1 to 2147483647"),
    ("epochs", "1e300", "whole number"), ("epochs", "1 2", "whole number"), ("epochs", "--1", "whole number"),
    ("batch_size", "4096", 4096), ("batch_size", "4097", "at most 4096"), ("batch_size", "0", "at least 1"),
    ("nesterov", "True", 1), ("nesterov", "true", 1), ("nesterov", "TRUE", 1), ("nesterov", "1", 1), ("nesterov", '"true"', 1),
    ("nesterov", "False", 0), ("nesterov", "false", 0), ("nesterov", "0", 0), ("nesterov", True, 1), ("nesterov", False, 0),
    ("nesterov", "yes", "'true' or 'false'"), ("nesterov", "2", "'true' or 'false'"), ("nesterov", 1, 1),
    ("name", "adam", 0), ("name", '"adam"', 0), ("name", "é", 0), ("name", '"\\u00e9"', 0), ("name", "['a', 1]", 0),
    ("name", '{"a": 1}', 0), ("name", "x" * 2500, 0), ("name", "", 0),
    ("gpus", "0", 0), ("num_gpus", '"0"', 0), ("gpu_count", "2", "-t cuda"), ("gpus", "1", "-t cuda"),
    ("learningrate", "1", "unknown hyperparameter"), ("Lr", "1", "did you mean 'lr'"), ("epoch", "1", "did you mean 'epochs'"),
    ("batchsize", "1", "did you mean 'batch_size'"), ("batch-size", "1", "did you mean 'batch_size'"),
    ("gpu_cuont", "0", "did you mean 'gpu_count'"), ("nestrov", "0", "did you mean 'nesterov'"), ("", "1", "unknown"),
    ("sagemaker_program", '"train.py"', None), ("sagemaker_region", "x", None), ("_tuning_objective_metric", "a", None),
    ("_kms", [1], None),
]


def form(s, job, name, value, wanted):
    job.forget()
    config(job, "hyperparameters.json", {name: value})
    if isinstance(wanted, str):
        has(s.fails(job), "UserError:", wanted)
        assert not os.path.exists(job.path("model")), "it went on"
        return
    job.train(s.program)
    if wanted is not None:
        name = "gpu_count" if name.endswith("gpus") else name           # the aliases
        assert float(values(job)[name]) == wanted, "%s %r became %s" % (name, value, values(job)[name])


@case
def hyperparameter_forms(s):
    """Every form of formats.md, typos, aliases and bounds."""
    job, wrong = s.job(), []
    for name, value, wanted in FORMS:
        try:
            form(s, job, name, value, wanted)
        except AssertionError as failure:
            wrong.append("%s %r: %s" % (name, value, failure))
    assert not wrong, "\n".join(wrong)
    return "%d forms" % len(FORMS)


@case
def given_twice(s):
    """One hyperparameter under two names is a mistake, whichever would win."""
    job = s.job()
    config(job, "hyperparameters.json", {"gpus": "0", "gpu_count": "0"})
    has(s.fails(job), "given twice", "'gpus'", "'gpu_count'")


@case
def defaults(s):
    """No file of input/config is needed, nor the folder."""
    job = s.job()
    shutil.rmtree(job.path("input/config"))
    said = job.train(s.program)
    has(said, "Hyper parameters: {}\nInput parameters: {}\n")
    found = values(job)
    assert [float(found[name]) for name in NAMES] == [0.5, 32, 2, 0, 7, 0, 0, 0, 0], found


@case
def bad_json(s):
    """The place of what is wrong in the three files."""
    job = s.job()
    for name in ("hyperparameters.json", "inputdataconfig.json", "resourceconfig.json"):
        for content, wanted in (('{"lr": "1",\n "epochs" "2"}', name + ":2:"), ("", name), ("[1]", "no JSON object"),
                                ('{"a": "b"} x', name + ":1:"), (b"{\xff\xfe", name), ('{"a": ' * 3000, name)):
            config(job, name, content)
            has(s.fails(job), "UserError:", wanted)
        os.unlink(job.path("input/config", name))
    os.mkdir(job.path("input/config/hyperparameters.json"))
    has(s.fails(job), "hyperparameters.json")


@case
def settings(s):
    """--set overrides the file, also by an alias, and is checked as well."""
    job = s.job()
    config(job, "hyperparameters.json", {"epochs": "3", "lr": "0.1"})
    said = job.train(s.program, "--set", "epochs=1", "--set=lr=0.25", "--set", "name=a=b")
    found = values(job)
    assert (found["epochs"], found["lr"]) == ("1", "0.25"), found
    has(said, "Hyper parameters: {'epochs': '1', 'lr': '0.25', 'name': 'a=b'}\n")
    for option, wanted in (("epoch=1", "'epochs'"), ("lr", "NAME=VALUE"), ("=1", "NAME=VALUE"), ("lr=x", "in --set")):
        has(s.fails(job, "--set", option), "UserError:", wanted)


@case
def command_line(s):
    """Options: help, unknown ones, missing and surplus values; the word train."""
    job = s.job()
    said = harness.run(s.program, "--help")
    has(said, *["--" + name for name in ("prefix", "set", "threads", "seed", "isa", "timings", "describe", "version", "help")])
    has(said, "batch_size         int, default 32, at least 1, at most 4096", "also gpus, num_gpus")
    has(harness.run(s.program, "--version"), "tiny (trainc 0.0.0)")
    has(harness.run(s.program, "train", "--describe"), "dense_1 (Dense)", "(None, 3)", "Total params: 51")
    harness.run(s.program, "train", "--prefix", job.prefix)
    job.train(s.program, "--threads=2", "--seed", "18446744073709551615", "--isa", "generic")
    environment = dict(os.environ, TRAINC_PREFIX=job.prefix)
    for options, wanted in ((["--bogus"], "unknown option '--bogus'"), (["--threads"], "wants N"), (["--threads", "0"], "at least 1"),
                            (["--threads", "two"], "whole number"), (["--seed", "-1"], "whole number"),
                            (["--seed", "99999999999999999999"], "whole number"), (["--help=x"], "takes no value"),
                            (["serve"], "unexpected argument 'serve'"), (["--isa", "mmx"], "generic"), (["--prefix="], "folder"),
                            (["--timings", "/none/here"], "cannot write /none/here")):
        said = harness.run(s.program, *options, code=255, env=environment)
        has(said, "UserError:", wanted)
    with open("/dev/full", "w") as full:
        done = subprocess.run([s.program, "--help"], stdout=full, stderr=subprocess.PIPE, env=environment)
    assert done.returncode == 255 and b"No space left" in done.stderr, done


@case
def prefixes(s):
    """--prefix, TRAINC_PREFIX and SAGEMAKER_BASE_DIR, in this order; no folder, or a file."""
    job = s.job(name="a folder's")
    for variable in ("TRAINC_PREFIX", "SAGEMAKER_BASE_DIR"):
        job.forget()
        harness.run(s.program, env=dict(os.environ, **{variable: job.prefix}))
        assert job.models()
    job.forget()
    job.train(s.program, env=dict(os.environ, TRAINC_PREFIX="/nonexistent"))
    for place, wanted in (("/nonexistent", "there is no folder /nonexistent"), (s.program, "is not a folder"), ("x" * 5000, "too long")):
        has(harness.run(s.program, "--prefix", place, code=255), "UserError:", wanted)


@case
def folders(s):
    """model/, output/data/ and checkpoints/ are made; a file in their place is told before training; old failures go."""
    job = s.job()
    os.makedirs(job.path("output"))
    write(job.path("output/failure"), "UserError: of an earlier job")
    job.train(s.program)
    assert not os.path.exists(job.path("output/failure"))
    assert all(os.path.isdir(job.path(p)) for p in ("model", "output/data", "checkpoints"))
    for name in ("model", "checkpoints", "output/data"):
        job.forget()
        os.makedirs(os.path.dirname(job.path(name)), exist_ok=True)
        write(job.path(name), "a file")
        reason = s.fails(job)
        has(reason, "SystemError:", job.path(name), "is not a folder")
        os.unlink(job.path(name))
    write(job.path("output2"), "")
    job.forget()
    write(job.path("output"), "a file")
    has(job.train(s.program, code=255), "SystemError:", "is not a folder")


@case
def dictionaries(s):
    """The two dictionaries are printed as Python prints them."""
    job = s.job()
    parameters = {"name": "it's", "lr": "0.5"}
    channels = {"validation": {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"},
                "training": {"TrainingInputMode": "File", "ContentType": 'a"b\'c', "x": [1, 2.5, True, None, {}], "é\n\x7f\U0001f600": "\\"}}
    config(job, "hyperparameters.json", parameters)
    config(job, "inputdataconfig.json", channels)
    said = job.train(s.program, env=dict(os.environ, LC_ALL="C.UTF-8"))
    lines = said.splitlines()
    assert lines[0] == "Hyper parameters: " + repr(parameters), lines[0]
    assert lines[1] == "Input parameters: " + repr(channels), lines[1]


@case
def channels(s):
    """Channels that the spec does not name are ignored and told; modes that are not built are refused."""
    job = s.job()
    config(job, "inputdataconfig.json", {"training": {}, "validation": {}, "extra": {"TrainingInputMode": "Pipe"}})
    os.makedirs(job.path("input/data/code"))
    said = job.train(s.program)
    has(said, "Channel 'extra' is ignored", "Channel 'code' is ignored")
    assert said.count("is ignored") == 2, said
    config(job, "inputdataconfig.json", {"training": {"TrainingInputMode": "Pipe"}})
    has(s.fails(job), "UserError:", "'training'", "Pipe")
    config(job, "inputdataconfig.json", {"training": {"TrainingInputMode": "FastFile", "RecordWrapperType": "None"}})
    job.train(s.program)
    shutil.rmtree(job.path("input/data/validation"))
    has(s.fails(job), "DataError:", "validation")


def processor_time(*command, code):
    """Seconds that a program took of the processor's time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    harness.run(*command, code=code)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


@case
def sizes(s):
    """Time grows as what a file holds does, not as its square: sixteen times as much takes less than fifty times as long."""
    kinds = {
        "hosts": lambda n: ("resourceconfig.json", {"current_host": "algo-1", "hosts": ["algo-%d" % i for i in range(1, n)]}),
        "channels": lambda n: ("inputdataconfig.json", dict({"training": {}, "validation": {}}, **{"c%d" % i: {} for i in range(n)})),
        "names": lambda n: ("hyperparameters.json", dict({"_p%d" % i: "1" for i in range(n)}, nonsense="1")),
        "a long name": lambda n: ("hyperparameters.json", {"lr" * 10 * n: "1"}),
        "a long value": lambda n: ("hyperparameters.json", {"lr": "x" * 20 * n}),
        "depth": lambda n: ("hyperparameters.json", '{"a":' + "[" * n + "]" * n),
        "lines": lambda n: ("hyperparameters.json", "\n" * 10 * n + "{"),
    }
    for name, kind in kinds.items():
        took = []
        for n in (6000, 96000):
            job = s.job()
            config(job, *kind(n))
            took.append(processor_time(s.program, "--prefix", job.prefix, code=0 if name == "channels" else 255))
        assert took[1] < 50 * max(took[0], 0.02), "%s: %.2f s, and %.2f for sixteen times as many" % (name, *took)


@case
def hosts(s):
    """One host trains; more than one are refused, as this program has no network (tests/hosts has one)."""
    job = s.job()
    config(job, "resourceconfig.json", {"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "eth0"})
    job.train(s.program)
    config(job, "resourceconfig.json", {"current_host": "algo-1", "hosts": ["algo-1", "algo-2"]})
    has(s.fails(job), "UserError:", "2 machines", "built for one", "--network=gloo")


@case
def log(s):
    """The log's lines, all of them."""
    job = s.job(60, 11)
    lines = job.train(s.program).splitlines()
    assert lines[2:7] == ["Files loaded", "x_train shape: (60, 4, 4)", "60 train samples", "11 test samples",
                          "Train on 60 samples, validate on 11 samples"], lines
    number = r"\d+\.\d{4}(e-\d\d)?"
    for epoch in (1, 2):
        assert lines[5 + 2 * epoch] == "Epoch %d/2" % epoch, lines
        assert re.fullmatch(r"60/60 \[={30}\] - \d+s \d+[um]?s/step - loss: %s - acc: %s - val_loss: %s - val_acc: %s" %
                            ((number,) * 4), lines[6 + 2 * epoch]), lines
    assert re.fullmatch(r"Test loss: \d\.\d+", lines[11]) and re.fullmatch(r"Test accuracy: [01]\.\d+", lines[12]), lines
    assert len(lines) == 13, lines
    loss = float(lines[11].split()[-1])
    assert repr(loss) == lines[11].split()[-1] and "val_loss: %.4f" % loss in lines[10], lines


def on_terminal(command):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(command[0], command)
    said = b""
    while True:
        try:
            if not select.select([terminal], [], [], 60)[0]:
                break
            part = os.read(terminal, 65536)
        except OSError:
            break
        if not part:
            break
        said += part
    os.close(terminal)
    assert os.waitpid(pid, 0)[1] == 0, said
    return said.decode()


@case
def terminal(s):
    """On a terminal the bar is drawn in place, as Keras draws it."""
    job = s.job(320, 10)
    said = on_terminal([s.program, "--prefix", job.prefix, "--set", "pause=0.06", "--set", "epochs=1"])
    first = said[said.index("Epoch 1/1"):]
    drawn = first.split("\n")[1].split("\b" * 20)
    assert len(drawn) >= 5 and first.count("ETA: ") >= 5 and "\r" in first, repr(first)
    assert re.search(r" 32/320 \[==>\.+\] - ETA: \d+s - loss: ", first), "the first bar: " + first
    has(first, "320/320 [==============================] - ")
    final = first[first.index("320/320"):].split("\n")[0]
    has(final, "val_loss: ", "val_acc: ", "/step")


def redraws(program, job, columns):
    """What a terminal of so many columns got between one redraw and the next of the first epoch."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    started = subprocess.Popen([program, "--prefix", job.prefix, "--set", "pause=0.06", "--set", "epochs=1"], stdout=slave)
    os.close(slave)
    said = b""
    try:
        while True:
            said += os.read(master, 4096)
    except OSError:                     # the program ended
        os.close(master)
    assert started.wait(timeout=60) == 0
    drawn = said.decode().split("Epoch 1/1")[1].split("Test loss")[0].strip("\r\n").replace("\b", "").split("\r")
    return [line for line in drawn if line.strip()]


@case
def terminal_widths(s):
    """The bar fits a terminal of 80, 40 and 200 columns while it is redrawn; the epoch's last line is whole."""
    job = s.job(320, 10)
    for columns in (80, 40, 200):
        *bars, final = redraws(s.program, job, columns)
        assert len(bars) >= 5 and all(len(line) < columns for line in bars), (columns, [len(line) for line in bars], bars[-1])
        assert all(re.match(r" *\d+/320 \[[=>.]{5,30}\] - ETA: ", line) for line in bars), bars
        assert ("[" + "=" * 30 + "]" in final) == (columns == 200), final
        has(final, "val_acc: ")


@case
def elsewhere(s):
    """In a log there is a line every five seconds, and no control characters."""
    job = s.job(32 * 8, 10)
    said = job.train(s.program, "--set", "pause=0.75", "--set", "epochs=1")
    bars = [line for line in said.splitlines() if "ETA:" in line]
    assert len(bars) == 1 and re.fullmatch(r"\d+/256 \[=+>\.+\] - ETA: \d+s - loss: \S+ - acc: \S+", bars[0].strip()), said
    assert "\b" not in said and "\r" not in said


def stop(s, job, number, wait, *options):
    """Starts a job, sends it a signal once it is in an epoch; the process's code and what it said."""
    started = subprocess.Popen([s.program, "--prefix", job.prefix, "--set", "epochs=1000"] + list(options),
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    for line in started.stdout:
        if line.startswith(wait):
            break
    time.sleep(0.2)
    started.send_signal(number)
    return started, started.communicate(timeout=60)[0]


@case
def signals(s):
    """SIGTERM, SIGINT and SIGHUP: the step is finished, the model saved, the place told. Only after SIGHUP, which closes a
    terminal, has the job failed."""
    job = s.job(320, 10)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        job.forget()
        started, said = stop(s, job, number, "Epoch 1/", "--set", "pause=0.05")
        told = re.search(r"^Stopped by %s after step (\d+) of epoch (\d+); models saved$" % signal.Signals(number).name, said, re.M)
        hung_up = number == signal.SIGHUP
        assert started.returncode == (255 if hung_up else 0) and told, said
        steps = 10 * (int(told.group(2)) - 1) + int(told.group(1))
        assert values(job)["iterations"] == str(steps) and steps > 0, said
        assert os.listdir(job.path("model")) == ["tiny-1000.txt"]
        assert "Test loss" not in said and os.path.exists(job.path("output/failure")) == hung_up, said
    with open(job.path("output/failure")) as f:
        has(f.read(), "SystemError: the terminal or session of this job closed (SIGHUP) in epoch", "models so far are saved", "nohup")


@case
def early_signal(s):
    """A signal while data is read: one step is made, and the models are."""
    job = s.job(320, 10)
    started = subprocess.Popen([s.program, "--prefix", job.prefix, "--set", "epochs=1000", "--set", "pause=0.3"],
                               stdout=subprocess.PIPE, universal_newlines=True)
    has(started.stdout.readline(), "Hyper parameters")
    started.terminate()
    said = started.communicate(timeout=60)[0]
    assert started.returncode == 0, said
    has(said, "Stopped by SIGTERM after step 1 of epoch 1; models saved")
    assert values(job)["iterations"] == "1"


@case
def second_signal(s):
    """A second signal ends the program at once."""
    job = s.job()
    started = subprocess.Popen([s.program, "--prefix", job.prefix, "--set", "pause=100"], stdout=subprocess.PIPE,
                               universal_newlines=True)
    while not started.stdout.readline().startswith("Epoch"):
        pass
    started.terminate()
    time.sleep(0.2)
    started.terminate()
    assert started.wait(timeout=20) == 128 + signal.SIGTERM


@case
def first_process(s):
    """As process 1 of a container it stops at SIGTERM too."""
    job = s.job(320, 10)
    command = ["unshare", "--pid", "--fork", "--kill-child", s.program]
    if subprocess.run(command + ["--version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT).returncode:
        raise harness.Skipped("no namespaces here")
    started = subprocess.Popen(command + ["--prefix", job.prefix, "--set", "epochs=1000", "--set", "pause=0.05"],
                               stdout=subprocess.PIPE, universal_newlines=True)
    while not started.stdout.readline().startswith("Epoch"):
        pass
    with open("/proc/%d/task/%d/children" % (started.pid, started.pid)) as f:
        child = int(f.read().split()[0])
    os.kill(child, signal.SIGTERM)
    said = started.communicate(timeout=60)[0]
    has(said, "Stopped by SIGTERM")


@case
def not_finite(s):
    """A loss that is no number names the step, the layer and the way out; the models stay as they were."""
    job = s.job()
    job.train(s.program)
    before = job.models()
    reason = s.fails(job, "--set", "lr=1e300")
    has(reason, "UserError:", "step 2 of epoch 1", "layer dense_1 (Dense, tiny.yaml:4)", "lr is 1e+300", "learning rate")
    assert job.models() == before
    has(s.fails(job, "--set", "lr=1e300", "--set", "batch_size=4096"), "after step 1 of epoch 1", "kernel of layer dense_1")
    assert job.models() == before


@case
def threads(s):
    """The same bits for any number of threads; other seeds give others; more threads than samples."""
    job, found = s.job(77, 10), []
    for options in (["--threads", 1], ["--threads", 2], ["--threads", 3], ["--threads", 7], ["--threads", 64], ["--seed", 8]):
        job.forget()
        job.train(s.program, *options)
        found.append(job.models())
    assert all(models == found[0] for models in found[:5]), "threads change the model"
    assert found[5] != found[0], "the seed changes nothing"


@case
def odd_sizes(s):
    """A last batch of 1, one sample, batches larger than the data, decay, floats for numbers."""
    for training, batch, steps in ((33, 32, 4), (1, 1, 2), (1, 4096, 2), (5, 4096, 2), (40, 7, 12)):
        job = s.job(training, 3)
        job.train(s.program, "--set", "batch_size=%d" % batch, "--set", "decay=0.5")
        assert values(job)["iterations"] == str(steps), (training, batch, values(job)["iterations"])
    harness.idx(job.data("validation", "images"), [3, 4, 4], [0.5] * 48, "f")
    job.train(s.program)


@case
def timings(s):
    """--timings: a line an epoch, its moments in order and true, its values those of the log."""
    job = s.job(96, 10)
    path, before = job.path("timings"), time.time()
    said = job.train(s.program, "--set", "epochs=2", "--set", "pause=0.1", "--timings", path)
    with open(path) as f:
        lines = [json.loads(line) for line in f]
    moments = [line[name] for line in lines for name in ("began", "stepped", "trained", "validated")]
    moments = [before] + moments + [time.time()]
    assert [line["epoch"] for line in lines] == [1, 2]
    assert moments == sorted(moments), moments
    for line, logged in zip(lines, harness.epochs(said)):
        assert line["stepped"] - line["began"] >= 0.1 and line["trained"] - line["stepped"] >= 0.2, line
        assert all(abs(line[name] - value) <= 1e-4 * max(1, abs(value)) for name, value in logged.items()), (line, logged)
    has(s.fails(job, "--timings", "/dev/full"), "SystemError: cannot write timings", "No space left")


@case
def decay(s):
    """The learning rate is lr / (1 + decay * iterations): after the first step of one batch it halves."""
    job, weights = s.job(32, 3), []
    for options in (["epochs=1"], ["epochs=2", "decay=1"], ["epochs=2"]):
        job.forget()
        job.train(s.program, *[word for option in options for word in ("--set", option)])
        found = values(job)
        weights.append([float.fromhex(found["weight%d" % k]) for k in range(51)])
    for one, halved, whole in zip(*weights):
        assert abs((halved - one) - (whole - one) / 2) < 1e-6, (one, halved, whole)


@case
def full_disk(s):
    """No room for the model, or a file that outgrows its limit: the reason before the first step, exit code 255, and the old model
    as it was."""
    job = s.job()
    job.train(s.program)
    before = job.models()
    done = subprocess.run([s.program, "--prefix", job.prefix, "--set", "lr=0.1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (32768, 32768)))
    assert done.returncode == 255 and b"SystemError: cannot write" in done.stderr and b"File too large" in done.stderr, done
    assert b"Epoch" not in done.stdout, done
    assert job.models() == before, "the old model changed"


def make(kind, path, victim):
    """Something of this kind at path; link: to victim."""
    {"file": lambda: write(path, "old"), "link": lambda: os.symlink(victim, path), "dangling": lambda: os.symlink("none", path),
     "fifo": lambda: os.mkfifo(path), "folder": lambda: os.mkdir(path)}[kind]()


@case
def in_the_way(s):
    """What lies where a file is to be made gives way, and is not opened: of a link, what it points to stays."""
    for kind in ("file", "link", "dangling", "fifo", "folder"):
        for name in ("model/tiny-2.txt.partial", "model/tiny-2.txt", "output/failure.partial", "output/failure"):
            job = s.job()
            victim = job.path("victim")
            write(victim, "keep")
            os.makedirs(os.path.dirname(job.path(name)), exist_ok=True)
            make(kind, job.path(name), victim)
            if (kind, name) == ("folder", "model/tiny-2.txt"):
                has(s.fails(job), "UserError:", "model/tiny-2.txt is a folder")
                continue
            job.train(s.program, timeout=60)
            assert [(entry.name, entry.is_file(follow_symlinks=False)) for entry in os.scandir(job.path("model"))] == [
                ("tiny-2.txt", True)], (kind, name)
            has(s.fails(job, "--set", "epochs=0", timeout=60), "UserError:")
            assert stat.S_ISREG(os.lstat(job.path("output/failure")).st_mode), (kind, name)
            with open(victim) as f:
                assert f.read() == "keep", "%s: written through the %s" % (name, kind)


@case
def linked_model(s):
    """model/ may be a link to a folder, as a mount may make it."""
    job = s.job()
    os.mkdir(job.path("elsewhere"))
    os.symlink(job.path("elsewhere"), job.path("model"))
    job.train(s.program)
    assert os.listdir(job.path("elsewhere")) == ["tiny-2.txt"] and os.path.islink(job.path("model"))


@case
def names_of_exports(s):
    """A folder on the way is made; what cannot be a file's name, or is another's, is told before the first step."""
    job = s.job()
    for name, other, wanted in (("sub/a/t {epochs}.txt", "", None), ("x" * 300, "", "File name too long"),
                                ("x" * 250, "", "File name too long"), ("t", "t", "two exports write"),
                                ("t-{epochs}", "t-2", "two exports write"), ("t", "t.partial", "two exports write"),
                                ("t", "t/u", "is a folder"), ("t/u", "t", "is a folder"), ("sub/a", "", "is a folder")):
        environment = dict(os.environ, TINY_FILE=name, TINY_OTHER=other)
        if not wanted:
            job.train(s.program, env=environment)
            assert os.path.getsize(job.path("model/sub/a/t 2.txt")) > 65536
            continue
        said = job.train(s.program, code=255, env=environment)
        has(said, wanted)
        assert "Epoch" not in said, said
    assert sorted(name for _, _, names in os.walk(job.path("model")) for name in names) == ["t 2.txt"], "something is left"


# The functions that make a file: each can fail at its n-th call.
STAND_IN = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
static int fails(const char *name)
{
	static int calls;
	return !strcmp(getenv("FAILS"), name) && ++calls == atoi(getenv("AT")) ? (errno = EIO) : 0;
}
#define STAND_IN(name, parameters, ...) int name parameters { \
	int (*real) parameters = (int (*) parameters)dlsym(RTLD_NEXT, #name); return fails(#name) ? -1 : real(__VA_ARGS__); }
STAND_IN(rename, (const char *a, const char *b), a, b)
STAND_IN(renameat2, (int a, const char *b, int c, const char *d, unsigned e), a, b, c, d, e)
STAND_IN(fsync, (int a), a)
STAND_IN(close, (int a), a)
ssize_t write(int a, const void *b, size_t c)
{
	ssize_t (*real)(int, const void *, size_t) = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
	return a > 2 && fails("write") ? -1 : real(a, b, c);
}
"""


@case
def one_set(s):
    """Whichever call fails while two exports are written: both are the old ones or both the new ones, and nothing else is left."""
    if harness.is_sanitized(s.program) or os.environ.get("TRAINC_EMULATOR"):
        raise harness.Skipped("takes a library of its own in the program")
    source, library = os.path.join(s.folder, "stand_in.c"), os.path.join(s.folder, "stand_in.so")
    write(source, STAND_IN)
    harness.run(*harness.compiler(), "-shared", "-fPIC", "-o", library, source, "-ldl")
    job, failed = s.job(), 0
    environment = dict(os.environ, TINY_FILE="first", TINY_OTHER="second")
    job.train(s.program, env=environment)
    old = job.models()
    for name, calls in (("write", 5), ("close", 60), ("fsync", 6), ("rename", 3), ("renameat2", 3)):
        for at in range(1, calls + 1):
            done = subprocess.run([s.program, "--prefix", job.prefix, "--set", "lr=0.1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  env=dict(environment, LD_PRELOAD=library, FAILS=name, AT=str(at)))
            found = job.models()
            assert sorted(found) == ["first", "second"], (name, at, sorted(found))
            if done.returncode:
                failed += 1
                assert found == old, "%s failed at call %d: the old models are not whole" % (name, at)
                continue
            assert all(found[each] != old[each] for each in found), (name, at, "one is old, one is new")
            for each, content in old.items():
                write(job.path("model", each), content)
    assert failed >= 6, failed
    return "%d failures" % failed


@case
def embedded(s):
    """A host program runs its own beginning once, whatever its jobs do, and goes on behind them."""
    job = s.job(320, 10)
    host = os.path.join(os.path.dirname(s.program), "host")
    if not os.path.exists(host):
        raise harness.Skipped("no program host beside the tiny model")
    for variables in ({}, {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "active"}):
        log = job.path("beginnings")
        said = harness.run(host, log, "--prefix", job.prefix, "--threads", "3", env=dict(os.environ, **variables))
        with open(log) as f:
            assert f.read() == "began\n", "the host began more than once"
        has(said, "The host goes on")
        assert said.count("Test loss") == 2, said
        os.unlink(log)


@case
def threads_refused(s):
    """The system refuses threads: fewer run, with a line that says so, and the bits are the same."""
    job = s.job(320, 10)
    job.train(s.program, "--threads", "1")
    wanted = job.models()
    job.forget()
    if os.getuid():
        raise harness.Skipped("takes root, to become a user whose processes are counted")
    harness.run("chmod", "-R", "a+rwX", s.folder, os.path.dirname(s.program))

    def few_threads():
        os.setgroups([])
        os.setgid(54321)
        os.setuid(54321)
        resource.setrlimit(resource.RLIMIT_NPROC, (3, 3))

    for threads in (2, 7, 64):
        done = subprocess.run([s.program, "--prefix", job.prefix, "--threads", str(threads)], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, universal_newlines=True, preexec_fn=few_threads)
        assert done.returncode == 0, done
        assert ("threads run: the system refuses more" in done.stdout) == (threads > 3), done.stdout
        assert job.models() == wanted, "threads change the model"


@case
def unreadable_log(s):
    """A reader that goes away does not end training."""
    job = s.job(320, 10)
    started = subprocess.Popen([s.program, "--prefix", job.prefix, "--set", "pause=0.02"], stdout=subprocess.PIPE)
    started.stdout.readline()
    started.stdout.close()
    assert started.wait(timeout=60) == 0 and job.models()


@case
def steady_memory(s):
    """Epochs cost no memory: many take no more than few."""
    if harness.is_sanitized(s.program):
        raise harness.Skipped("the address sanitizer keeps what was freed")
    job, most = s.job(320, 40), []
    for epochs in (2, 200):
        most.append(harness.peak_memory(s.program, "--prefix", job.prefix, "--set", "epochs=%d" % epochs)[0])
        job.forget()
    assert most[1] <= most[0] * 1.1 + 1024, "%d KiB became %d KiB" % tuple(most)


def build(folder):
    build_tree = os.environ.get("TRAINC_BUILD", os.path.join(harness.SOURCE, "build/release"))
    harness.run("cmake", "-S", here, "-B", folder, "-Dtrainc_DIR=" + os.path.join(build_tree, "cmake/trainc"))
    harness.run("cmake", "--build", folder)
    return os.path.join(folder, "train")


def main():
    parser = harness.arguments(__doc__)
    parser.add_argument("--train", metavar="PROGRAM", help="the tiny model, built")
    given = parser.parse_args()
    counts = harness.Counts()
    with harness.WorkFolder(given.keep) as folder:
        program = given.train or build(os.path.join(folder, "build"))
        setting = Setting(os.path.abspath(program), folder)
        for name in harness.chosen(list(harness.cases), given.case):
            counts.run(name, harness.cases[name], setting)
    return counts.finish()


if __name__ == "__main__":
    sys.exit(main())
