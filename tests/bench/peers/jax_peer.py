"""Plain JAX: one jitted, donated step, channels last; --bf16: convolutions and products in bfloat16."""
from functools import partial

import job

given = job.arguments()
import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402

key = jax.random.key(given.seed)
cast = (lambda a: a.astype(jnp.bfloat16)) if given.bf16 else (lambda a: a)


class Weights:
    """Hands out weights in the order of their use: made at the first run through the net, read at the others."""

    def __init__(self, given_weights=None, means=None):
        self.made, self.given, self.means = [], iter(given_weights or ()), iter(means or ())
        self.new, self.new_means = given_weights is None, []

    def next(self, shape, fans=None):
        if not self.new:
            return next(self.given)
        limit = (6 / sum(fans)) ** 0.5 if fans else 0
        self.made.append(jax.random.uniform(jax.random.fold_in(key, len(self.made)), shape, minval=-limit, maxval=limit))
        return self.made[-1]


def convolve(w, x, filters, kernel, same=True, stride=1, bias=False):
    weight = w.next((kernel, kernel, x.shape[-1], filters), (kernel ** 2 * x.shape[-1], kernel ** 2 * filters))
    y = jax.lax.conv_general_dilated(cast(x), cast(weight), (stride, stride), "SAME" if same else "VALID",
                                     dimension_numbers=("NHWC", "HWIO", "NHWC"))
    return y + cast(w.next((filters,))) if bias else y


def normalize(w, x, training):
    scale, shift = 1 + w.next(x.shape[-1:]), w.next(x.shape[-1:])       # the scale's weight is what it has over 1
    x = x.astype(jnp.float32)
    before = next(w.means, None)
    mean, variance = (x.mean((0, 1, 2)), x.var((0, 1, 2))) if training or before is None else before
    if training and before is not None:
        w.new_means.append(tuple(0.99 * old + 0.01 * new for old, new in zip(before, (mean, variance))))
    else:
        w.new_means.append((mean, variance))
    return cast((x - mean) * jax.lax.rsqrt(variance + 1e-3) * scale + shift)


def residual(w, x, filters, stride, training):
    y = jax.nn.relu(normalize(w, convolve(w, x, filters, 3, stride=stride), training))
    y = normalize(w, convolve(w, y, filters, 3), training)
    shortcut = x if stride == 1 and x.shape[-1] == filters else normalize(w, convolve(w, x, filters, 1, stride=stride), training)
    return jax.nn.relu(y + shortcut)


def windows(x):
    n, height, width, channels = x.shape
    return x[:, :height // 2 * 2, :width // 2 * 2].reshape(n, height // 2, 2, width // 2, 2, channels)


def forward(w, x, random=None):
    activations = {"relu": jax.nn.relu, "tanh": jnp.tanh, None: lambda a: a}
    for number, layer in enumerate(given.layers):
        kind = layer["kind"]
        if kind == "conv":
            x = activations[layer["activation"]](convolve(w, x, layer["filters"], layer["kernel"], layer["same"],
                                                          layer["stride"], layer["bias"]))
        elif kind == "dense":
            weight = w.next((x.shape[1], layer["units"]), (x.shape[1], layer["units"]))
            x = activations[layer["activation"]](cast(x) @ cast(weight) + cast(w.next((layer["units"],))))
        elif kind == "residual":
            x = residual(w, x, layer["filters"], layer["stride"], random is not None)
        elif kind == "normalize_relu":
            x = jax.nn.relu(normalize(w, x, random is not None))
        elif kind == "dropout" and random is not None:
            kept = jax.random.bernoulli(jax.random.fold_in(random, number), 1 - layer["rate"], x.shape)
            x = jnp.where(kept, x / (1 - layer["rate"]), 0).astype(x.dtype)
        elif kind in ("max_pool", "average_pool"):
            x = windows(x).max((2, 4)) if kind == "max_pool" else windows(x).mean((2, 4))
        elif kind in ("flatten", "global_average_pool"):
            x = x.reshape(len(x), -1) if kind == "flatten" else x.mean((1, 2))
    return x.astype(jnp.float32)


def losses(logits, labels):
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], 1)[:, 0]


@partial(jax.jit, donate_argnums=(0, 1, 2))
def update(weights, momenta, means, images, labels, iteration):
    def loss(weights):
        w = Weights(weights, means)
        logits = forward(w, images, jax.random.fold_in(key, iteration))
        return losses(logits, labels).mean(), w.new_means
    gradients, means = jax.grad(loss, has_aux=True)(weights)
    momenta = [0.9 * m - given.lr * g for m, g in zip(momenta, gradients)]
    steps = [0.9 * m - given.lr * g for m, g in zip(momenta, gradients)] if given.nesterov else momenta
    return [a + s for a, s in zip(weights, steps)], momenta, means


@jax.jit
def test(weights, means, images, labels):
    logits = forward(Weights(weights, means), images)
    return (logits.argmax(1) == labels).sum(), losses(logits, labels).sum()


x, y, test_x, test_y = job.load(given.data, channels_first=False)
y, test_y = y.astype(np.int32), test_y.astype(np.int32)
first = Weights()
forward(first, x[:given.batch])
state = [first.made, [jnp.zeros_like(a) for a in first.made], first.new_means]
iterations = 0


def step(indices):
    global iterations
    state[:] = update(*state, x[indices], y[indices], iterations)
    iterations += 1


job.train(given, step, lambda: jax.block_until_ready(state), lambda begin, end: test(state[0], state[2], test_x[begin:end],
                                                                                   test_y[begin:end]), len(x), len(test_x))
