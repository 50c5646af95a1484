"""What Keras 2.2.4 would have trained, step by step.

Keras on TensorFlow 1 updates parameters and iterations while other updates still read them, so its own fit is no
oracle: two runs from the same weights differ by a tenth of them. Here Keras gives the batch's gradients, loss and metrics in
float64 (K.function over K.gradients), and its optimizers' formulas are applied in numpy. Batch normalization's moving
statistics are numpy's too: trainc follows Keras 3 there (plain exponential average, biased variance).
"""
import keras
import keras.backend as K
import keras.backend.tensorflow_backend as tensorflow_backend
import numpy as np
import tensorflow as tf



def normalize(x, mean, var, beta, gamma, axis=-1, epsilon=1e-3):
    return tf.nn.batch_normalization(x, mean, var, beta, gamma, epsilon)


# TensorFlow's fused batch normalization has no float64, so that Keras must take its plain forms.
tensorflow_backend._fused_normalize_batch_in_training = tensorflow_backend._regular_normalize_batch_in_training
K.batch_normalization = normalize


class SGD:
    states = 1

    def __init__(self, config):
        self.momentum, self.nesterov = config["momentum"], config["nesterov"]

    def update(self, lr, t, weight, gradient, m):
        m[...] = self.momentum * m - lr * gradient
        weight += self.momentum * m - lr * gradient if self.nesterov else m


class Adam:
    def __init__(self, config):
        self.beta_1, self.beta_2, self.epsilon = config["beta_1"], config["beta_2"], config["epsilon"]
        self.states = 3 if config["amsgrad"] else 2

    def update(self, lr, t, weight, gradient, m, v, most=None):
        rate = lr * np.sqrt(1 - self.beta_2 ** (t + 1)) / (1 - self.beta_1 ** (t + 1))
        m[...] = self.beta_1 * m + (1 - self.beta_1) * gradient
        v[...] = self.beta_2 * v + (1 - self.beta_2) * gradient ** 2
        if most is not None:
            most[...] = np.maximum(most, v)
        weight -= rate * m / (np.sqrt(v if most is None else most) + self.epsilon)


class Oracle:
    """A float64 model and everything that training changes: weights by layer, optimizer states, iterations."""

    def __init__(self, model, states=None, iterations=0):
        self.model = model
        self.config = model.optimizer.get_config()
        self.optimizer = {"SGD": SGD, "Adam": Adam}[type(model.optimizer).__name__](self.config)
        self.variables = model.trainable_weights
        self.weights = K.batch_get_value(self.variables)
        self.states = states or [[np.zeros_like(w) for w in self.weights] for _ in range(self.optimizer.states)]
        self.iterations = iterations
        self.normal = [l for l in model.layers if isinstance(l, keras.layers.BatchNormalization)]
        feeds = model._feed_inputs + model._feed_targets + model._feed_sample_weights + [K.learning_phase()]
        results = [model.total_loss] + model.metrics_tensors
        gradients = K.gradients(model.total_loss, self.variables)
        self.train_function = K.function(feeds, results + gradients + [l.input for l in self.normal])
        self.test_function = K.function(feeds, results)
        self.predict_function = K.function([model.input, K.learning_phase()], [model.output])

    def step(self, x, y):
        """One update; the batch's [loss, acc]."""
        found = self.train_function([x, y, np.ones(len(x)), 1])
        gradients = found[2:2 + len(self.variables)]
        t = self.iterations
        lr = self.config["lr"] / (1 + self.config["decay"] * t)
        for i, (weight, gradient) in enumerate(zip(self.weights, gradients)):
            self.optimizer.update(lr, t, weight, gradient, *(state[i] for state in self.states))
        self.iterations += 1
        K.batch_set_value(list(zip(self.variables, self.weights)))
        for layer, value in zip(self.normal, found[2 + len(self.variables):]):
            self.move(layer, value)
        return np.array(found[:2])

    @staticmethod
    def move(layer, value):
        """Keras 3's moving statistics."""
        axes = tuple(i for i in range(value.ndim) if i != layer.axis % value.ndim)
        for variable, now in ((layer.moving_mean, value.mean(axes)), (layer.moving_variance, value.var(axes))):
            K.set_value(variable, layer.momentum * K.get_value(variable) + (1 - layer.momentum) * now)

    def over_batches(self, function, x, y, batch):
        """The mean of function's [loss, acc], weighted by the batches' sizes, as Keras logs it."""
        total = np.zeros(2)
        for at in range(0, len(x), batch):
            total += len(x[at:at + batch]) * function(x[at:at + batch], y[at:at + batch])
        return total / len(x)

    def test(self, x, y):
        return np.array(self.test_function([x, y, np.ones(len(x)), 0]))

    def train(self, x, y, batch, epochs, validation):
        """The epoch lines' numbers."""
        lines = []
        for _ in range(epochs):
            loss, acc = self.over_batches(self.step, x, y, batch)
            val_loss, val_acc = self.over_batches(self.test, *validation, batch=batch)
            lines.append({"loss": loss, "acc": acc, "val_loss": val_loss, "val_acc": val_acc})
        return lines

    def predict(self, x):
        return self.predict_function([x, 0])[0]
