"""A program that trains, beside others but one at a time: it is stopped (SIGSTOP) when an epoch's line is written and goes
on when its turn comes. The time in which it was stopped is in none of its figures."""
import ctypes.util
import json
import os
import signal
import statistics
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    """A program ended early or took too long; the reason."""


def machine_busy():
    """Processor seconds since the start, of everybody, the hypervisor's other guests too."""
    with open("/proc/stat") as f:
        user, nice, system, _, _, irq, softirq, steal = f.readline().split()[1:9]
    return sum(map(int, (user, nice, system, irq, softirq, steal))) / TICK


def allocator():
    """tcmalloc, without which PyTorch takes half as long again; None where it is not."""
    return ctypes.util.find_library("tcmalloc_minimal")


class Contestant:
    """A process that lives while it may: from go() to the end of its next epoch."""

    def __init__(self, name, command, log, threads, limit, ours):
        """ours: it writes its lines to log by itself; a peer's standard output goes there."""
        self.name, self.log, self.limit, self.stops, self.foreign = name, log, limit, [], []
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
        for setting in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):       # which would hold a framework's OpenBLAS back
            environment.pop(setting, None)
        if "pytorch" in name and allocator():
            environment["LD_PRELOAD"] = allocator()
        self.errors = open(log + ".err", "w+")
        with open(log, "w") as lines:
            self.began = time.time()
            self.process = subprocess.Popen(command, stdout=self.errors if ours else lines, stderr=self.errors, env=environment)
        self.peak = self.cpu = self.total = 0
        self.cpu_at = []

    def epochs(self):
        with open(self.log) as f:
            return [json.loads(line) for line in f if line.endswith("\n")]

    def last_words(self):
        self.errors.seek(0)
        return self.errors.read()[-2000:].strip()

    def look(self):
        with open("/proc/%d/status" % self.process.pid) as f:
            sizes = [int(line.split()[1]) for line in f if line.startswith("VmHWM")]
        self.peak = max([self.peak] + [size / 1024 * 1.048576 for size in sizes])
        with open("/proc/%d/stat" % self.process.pid) as f:
            fields = f.read().rsplit(")", 1)[1].split()
        self.cpu = (int(fields[11]) + int(fields[12])) / TICK

    def go(self, epoch):
        """Runs to the end of the epoch of this number; others' share of the machine meanwhile goes to foreign."""
        busy, mine, since = machine_busy(), self.cpu, time.time()
        if self.stops:
            self.stops[-1][1] = since
            self.process.send_signal(signal.SIGCONT)
        while len(self.epochs()) < epoch:
            if self.process.poll() is not None:
                raise Failed("%s ended: %s" % (self.name, self.last_words()))
            if time.time() - since > self.limit:
                raise Failed("%s: an epoch took over %d s" % (self.name, self.limit))
            time.sleep(0.005)
        self.process.send_signal(signal.SIGSTOP)
        self.stops.append([time.time(), None])
        self.look()
        self.cpu_at.append(self.cpu - mine)
        self.foreign.append(max(0, (machine_busy() - busy - (self.cpu - mine)) / (time.time() - since)))

    def finish(self):
        """Lets it end, and notes how long it lived."""
        self.stops[-1][1] = time.time()
        self.process.send_signal(signal.SIGCONT)
        if self.process.wait():
            raise Failed("%s: exit code %d: %s" % (self.name, self.process.returncode, self.last_words()))
        self.total = self.lasted(self.began, time.time())

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def lasted(self, begin, end):
        """Seconds between, without those it was stopped."""
        return end - begin - sum(max(0, min(end, b or end) - max(begin, a)) for a, b in self.stops)

    def row(self):
        epochs = self.epochs()
        later = epochs[1:]              # the first epoch warms up
        return {
            "train": statistics.median(self.lasted(e["began"], e["trained"]) for e in later),
            "evaluate": statistics.median(self.lasted(e["trained"], e["validated"]) for e in later),
            "cpu": statistics.median(self.cpu_at[1:]), "first_step": self.lasted(self.began, epochs[0]["stepped"]),
            "peak": self.peak, "accuracy": epochs[-1]["val_acc"], "foreign": statistics.median(self.foreign[1:]),
            "outside": self.total - sum(self.lasted(e["began"], e["validated"]) for e in epochs), "total": self.total,
        }
