"""TensorFlow: Keras's layers in a hand-written tf.function step on preloaded tensors; --fit: by Keras's fit instead;
--bf16: mixed_bfloat16."""
import os
import time

import job

given = job.arguments()
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers as kl  # noqa: E402

tf.config.threading.set_intra_op_parallelism_threads(given.threads)
tf.config.threading.set_inter_op_parallelism_threads(1)
keras.utils.set_random_seed(given.seed)
if given.bf16:
    keras.mixed_precision.set_global_policy("mixed_bfloat16")


def normalized(x, filters, kernel, stride):
    return kl.BatchNormalization()(kl.Conv2D(filters, kernel, stride, "same", use_bias=False)(x))


def residual(x, filters, stride):
    y = normalized(kl.ReLU()(normalized(x, filters, 3, stride)), filters, 3, 1)
    shortcut = x if stride == 1 and x.shape[-1] == filters else normalized(x, filters, 1, stride)
    return kl.ReLU()(kl.Add()([y, shortcut]))


def apply(layer, x):
    return {
        "conv": lambda filters, kernel, activation, same, stride, bias: kl.Conv2D(
            filters, kernel, stride, "same" if same else "valid", activation=activation, use_bias=bias)(x),
        "dense": lambda units, activation: kl.Dense(units, activation)(x),
        "residual": lambda filters, stride: residual(x, filters, stride),
        "max_pool": lambda: kl.MaxPooling2D(2)(x),
        "average_pool": lambda: kl.AveragePooling2D(2)(x),
        "flatten": lambda: kl.Flatten()(x),
        "dropout": lambda rate: kl.Dropout(rate)(x),
        "normalize_relu": lambda: kl.ReLU()(kl.BatchNormalization()(x)),
        "global_average_pool": lambda: kl.GlobalAveragePooling2D()(x),
    }[layer["kind"]](**{key: value for key, value in layer.items() if key != "kind"})


arrays = job.load(given.data, channels_first=False)
x, y, test_x, test_y = arrays if given.fit else map(tf.constant, arrays)
image = out = keras.Input(x.shape[1:])
for each in given.layers:
    out = apply(each, out)
net = keras.Model(image, out)
momenta = [tf.Variable(tf.zeros_like(v.value)) for v in net.trainable_variables]


@tf.function
def update(indices):
    with tf.GradientTape() as tape:
        logits = tf.cast(net(tf.gather(x, indices), training=True), tf.float32)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(tf.gather(y, indices), logits))
    weights = net.trainable_variables
    for weight, momentum, gradient in zip(weights, momenta, tape.gradient(loss, weights)):
        momentum.assign(0.9 * momentum - given.lr * gradient)
        weight.assign_add(0.9 * momentum - given.lr * gradient if given.nesterov else momentum)


@tf.function
def test(images, labels):
    logits = tf.cast(net(images, training=False), tf.float32)
    loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
    return tf.reduce_sum(tf.cast(tf.argmax(logits, 1) == labels, tf.float32)), loss


class Clock(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.moments = [time.time()]

    def on_train_batch_end(self, batch, logs=None):
        self.moments += [time.time()] * (batch == 0)

    def on_test_begin(self, logs=None):
        self.moments.append(time.time())

    def on_epoch_end(self, epoch, logs=None):
        job.tell(epoch + 1, self.moments + [time.time()], logs["val_accuracy"], logs["val_loss"])


if given.fit:
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    net.compile(keras.optimizers.SGD(given.lr, 0.9, given.nesterov), loss, metrics=["accuracy"], jit_compile=False)
    net.fit(x, y, given.batch, given.epochs, verbose=0, callbacks=[Clock()], validation_data=(test_x, test_y),
            validation_batch_size=500)
    raise SystemExit
job.train(given, lambda indices: update(tf.constant(indices)), lambda: momenta[-1].numpy(),
          lambda begin, end: test(test_x[begin:end], test_y[begin:end]), len(x), len(test_x))
