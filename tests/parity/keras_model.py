"""A spec as Keras 2.2.4 understands it: read here independently of trainc, to compare against. Knows what the specs of
this test use. Runs in the virtual environment keras224."""
import re
from fractions import Fraction

import keras
import keras.backend as K
import yaml

LAYERS = {
    "conv2d": "Conv2D", "depthwise_conv2d": "DepthwiseConv2D", "max_pooling2d": "MaxPooling2D",
    "average_pooling2d": "AveragePooling2D", "zero_padding2d": "ZeroPadding2D", "global_average_pooling2d": "GlobalAveragePooling2D",
    "batch_normalization": "BatchNormalization", "activation": "Activation", "flatten": "Flatten", "dense": "Dense",
    "dropout": "Dropout", "add": "Add", "concatenate": "Concatenate",
}
INITIALIZERS = {
    "zeros": "Zeros", "ones": "Ones", "constant": "Constant", "random_normal": "RandomNormal",
    "random_uniform": "RandomUniform", "truncated_normal": "TruncatedNormal", "variance_scaling": "VarianceScaling",
    "orthogonal": "Orthogonal", "identity": "Identity",
}
OPTIMIZERS = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}


class Spec:
    """A parsed spec. settings are the words of its "# parity:" line."""

    def __init__(self, path):
        with open(path) as f:
            text = f.read()
        self.tree = yaml.safe_load(re.sub(r"(?<![\w.])(\d+)e", r"\1.0e", text))
        line = re.search(r"^# parity:(.*)$", text, re.M)
        self.settings = dict(word.split("=") for word in line.group(1).split()) if line else {}
        self.defaults = {name: h["default"] for name, h in (self.tree.get("hyperparameters") or {}).items()}
        self.name, self.data, self.training = (self.tree[key] for key in ("name", "data", "training"))
        self.input = tuple(self.tree["model"]["input"])
        self.classes = self.data["classes"]
        self.scale = float(Fraction(str(self.data.get("scale", 1)).replace(" ", "")))
        self.epochs, self.batch = self.number(self.training["epochs"]), self.number(self.training["batch_size"])
        self.loss = call(self.training["loss"])[0]

    def number(self, value):
        return self.defaults[value[1:]] if isinstance(value, str) and value.startswith("$") else value


def call(value):
    """"name" or {name: {key: value}}."""
    if isinstance(value, str):
        return value, {}
    (name, keys), = value.items()
    return name, dict(keys or {})


def constructor_arguments(spec, keys):
    """Keras's arguments out of a layer's or optimizer's keys."""
    made = {}
    for key, value in keys.items():
        if key.endswith("_initializer") and isinstance(value, dict):
            name, settings = call(value)
            value = {"class_name": INITIALIZERS.get(name, name), "config": settings}
        elif key.endswith("_initializer"):
            value = INITIALIZERS.get(value, value)
        elif isinstance(value, list):
            value = tuple(tuple(v) if isinstance(v, list) else v for v in value)
        made[key] = spec.number(value)
    return made


def make_model(spec, floatx):
    """The compiled model, in a fresh session."""
    K.clear_session()
    K.set_floatx(floatx)
    backend = spec.tree.get("backend") or {}
    K.set_image_data_format(backend.get("image_data_format", "channels_last"))
    K.set_epsilon(backend.get("epsilon", 1e-7))
    above = keras.layers.Input(shape=spec.input, name="input")
    values = {"input": above}
    first = above
    for entry in spec.tree["model"]["layers"]:
        word, keys = call(entry)
        inputs = [values[name] for name in keys.pop("inputs")] if "inputs" in keys else [above]
        layer = getattr(keras.layers, LAYERS[word])(**constructor_arguments(spec, keys))
        above = layer(inputs if len(inputs) > 1 else inputs[0])
        values[layer.name] = above
    model = keras.models.Model(first, above)
    name, keys = call(spec.training["optimizer"])
    model.compile(OPTIMIZERS[name](**constructor_arguments(spec, keys)), spec.loss, metrics=["accuracy"])
    return model


def targets(spec, labels):
    """Labels as the loss takes them."""
    if spec.classes == 1 or spec.loss == "sparse_categorical_crossentropy":
        return labels.reshape(-1, 1)
    return keras.utils.to_categorical(labels, spec.classes)
