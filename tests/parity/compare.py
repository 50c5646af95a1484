"""Trains each spec of specs/ with trainc and with Keras 2.2.4 (oracle.py) from the same weights and data, and compares.
Started by run.py in the virtual environment keras224.

Tolerances. trainc computes in float32, the oracle in float64. A float32 sum of some hundred terms is off by about 1e-6 of
its size; 50 steps carry that on, and a net's own sensitivity makes it grow. So changes of weights may differ by CHANGE of
the largest change in the array (plus ROUNDING of its largest weight, which float32 cannot hold better), optimizer states by
CHANGE of the largest in the array. Nets of relu and max-pooling have kinks: where rounding takes the other side of one,
gradients jump, and two trainings part from there on. So nets with kinks take few steps or small ones, and have smooth twins that
take fifty. A formula that is wrong in any term is wrong by more. Sums that lie exactly on a kink, as those of empty windows with
biases of 0, are not left to rounding: zero_biases.py compares with Keras's float32 there.
"""
import os
import sys

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", PYTHONWARNINGS="ignore")
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import warnings

warnings.simplefilter("ignore")
errors, sys.stderr = sys.stderr, open(os.devnull, "w")      # Keras announces its backend
import h5py
import keras
import keras.backend as K
import numpy as np
import tensorflow as tf

sys.stderr = errors
tf.logging.set_verbosity(tf.logging.ERROR)
import harness
from initializers import initializers
from keras_model import Spec, make_model, targets
from oracle import Oracle
from zero_biases import zero_biases

CHANGE = 2e-3
ROUNDING = 2e-6
METRIC = 2e-4           # of a loss, relative; the epoch line has four decimals besides
PREDICTION = 1e-4
RESUMED = 37            # iterations in the initial file of a case with resume=yes

SPECS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "specs")


class Data:
    """Samples with something to learn: each class has its own picture, under noise. Written as IDX and kept as numbers."""

    def __init__(self, spec, job, channel, samples, seed):
        names = spec.data["channels"][channel]
        floats = spec.settings.get("numbers") == "float"
        random = np.random.RandomState(seed)
        pictures = np.random.RandomState(7).rand(max(spec.classes, 6), *spec.input)
        labels = random.randint(0, spec.classes if spec.classes > 1 else 2 if spec.loss == "binary_crossentropy" else 6, samples)
        values = 0.6 * pictures[labels] + 0.4 * random.rand(samples, *spec.input)
        values = values.astype("f4") if floats else np.floor(values * 255.99).astype("u1")
        shape = [samples] + [d for d in spec.input if d > 1 or spec.settings.get("channel") == "yes"]
        harness.idx(job.data(channel, names["images"]), shape, values.ravel().tolist(), "f" if floats else "B")
        harness.idx(job.data(channel, names["labels"]), [samples], labels.tolist())
        self.x = values.astype("f8") * spec.scale
        self.y = targets(spec, labels).astype("f8")


def initial_weights(model):
    """Like Keras's own, the same every time, and numbers where it has zeros and ones, so that a mistake there shows."""
    random = np.random.RandomState(3)
    for layer in model.layers:
        made = []
        for variable, value in zip(layer.weights, layer.get_weights()):
            name = variable.name.split("/")[-1].split(":")[0]
            noise = random.randn(*value.shape)
            if name == "kernel":
                value = random.uniform(-1, 1, value.shape) * np.sqrt(6.0 / (np.prod(value.shape[:-2]) * sum(value.shape[-2:])))
            made.append({"gamma": 1 + 0.2 * noise, "beta": 0.1 * noise, "bias": 0.05 * noise, "moving_mean": 0.1 * noise,
                         "moving_variance": 1 + 0.3 * np.abs(noise)}.get(name, value))
        layer.set_weights(made)


def initial_states(model, states):
    """Optimizer states as training would have left them: [state][variable]."""
    random = np.random.RandomState(5)
    shapes = [K.int_shape(v) for v in model.trainable_weights]
    return [[np.float32(0.002 * random.randn(*shape) if i == 0 else 1e-6 * (1 + 5 * i * random.rand(*shape)))
             for shape in shapes] for i in range(states)]


def write_initial(spec, path):
    """Saves the weights, and with resume=yes the optimizer, as Keras does; returns them."""
    model = make_model(spec, "float32")
    initial_weights(model)
    states = None
    if spec.settings.get("resume") == "yes":
        count = {"SGD": 1, "Adam": 2}[type(model.optimizer).__name__] + bool(model.optimizer.get_config().get("amsgrad"))
        states = initial_states(model, count)
        model._make_train_function()
        saved = [s for state in states for s in state]
        if type(model.optimizer).__name__ == "Adam" and count == 2:
            saved += [np.zeros(1)] * len(states[0])
        model.optimizer.set_weights([np.array(RESUMED)] + saved)
    model.save(path)
    return {layer.name: layer.get_weights() for layer in model.layers}, states


def near(what, found, wanted, allowed):
    found, wanted = np.asarray(found, "f8"), np.asarray(wanted, "f8")
    assert found.shape == wanted.shape, "%s: shape %s, not %s" % (what, found.shape, wanted.shape)
    worst = np.abs(found - wanted).max() if found.size else 0.0
    assert worst <= allowed, "%s is off by %.3g, %.3g allowed (largest %.3g)" % (what, worst, allowed, np.abs(wanted).max())
    return worst


def compare_weights(model, oracle, initial):
    """Every layer's weights of the export; the worst difference in parts of what was allowed."""
    worst = 0
    for layer in [layer for layer in oracle.model.layers if layer.weights]:
        found = model.get_layer(layer.name).get_weights()
        for variable, start, have, want in zip(layer.weights, initial[layer.name], found, layer.get_weights()):
            allowed = CHANGE * np.abs(want - start).max() + ROUNDING * np.abs(want).max()
            worst = max(worst, near(variable.name, have, want, allowed) / allowed)
    return worst


def trained(model):
    """Names of the trainable weights, in Keras's order."""
    return [layer.name + " " + variable.name.split("/")[-1] for layer in model.layers for variable in layer.trainable_weights]


def compare_optimizer(model, oracle):
    """The state as Keras reads it back."""
    found = model.optimizer.get_weights()
    assert found, "Keras read no optimizer state"
    assert found[0] == oracle.iterations, "%s iterations, not %d" % (found[0], oracle.iterations)
    names = trained(oracle.model)
    assert trained(model) == names, "the order of weights is %s, not %s" % (trained(model), names)
    arrays = iter(found[1:])
    worst = 0
    for state in oracle.states:
        largest = max(np.abs(values).max() for values in state)     # a bias before a softmax has no gradient but rounding
        for name, want in zip(names, state):
            have = next(arrays)
            allowed = CHANGE * np.abs(want).max() + ROUNDING * largest
            worst = max(worst, near("optimizer state of " + name, have, want, allowed) / allowed)
    return worst


def compare_lines(found, wanted):
    assert len(found) == len(wanted), "%d epoch lines, not %d" % (len(found), len(wanted))
    for i, (have, want) in enumerate(zip(found, wanted)):
        assert set(have) == set(want), "the epoch line has %s" % sorted(have)
        for name, value in want.items():
            allowed = METRIC * abs(value) + (0.5001e-4 if abs(value) > 1e-3 else 1e-7)
            near("%s of epoch %d" % (name, i + 1), have[name], value, allowed)


def compare_test_lines(output, wanted):
    for name, key in (("loss", "val_loss"), ("accuracy", "val_acc")):
        lines = [line for line in output.splitlines() if line.startswith("Test %s: " % name)]
        assert len(lines) == 1, "no line \"Test %s:\"" % name
        near("Test " + name, float(lines[0].split(": ")[1]), wanted[key], METRIC * abs(wanted[key]) + 1e-7)


def prepare(spec, job):
    """Writes the data and the initial weights; the data, the weights, the states."""
    training = Data(spec, job, "training", int(spec.settings["training"]), 1)
    validation = Data(spec, job, "validation", int(spec.settings["validation"]), 2)
    path = job.path("initial.hd5")
    initial, states = write_initial(spec, path)
    job.model_channel(path)
    return training, validation, initial, states


def make_oracle(spec, initial, states):
    model = make_model(spec, "float64")
    for layer in model.layers:
        layer.set_weights(initial[layer.name])
    resumed = RESUMED if states else 0
    return Oracle(model, states and [[s.astype("f8") for s in state] for state in states], resumed)


def parity(trainc, name, folder):
    spec = Spec(os.path.join(SPECS, name + ".yaml"))
    program = harness.build(trainc, os.path.join(SPECS, name + ".yaml"), os.path.join(folder, name))
    job = harness.Job(os.path.join(folder, name + "-job"))
    training, validation, initial, states = prepare(spec, job)
    oracle = make_oracle(spec, initial, states)
    lines = oracle.train(training.x, training.y, spec.batch, spec.epochs, (validation.x, validation.y))
    predictions = oracle.predict(validation.x)
    output = job.train(program, "--threads", "2")
    K.set_floatx("float32")
    found = keras.models.load_model(job.path("model", spec.tree["export"]["keras"]["file"].format(epochs=spec.epochs)))
    compare_lines(harness.epochs(output), lines)
    compare_test_lines(output, lines[-1])
    worst = compare_weights(found, oracle, initial)
    state = compare_optimizer(found, oracle)
    near("predictions", found.predict(validation.x), predictions, PREDICTION * np.abs(predictions).max())
    return "weights at %.2g of what is allowed, optimizer state at %.2g; loss %.4f to %.4f" % (
        worst, state, lines[0]["loss"], lines[-1]["loss"])


def same_as_keras(name, folder):
    """The oracle against Keras's own fit, its races taken out: gradients meet in a tuple before any update, and iterations
    move between the steps. Needs no trainc; batch normalization's moving statistics differ on purpose."""
    spec = Spec(os.path.join(SPECS, name + ".yaml"))
    job = harness.Job(os.path.join(folder, name + "-job"))
    training, validation, initial, states = prepare(spec, job)
    oracle = make_oracle(spec, initial, states)
    lines = oracle.train(training.x, training.y, spec.batch, spec.epochs, (validation.x, validation.y))
    after = {layer.name: layer.get_weights() for layer in oracle.model.layers}
    model = make_model(spec, "float64")
    model.set_weights([w for layer in model.layers for w in initial[layer.name]])
    optimizer = model.optimizer
    plain = optimizer.get_updates
    optimizer.get_gradients = lambda loss, parameters: tf.tuple(K.gradients(loss, parameters))
    optimizer.get_updates = lambda loss, params: plain(loss, params)[1:]
    model._make_train_function()
    if states:
        kept = [w for state in states for w in state]
        optimizer.set_weights([np.array(RESUMED)] + kept + [np.zeros(1)] * (len(optimizer.weights) - 1 - len(kept)))
    for epoch in range(spec.epochs):
        total = 0
        for at in range(0, len(training.x), spec.batch):
            x, y = training.x[at:at + spec.batch], training.y[at:at + spec.batch]
            total += len(x) * np.array(model.train_on_batch(x, y))
            K.set_value(optimizer.iterations, K.get_value(optimizer.iterations) + 1)
        near("loss", total[0] / len(training.x), lines[epoch]["loss"], 1e-9)
    worst = 0
    for layer in model.layers:
        for variable, have, want in zip(layer.weights, layer.get_weights(), after[layer.name]):
            if "moving" not in variable.name:
                worst = max(worst, near(variable.name, have, want, 1e-9))
    return "off by %.2g" % worst


def main():
    parser = harness.arguments(__doc__)
    parser.add_argument("--check-oracle", action="store_true", help="compare the oracle with Keras's own training instead")
    given = parser.parse_args()
    counts = harness.Counts()
    others = {"initializers": initializers, "zero_biases": zero_biases}
    names = sorted(f[:-5] for f in os.listdir(SPECS) if f.endswith(".yaml"))
    with harness.WorkFolder(given.keep) as folder:
        for name in harness.chosen(names if given.check_oracle else names + list(others), given.case):
            if name in others:
                counts.run(name, others[name], given.trainc, folder)
            elif given.check_oracle:
                counts.run(name, same_as_keras, name, folder)
            else:
                counts.run(name, parity, given.trainc, name, folder)
    return counts.finish()


if __name__ == "__main__":
    sys.exit(main())
