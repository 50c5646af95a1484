"""What the scripts that run inside the real frameworks share: numpy and Python 3.7 only. Each takes folders that fixture.c
filled and prints "ok NAME" or "FAILED NAME: reason" for every check."""
import gzip
import json
import os
import sys
import traceback

import numpy


class Model:
    """A folder of fixture.c's."""

    def __init__(self, folder):
        self.folder = folder
        self.name = os.path.basename(folder)
        with open(self.path("model.json")) as f:
            vars(self).update(json.load(f))
        self.images = self.raw("images.raw").reshape([-1] + self.input)
        self.predictions = self.raw("predictions.raw").reshape(-1, self.outputs)
        self.weights = self.raw("weights.raw")
        self.state_arrays = self.raw("states.raw").reshape(-1, max(self.trainable, 1))

    def path(self, name):
        return os.path.join(self.folder, name)

    def raw(self, name):
        return numpy.fromfile(self.path(name), "<f4")

    def take(self, buffer, parameter):
        """The parameter's values in the flat buffer."""
        count = int(numpy.prod(parameter["shape"]))
        return buffer[parameter["offset"]:parameter["offset"] + count].reshape(parameter["shape"])

    def weight(self, layer, name):
        found = [p for p in self.parameters if p["layer"] == layer and p["name"] == name]
        return self.take(self.weights, found[0])


    def validation(self):
        """Images, labels and our accuracy, of a model that was trained; else None."""
        if not os.path.exists(self.path("validation.json")):
            return None
        with open(self.path("validation.json")) as f:
            given = json.load(f)
        arrays = []
        for name in "images", "labels":
            with gzip.open(given[name]) as f:
                arrays.append(numpy.frombuffer(f.read(), "u1"))
        images = arrays[0][16:].reshape([-1] + self.input).astype("f4") / 255
        return images, arrays[1][8:], given["accuracy"]


def accuracy_check(model, predict):
    """A list with the check that predict(images) is right as often as our program said; empty without its data."""
    data = model.validation()

    def check():
        images, labels, accuracy = data
        found = (numpy.argmax(predict(images), axis=1) == labels).mean()
        assert abs(found - accuracy) < 1e-9, "accuracy %g, ours %g" % (found, accuracy)
    return [("has our accuracy", check)] if data else []


def assert_close(found, wanted, most=1e-5):
    found, wanted = numpy.asarray(found), numpy.asarray(wanted)
    assert found.shape == wanted.shape, "shape %s, wanted %s" % (found.shape, wanted.shape)
    assert numpy.isfinite(found).all(), "a number is not finite"
    error = (numpy.abs(found - wanted) / numpy.maximum(1, numpy.abs(wanted))).max() if found.size else 0
    assert error <= most, "off by %g" % error


def check_all(check):
    """Runs check(Model) for every folder of the command line; the exit code."""
    failed = 0
    for folder in sys.argv[1:]:
        model = Model(folder)
        for name, one in check(model):
            try:
                one()
                print("ok %s %s" % (model.name, name), flush=True)
            except Exception as failure:
                failed += 1
                if not isinstance(failure, AssertionError):
                    traceback.print_exc(file=sys.stdout)
                print("FAILED %s %s: %s" % (model.name, name, str(failure)[:2000]), flush=True)
    return 1 if failed else 0
