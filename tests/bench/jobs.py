"""What the benchmarks train: nets, their data, our programs and the peers'; and the commands that start them."""
import gzip
import math
import os
import random
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
FILES = ("train-images", "train-labels", "test-images", "test-labels")
MNIST = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")
LEARNING_RATES = {"mnist_cnn": 0.01, "lenet5": 0.1, "mlp": 0.1, "vgg": 0.01, "resnet20": 0.05}     # as peers/job.py
# Name: virtual environment of tests/venvs.sh, script, further arguments. The names say the precision.
PEERS = {
    "gluon fp32": ("mxnet", "gluon_peer.py", []),
    "tensorflow fp32": ("tf", "tensorflow_peer.py", []),
    "pytorch fp32": ("torch", "torch_peer.py", []),
    "jax fp32": ("jax", "jax_peer.py", []),
    "keras fp32": ("tf", "tensorflow_peer.py", ["--fit"]),
    "keras-mxnet fp32": ("keras_mxnet", "keras_mxnet_peer.py", []),
    "tensorflow bf16": ("tf", "tensorflow_peer.py", ["--bf16"]),
    "pytorch bf16": ("torch", "torch_peer.py", ["--bf16"]),
    "jax bf16": ("jax", "jax_peer.py", ["--bf16"]),
    "keras bf16": ("tf", "tensorflow_peer.py", ["--fit", "--bf16"]),
}
OURS = {"trainc fp32": "float32", "trainc bf16": "bfloat16"}


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout.strip()


# ---- data ----

def write_idx(path, shape, content):
    header = bytes([0, 0, 8, len(shape)]) + b"".join(size.to_bytes(4, "big") for size in shape)
    with gzip.open(path, "wb", compresslevel=1) as f:
        f.write(header + content)


def colour_images(folder, training):
    """Made-up 32x32x3 images of ten classes: a pattern each, half hidden in noise."""
    source = random.Random(1)
    patterns = [bytes(source.getrandbits(7) for _ in range(3072)) for _ in range(10)]
    for kind, count in (("train", training), ("test", training // 5)):
        labels = bytes(source.randrange(10) for _ in range(count))
        images = bytearray()
        for label in labels:
            noise = source.getrandbits(8 * 3072).to_bytes(3072, "big")
            images += bytes((p + (n >> 1)) for p, n in zip(patterns[label], noise))
        write_idx(os.path.join(folder, kind + "-images.gz"), (count, 32, 32, 3), bytes(images))
        write_idx(os.path.join(folder, kind + "-labels.gz"), (count,), labels)


def first_samples(path, count):
    """Replaces a link to an IDX file by a file with the first samples."""
    with gzip.open(path, "rb") as f:
        shape = [int.from_bytes(f.read(4), "big") for _ in range(f.read(4)[3])]
        shape[0] = min(shape[0], count)
        content = f.read(math.prod(shape))
    os.remove(path)
    write_idx(path, shape, content)


def data_folder(net, samples, work):
    """A folder with FILES for this net; samples: how many to train on, or None for all."""
    folder = os.path.join(work, "colours" if net in ("vgg", "resnet20") else "mnist")
    if os.path.isdir(folder):
        return folder
    os.makedirs(folder)
    if folder.endswith("colours"):
        colour_images(folder, samples or 10000)
        return folder
    found = output(os.path.join(SOURCE, "tests/data.sh"))
    for name, theirs in zip(FILES, MNIST):
        places = [os.path.join(found, part, theirs) for part in ("", "training", "validation")]
        os.symlink([place for place in places if os.path.exists(place)][0], os.path.join(folder, name + ".gz"))
        if samples:
            first_samples(os.path.join(folder, name + ".gz"), samples if name.startswith("train") else samples // 5)
    return folder


# ---- contestants ----

def peer_command(name, net, batch, epochs, seed, given, work):
    """None without its virtual environment."""
    venv, script, more = PEERS[name]
    made = subprocess.run([os.path.join(SOURCE, "tests/venvs.sh"), venv], stdout=subprocess.PIPE, universal_newlines=True)
    if made.returncode:
        return None
    return [os.path.join(made.stdout.strip(), "bin/python"), os.path.join(HERE, "peers", script), "--net", net, "--data",
            data_folder(net, given.samples, work), "--epochs", str(epochs), "--batch", str(batch), "--threads", str(given.threads), "--seed",
            str(seed)] + more


def program(net, precision, trainc, work):
    """Our program for this net, built once, and its folder as SageMaker mounts it."""
    folder = os.path.join(work, "%s-%s" % (net, precision))
    if not os.path.isdir(folder):
        with open(os.path.join(SOURCE, "specs", net + ".yaml")) as f:
            text = f.read()
        if precision != "float32":
            text = text.replace("\ntraining:\n", "\ntraining:\n  precision: %s\n" % precision)
        spec = os.path.join(work, os.path.basename(folder) + ".yaml")
        with open(spec, "w") as f:
            f.write(text)
        subprocess.run([trainc, "build", spec, "-o", folder], check=True, stdout=subprocess.DEVNULL)
    return folder


def our_command(name, net, batch, epochs, seed, given, work, log):
    folder, data = program(net, OURS[name], given.trainc, work), data_folder(net, given.samples, work)
    ml = tempfile.mkdtemp(prefix="ml-", dir=work)
    rank = "idx4" if net in ("vgg", "resnet20") else "idx3"
    tests = "test" if rank == "idx4" else "t10k"
    for channel, ours, theirs in (("training", "train", "train"), ("validation", tests, "test")):
        os.makedirs(os.path.join(ml, "input/data", channel))
        for kind, suffix in (("images", rank), ("labels", "idx1")):
            os.symlink(os.path.join(data, "%s-%s.gz" % (theirs, kind)),
                       os.path.join(ml, "input/data", channel, "%s-%s-%s-ubyte.gz" % (ours, kind, suffix)))
    settings = {"epochs": epochs, "batch_size": batch, "lr": LEARNING_RATES[net]}
    return [os.path.join(folder, "train"), "--prefix", ml, "--threads", str(given.threads), "--timings", log, "--seed", str(seed)] + [
        word for key, value in settings.items() for word in ("--set", "%s=%s" % (key, value))]


def command(name, net, batch, epochs, seed, given, work, log):
    """Of a contestant of OURS, which writes its lines to log, or of PEERS, which prints them; None if it cannot run here.
    given: trainc, threads and samples (None: all)."""
    if name in OURS:
        return our_command(name, net, batch, epochs, seed, given, work, log)
    return peer_command(name, net, batch, epochs, seed, given, work)


def common_arguments(parser):
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--samples", type=int, metavar="N", help="train on N only and validate on a fifth of that: a quick look")
    parser.add_argument("--trainc", default=os.path.join(SOURCE, "build/release/trainc"))
