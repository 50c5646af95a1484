"""keras-mxnet, Keras 2.2.4 on MXNet 1.6 with oneDNN, channels first: the stack that such jobs ran on before."""
import os

import job

given = job.arguments()
os.environ["KERAS_BACKEND"] = "mxnet"
import keras  # noqa: E402
import mxnet as mx  # noqa: E402
from keras import layers as kl  # noqa: E402

keras.backend.set_image_data_format("channels_first")
mx.random.seed(given.seed)


def normalized(x, filters, kernel, stride):
    return kl.BatchNormalization(axis=1)(kl.Conv2D(filters, kernel, strides=stride, padding="same", use_bias=False)(x))


def residual(x, filters, stride):
    y = normalized(kl.Activation("relu")(normalized(x, filters, 3, stride)), filters, 3, 1)
    return kl.Activation("relu")(kl.Add()([y, x if stride == 1 else normalized(x, filters, 1, stride)]))


def apply(layer, x):
    return {
        "conv": lambda filters, kernel, activation, same, stride, bias: kl.Conv2D(
            filters, kernel, strides=stride, padding="same" if same else "valid", activation=activation, use_bias=bias)(x),
        "dense": lambda units, activation: kl.Dense(units, activation=activation)(x),
        "residual": lambda filters, stride: residual(x, filters, stride),
        "max_pool": lambda: kl.MaxPooling2D(2)(x),
        "average_pool": lambda: kl.AveragePooling2D(2)(x),
        "flatten": lambda: kl.Flatten()(x),
        "dropout": lambda rate: kl.Dropout(rate)(x),
        "normalize_relu": lambda: kl.Activation("relu")(kl.BatchNormalization(axis=1)(x)),
        "global_average_pool": lambda: kl.GlobalAveragePooling2D()(x),
    }[layer["kind"]](**{key: value for key, value in layer.items() if key != "kind"})


x, y, test_x, test_y = job.load(given.data, channels_first=True)
y, test_y = keras.utils.to_categorical(y, 10), keras.utils.to_categorical(test_y, 10)
image = out = kl.Input(x.shape[1:])
for each in given.layers:
    out = apply(each, out)
net = keras.models.Model(image, kl.Activation("softmax")(out))
net.compile(keras.optimizers.SGD(lr=given.lr, momentum=0.9, nesterov=given.nesterov), "categorical_crossentropy", ["accuracy"])


def step(indices):
    net.train_on_batch(x[indices], y[indices])      # waits for the loss: nothing is left for finish()


def evaluate(begin, end):
    loss, right = net.test_on_batch(test_x[begin:end], test_y[begin:end])
    return right * (end - begin), loss * (end - begin)


job.train(given, step, lambda: None, evaluate, len(x), len(test_x))
