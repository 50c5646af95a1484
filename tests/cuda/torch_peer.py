"""The MNIST CNN in PyTorch on one GPU, made as fast as its users make it: data on the GPU, channels last, TF32, a compiled step
where that works. Prints [seconds to the first step, seconds of training an epoch, of validation, accuracy], medians without
the first epoch: torch_peer.py PREFIX BATCH EPOCHS."""
import gzip
import json
import os
import statistics
import sys
import time

begun = time.time()
import torch
from torch import nn


def read(folder, kind):
    name = [name for name in os.listdir(folder) if kind in name][0]
    with gzip.open(os.path.join(folder, name)) as f:
        return f.read()


def load(prefix, channel):
    folder = os.path.join(prefix, "input/data", channel)
    images = torch.frombuffer(bytearray(read(folder, "images")[16:]), dtype=torch.uint8).view(-1, 1, 28, 28)
    labels = torch.frombuffer(bytearray(read(folder, "labels")[8:]), dtype=torch.uint8)
    return images.cuda(), labels.long().cuda()


def main(prefix, batch, epochs):
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.benchmark = True
    net = nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(.25), nn.Flatten(),
                        nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(.5), nn.Linear(128, 10)).cuda().to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(net.parameters(), lr=.01, momentum=.9, nesterov=True)
    images, labels = load(prefix, "training")
    test_images, test_labels = load(prefix, "validation")

    def step(x, y):
        optimizer.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(net(x.float() / 255), y).backward()
        optimizer.step()
    try:
        step = torch.compile(step)
        step(images[:batch], labels[:batch])
    except Exception:
        step = step._torchdynamo_orig_callable if hasattr(step, "_torchdynamo_orig_callable") else step
    trained, validated, first = [], [], None
    for _ in range(epochs):
        net.train()
        start = time.time()
        order = torch.randperm(len(images), device="cuda")
        for part in order.split(batch):
            step(images[part], labels[part])
            if first is None:
                torch.cuda.synchronize()
                first = time.time() - begun
        torch.cuda.synchronize()
        trained.append(time.time() - start)
        net.eval()
        with torch.no_grad():
            hits = sum((net(x.float() / 255).argmax(1) == y).sum() for x, y in zip(test_images.split(batch), test_labels.split(batch)))
        accuracy = hits.item() / len(test_labels)
        validated.append(time.time() - start - trained[-1])
    print(json.dumps([first, statistics.median(trained[1:]), statistics.median(validated[1:]), accuracy]))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
