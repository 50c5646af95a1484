"""Initial weights against Keras's initializers: an export after training with a learning rate of 0 holds them.

Fixed values must be equal. Random ones must have the distribution of Keras's own draws: the largest distance between the two
empirical distributions (Kolmogorov and Smirnov's) stays below what one honest draw in 10,000 exceeds; trainc's seed is fixed,
so the outcome is too. An orthogonal matrix must be orthogonal as well.
"""
import os

import harness
import keras
import keras.backend as K
import numpy as np
from keras_model import Spec, make_model

SPEC = os.path.join(os.path.dirname(os.path.abspath(__file__)), "initializers.yaml")
DRAWS = 100000
FIXED = (keras.initializers.Zeros, keras.initializers.Ones, keras.initializers.Constant, keras.initializers.Identity)


def distance(a, b):
    """Between two empirical distributions, and what is allowed."""
    both = np.sort(np.concatenate([a, b]))
    shares = [np.searchsorted(np.sort(x), both, side="right") / float(len(x)) for x in (a, b)]
    return np.abs(shares[0] - shares[1]).max(), np.sqrt(-np.log(1e-4 / 2) / 2 * (len(a) + len(b)) / len(a) / len(b))


def keras_draws(initializer, shape):
    count = max(1, min(200, DRAWS // int(np.prod(shape))))
    draws = [initializer(shape) for _ in range(count)]
    return np.concatenate([np.ravel(d if isinstance(d, np.ndarray) else K.get_value(d)) for d in draws])    # orthogonal's is an array


def check_orthogonal(name, value, gain):
    flat = value.reshape(-1, value.shape[-1])
    product = flat.T.dot(flat) if flat.shape[0] >= flat.shape[1] else flat.dot(flat.T)
    worst = np.abs(product - gain ** 2 * np.eye(len(product))).max()
    assert worst <= 1e-5 * gain ** 2, "%s is off orthogonal by %.3g" % (name, worst)


def check(name, initializer, value):
    if isinstance(initializer, FIXED):
        assert np.array_equal(value, K.eval(K.variable(initializer(value.shape)))), "%s is not what Keras sets: %s" % (name, value)
        return
    apart, allowed = distance(value.ravel(), keras_draws(initializer, value.shape))
    assert apart <= allowed, "%s is drawn from another distribution: distance %.4f, %.4f allowed; mean %.4g, deviation %.4g, " \
        "from %.4g to %.4g" % (name, apart, allowed, value.mean(), value.std(), value.min(), value.max())
    if isinstance(initializer, keras.initializers.Orthogonal):
        check_orthogonal(name, value, initializer.gain)


def initializers(trainc, folder):
    program = harness.build(trainc, SPEC, os.path.join(folder, "initializers"))
    job = harness.Job(os.path.join(folder, "initializers-job"))
    for channel in ("training", "validation"):
        harness.idx(job.data(channel, "images"), [4, 8, 8, 3], list(range(192)) * 4)
        harness.idx(job.data(channel, "labels"), [4], [1, 2, 3, 4])
    job.train(program)
    K.clear_session()
    K.set_floatx("float32")
    model = keras.models.load_model(job.path("model/initializers.hd5"))
    found = {layer.name: layer.get_weights() for layer in model.layers}
    reference = make_model(Spec(SPEC), "float32")
    count = 0
    for layer in [layer for layer in reference.layers if layer.weights]:
        for variable, value in zip(layer.weights, found[layer.name]):
            short = variable.name.split("/")[-1].split(":")[0]
            if not short.startswith("moving"):              # training moves these
                check(layer.name + " " + short, getattr(layer, short + "_initializer"), value)
                count += 1
    assert not np.array_equal(found["one"][0], found["two"][0]), "two layers drew the same numbers"
    return "%d arrays" % count
