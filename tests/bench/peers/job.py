"""What the peers share: the command line, the data, the nets and the clock. numpy only, Python 3.8 and later.

A peer trains one net of NETS on the IDX files of --data as our program does, shuffled every epoch, and prints a line of JSON
an epoch with the moments that `train --timings` writes.
"""
import argparse
import gzip
import json
import os
import time

import numpy as np


def conv(filters, kernel, activation=None, same=False, stride=1, bias=True):
    return dict(kind="conv", filters=filters, kernel=kernel, activation=activation, same=same, stride=stride, bias=bias)


def dense(units, activation=None):
    return dict(kind="dense", units=units, activation=activation)


def dropout(rate):
    return dict(kind="dropout", rate=rate)


def residual(filters, stride=1):
    """Two 3x3 convolutions with batch normalization, beside the input or, where the size halves, a 1x1 convolution of it."""
    return dict(kind="residual", filters=filters, stride=stride)


MAX_POOL, AVERAGE_POOL, FLATTEN = dict(kind="max_pool"), dict(kind="average_pool"), dict(kind="flatten")
NORMALIZE_RELU, GLOBAL_AVERAGE_POOL = dict(kind="normalize_relu"), dict(kind="global_average_pool")

# As specs/NAME.yaml: learning rate, Nesterov or not, layers. The last layer gives logits.
NETS = {
    "mnist_cnn": (0.01, True, [conv(32, 3, "relu"), conv(64, 3, "relu"), MAX_POOL, dropout(0.25), FLATTEN, dense(128, "relu"),
                               dropout(0.5), dense(10)]),
    "lenet5": (0.1, False, [conv(6, 5, "tanh", same=True), AVERAGE_POOL, conv(16, 5, "tanh"), AVERAGE_POOL, FLATTEN,
                            dense(120, "tanh"), dense(84, "tanh"), dense(10)]),
    "mlp": (0.1, False, [FLATTEN, dense(512, "relu"), dropout(0.2), dense(512, "relu"), dropout(0.2), dense(10)]),
    "vgg": (0.01, True, [layer for filters in (32, 64, 128) for layer in (
        conv(filters, 3, "relu", same=True), conv(filters, 3, "relu", same=True), MAX_POOL, dropout(0.25))]
        + [FLATTEN, dense(256, "relu"), dropout(0.5), dense(10)]),
    "resnet20": (0.05, False, [conv(16, 3, same=True, bias=False), NORMALIZE_RELU]
                 + [residual(filters, 2 if filters > 16 and block == 0 else 1) for filters in (16, 32, 64) for block in range(3)]
                 + [GLOBAL_AVERAGE_POOL, dense(10)]),
}
FILES = ("train-images", "train-labels", "test-images", "test-labels")


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--net", choices=NETS, required=True)
    parser.add_argument("--data", required=True, help="folder with %s, IDX, gzipped" % ", ".join(FILES))
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--fit", action="store_true", help="by the framework's own loop, where there is one")
    given = parser.parse_args()
    given.lr, given.nesterov, given.layers = NETS[given.net]
    return given


def idx(path):
    with gzip.open(path, "rb") as f:
        content = f.read()
    shape = [int.from_bytes(content[4 + 4 * i:8 + 4 * i], "big") for i in range(content[3])]
    return np.frombuffer(content, np.uint8, offset=4 + 4 * content[3]).reshape(shape)


def load(folder, channels_first):
    """Training images and labels, test images and labels; images as floats of 0 .. 1 with channels first or last."""
    arrays = [idx(os.path.join(folder, name + ".gz")) for name in FILES]
    for i in (0, 2):
        images = arrays[i].astype(np.float32) / 255
        images = images[..., None] if images.ndim == 3 else images
        arrays[i] = np.ascontiguousarray(images.transpose(0, 3, 1, 2)) if channels_first else images
        arrays[i + 1] = arrays[i + 1].astype(np.int64)
    return arrays


def tell(epoch, moments, accuracy, loss):
    """moments: when the epoch began, its first step was over, its training, its validation."""
    print(json.dumps(dict(zip(("began", "stepped", "trained", "validated"), moments), epoch=epoch, val_acc=accuracy,
                          val_loss=loss)), flush=True)


def train(given, step, finish, evaluate, samples, tests):
    """step(indices) starts one update, finish() waits for it, evaluate(from, to) returns correct and loss sums."""
    random = np.random.default_rng(given.seed) if hasattr(np.random, "default_rng") else np.random.RandomState(given.seed)
    for epoch in range(1, given.epochs + 1):
        began, stepped = time.time(), None
        order = random.permutation(samples)
        for i in range(0, samples, given.batch):
            step(order[i:i + given.batch])
            if stepped is None:
                finish()
                stepped = time.time()
        finish()
        trained = time.time()
        correct = loss = 0.0
        for i in range(0, tests, 500):
            right, sum_of_losses = evaluate(i, min(i + 500, tests))
            correct, loss = correct + float(right), loss + float(sum_of_losses)
        tell(epoch, (began, stepped, trained, time.time()), correct / tests, loss / tests)
