"""Inside the newest TensorFlow: tf_keras and Keras 3 load what we exported, and save it again for us to read."""
import os
import shutil
import sys

# oneDNN has the convolutions of channels_first; in TensorFlow 2.21 its AVX-512 code writes past its memory when it trains the
# residual net.
os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="1", ONEDNN_MAX_CPU_ISA="AVX2")
import keras
import numpy
import tf_keras

from common import assert_close, check_all


def check(ours):
    def tf_keras_predicts():
        """Compiled as it was, too."""
        tf_keras.backend.clear_session()
        model = tf_keras.models.load_model(ours.path("keras-3.hd5"))
        assert_close(model.predict(ours.images, verbose=0), ours.predictions)

    def keras3_predicts():
        """Keras 3 wants the name to end in .h5 or .hdf5."""
        keras.backend.clear_session()
        model = keras.models.load_model(ours.path("renamed.h5"), compile=False)
        assert_close(model.predict(ours.images, verbose=0), ours.predictions)

    def save(framework, name):
        """Trains one batch, saves, and writes down what the saved model predicts and keeps."""
        framework.backend.clear_session()
        model = framework.models.load_model(ours.path("renamed.h5"), compile=False)
        optimizer = framework.optimizers.Adam(amsgrad=ours.states == 3) if ours.optimizer == "Adam" else framework.optimizers.SGD(0.01, momentum=0.9)
        model.compile(loss="mean_squared_error", optimizer=optimizer)
        model.fit(ours.images, numpy.zeros((len(ours.images), ours.outputs)), batch_size=len(ours.images), verbose=0)
        model.save(ours.path(name + ".h5"))
        model.predict(ours.images, verbose=0).astype("<f4").tofile(ours.path(name + ".predictions"))

    shutil.copy(ours.path("keras-3.hd5"), ours.path("renamed.h5"))
    checks = [("tf_keras predicts the same", tf_keras_predicts), ("tf_keras saves it", lambda: save(tf_keras, "tf_keras"))]
    with open(ours.path("keras-3.hd5"), "rb") as f:
        other_meaning = b"hard_sigmoid" in f.read()         # Keras 3 made it relu6(x + 3) / 6
    if not other_meaning:
        checks += [("Keras 3 predicts the same", keras3_predicts), ("Keras 3 saves it", lambda: save(keras, "keras3"))]
    return checks


sys.exit(check_all(check))
