"""Inside Keras 2.2.4 on TensorFlow 1.15: loads what we exported, and saves it again for us to read."""
import os
import shutil
import sys
import warnings

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3")
warnings.filterwarnings("ignore")
import h5py
import keras
import numpy

from common import accuracy_check, assert_close, check_all


def check(ours):
    keras.backend.clear_session()
    loaded = []

    def loads():
        loaded.append(keras.models.load_model(ours.path("keras-3.hd5")))

    def predicts():
        assert_close(loaded[0].predict(ours.images), ours.predictions)

    def same_weights():
        for layer in loaded[0].layers:
            for variable, value in zip(layer.weights, layer.get_weights()):
                name = variable.name.split("/")[-1].split(":")[0]
                assert_close(value, ours.weight(layer.name, name), 0)

    def same_optimizer():
        found = loaded[0].optimizer.get_weights()
        wanted = [numpy.array(ours.iterations)]
        by_layer = {}
        for p in ours.parameters:
            if p["trainable"]:
                by_layer.setdefault(p["layer"], []).append(p)
        order = [p for layer in loaded[0].layers for p in by_layer.get(layer.name, [])]
        for state in ours.state_arrays:
            wanted += [ours.take(state, p) for p in order]
        assert loaded[0].optimizer.__class__.__name__ == ours.optimizer
        assert len(found) >= len(wanted) > 1, "%d arrays, wanted %d" % (len(found), len(wanted))
        for one, other in zip(found, wanted):
            assert_close(one, other, 0)
        for one in found[len(wanted):]:
            assert one.shape == (1,) and not one.any()

    def trains_on():
        model = loaded[0]
        model.save(ours.path("keras224.h5"))
        sparse = model.loss.startswith("sparse")
        labels = numpy.zeros((len(ours.images), 1)) if sparse else numpy.eye(ours.outputs)[[0] * len(ours.images)]
        assert numpy.isfinite(model.train_on_batch(ours.images, labels)).all()

    def nests():
        keras.backend.clear_session()
        inner = keras.models.load_model(ours.path("keras-3.hd5"))
        given = keras.layers.Input(ours.input)
        keras.models.Model(given, inner(given)).save(ours.path("nested.h5"))

    def rewrites():
        """What other backends write: keras-mxnet's OIHW kernels and counts as floats; Theano's name."""
        for backend in "mxnet", "theano":
            shutil.copy(ours.path("keras-3.hd5"), ours.path(backend + ".h5"))
            with h5py.File(ours.path(backend + ".h5"), "r+") as f:
                f["model_weights"].attrs["backend"] = backend.encode()
                count = [name for name in f["optimizer_weights"].attrs["weight_names"] if b"iterations" in name][0]
                del f["optimizer_weights"][count]
                f["optimizer_weights"][count] = numpy.float32(ours.iterations)
                for p in ours.parameters if backend == "mxnet" else ():
                    path = "model_weights/%s/%s/%s:0" % (p["layer"], p["layer"], p["name"])
                    if len(p["shape"]) == 4:
                        value = f[path][...].transpose(3, 2, 0, 1)
                        del f[path]
                        f.create_dataset(path, data=value.astype("f8"), chunks=True, compression="gzip")

    accuracy = accuracy_check(ours, lambda images: loaded[0].predict(images, batch_size=256))
    return [("rewrites for other backends", rewrites), ("Keras 2.2.4 loads", loads), ("Keras 2.2.4 predicts the same", predicts), ("Keras 2.2.4 has the weights", same_weights),
            ("Keras 2.2.4 has the optimizer's state", same_optimizer)] + accuracy + [("Keras 2.2.4 trains on", trains_on),
            ("Keras 2.2.4 saves it nested", nests)]


sys.exit(check_all(check))
