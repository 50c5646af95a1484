"""What tests/container_local/run checks: SDK 2's local mode trains the real image on the real data, and its model.tar.gz is loaded by real
Keras and real MXNet; the image serves that model to the SDK's own predictor, and under load for a minute."""
import concurrent.futures
import gzip
import json
import os
import re
import socket
import struct
import sys
import tarfile
import time

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, ".."))
import harness
from harness import case

IMAGE, IMAGE_OF_HOSTS = os.environ["IMAGE"], os.environ["IMAGE_OF_HOSTS"]
ROLE = "arn:aws:iam::123456789012:role/SageMaker"
FIT = """import sys
from sagemaker.estimator import Estimator
from sagemaker.local import LocalSession
folder, hosts = sys.argv[2], int(sys.argv[3])
session = LocalSession()
session.config = {"local": {"local_code": True, "container_root": folder + "/containers"}}
Estimator(sys.argv[1], %r, instance_count=hosts, instance_type="local", output_path="file://" + folder + "/out", sagemaker_session=session,
          hyperparameters={"epochs": 1, "lr": 0.01, "batch_size": 256, "gpus": 0}).fit(
    {name: "file://%%s/data/%%s" %% (folder, name) for name in ("training", "validation")})
""" % ROLE
KERAS = """import gzip, json, os, sys, numpy
os.environ["KERAS_BACKEND"] = "tensorflow"
from keras.models import load_model
x = numpy.frombuffer(gzip.open(sys.argv[2]).read(), "u1", offset=16).reshape(-1, 1, 28, 28)[:1000] / 255
json.dump(load_model(sys.argv[1]).predict(x).tolist(), open(sys.argv[3], "w"))
"""
MXNET = """import gzip, json, sys, mxnet, numpy
x = numpy.frombuffer(gzip.open(sys.argv[2]).read(), "u1", offset=16).reshape(-1, 1, 28, 28)[:1000].astype("f4") / 255
net = mxnet.gluon.SymbolBlock.imports(sys.argv[1] + "-symbol.json", ["/conv2d_1_input1"], sys.argv[1] + "-0000.params")
json.dump(net(mxnet.nd.array(x)).asnumpy().tolist(), open(sys.argv[3], "w"))
"""
PREDICT = """import json, sys, numpy
from sagemaker.deserializers import CSVDeserializer, JSONDeserializer, NumpyDeserializer
from sagemaker.local import LocalSession
from sagemaker.predictor import Predictor
from sagemaker.serializers import CSVSerializer, IdentitySerializer, JSONSerializer, NumpySerializer
session = LocalSession()
session.config = {"local": {"serving_port": int(sys.argv[1])}}
session.sagemaker_runtime_client.serving_port = int(sys.argv[1])
x = numpy.frombuffer(open(sys.argv[2], "rb").read(), "u1", offset=16).reshape(-1, 28, 28)
def ask(body, serializer, deserializer):
    return Predictor("here", sagemaker_session=session, serializer=serializer, deserializer=deserializer).predict(body)
answers = [
    ask({"instances": (x / 255).tolist()}, JSONSerializer(), JSONDeserializer())["predictions"],
    ask((x / 255).reshape(-1, 784), CSVSerializer(), CSVDeserializer()),
    ask((x / 255).astype("f4"), NumpySerializer(dtype="float32"), NumpyDeserializer()),
    ask(open(sys.argv[2], "rb").read(), IdentitySerializer("application/x-idx"), JSONDeserializer())["predictions"],
]
json.dump([numpy.asarray(a, "f8").tolist() for a in answers], open(sys.argv[3], "w"))
"""


class Setting:
    """A folder with the data, later with the model that local mode trained."""

    def __init__(self, folder):
        self.folder, self.sdk = folder, os.path.dirname(harness.venv("sdk2"))
        job, _ = harness.mnist_job(os.path.join(folder, "ml"))
        os.rename(job.path("input/data"), os.path.join(folder, "data"))
        self.images = os.path.join(folder, "data/validation/t10k-images-idx3-ubyte.gz")
        os.makedirs(os.path.join(folder, "containers"))
        with open(os.path.join(folder, "sagemaker.yaml"), "w") as f:
            f.write("SchemaVersion: '1.0'\nSageMaker: {PythonSDK: {Modules: {TelemetryOptOut: true}}}\n")
        self.environment = dict(
            os.environ, PATH="%s:%s:%s" % (os.path.join(here, "shim"), self.sdk, os.environ["PATH"]), AWS_DEFAULT_REGION="us-east-1",
            AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_EC2_METADATA_DISABLED="true", SAGEMAKER_SUPPRESS_V2_WARNING="1",
            SAGEMAKER_USER_CONFIG_OVERRIDE=os.path.join(folder, "sagemaker.yaml"))

    def python(self, text, *arguments, **options):
        return harness.run(os.path.join(self.sdk, "python"), "-c", text, *arguments, env=self.environment, **options)

    def model(self, name=""):
        return os.path.join(self.folder, "ml/model", name)


def predicted(s, venv, code, model):
    path = os.path.join(s.folder, venv + ".json")
    harness.run(harness.venv(venv), "-c", code, s.model(model), s.images, path)
    with open(path) as f:
        return json.load(f)


def furthest(a, b):
    assert len(a) == len(b), "%d and %d predictions" % (len(a), len(b))
    return max(abs(x - y) for p, q in zip(a, b) for x, y in zip(p, q))


def labels(s, count):
    with gzip.open(os.path.join(s.folder, "data/validation/t10k-labels-idx1-ubyte.gz")) as f:
        return list(f.read(8 + count)[8:])


@case
def trains_on_one_host(s):
    """To a model.tar.gz with the three files, which Keras and MXNet load and agree on."""
    begin = time.monotonic()
    said = s.python(FIT, IMAGE, s.folder, 1)
    seconds = time.monotonic() - begin
    assert "val_acc: " in said and "Saved MXNet model" in said, said[-3000:]
    os.makedirs(s.model())
    with tarfile.open(os.path.join(s.folder, "out/model.tar.gz")) as archive:
        names = sorted(m.name for m in archive if m.isfile())
        assert names == ["mnist-cnn-1-0000.params", "mnist-cnn-1-symbol.json", "mnist-cnn-1.hd5"], names
        archive.extractall(s.model())
    keras, mxnet = predicted(s, "keras224", KERAS, "mnist-cnn-1.hd5"), predicted(s, "mxnet", MXNET, "mnist-cnn-1")
    right = sum(max(range(10), key=p.__getitem__) == label for p, label in zip(keras, labels(s, 1000))) / 1000
    assert right > 0.9, "accuracy %g" % right
    assert furthest(keras, mxnet) < 1e-4, furthest(keras, mxnet)
    return "%.0f s, SDK and all; accuracy %g of 1000 by Keras 2.2.4" % (seconds, right)


@case
def trains_on_two_hosts(s):
    """They find each other by the names that the SDK gives them; the models are the first one's."""
    begin = time.monotonic()
    said = s.python(FIT, IMAGE_OF_HOSTS, s.folder, 2)
    seconds = time.monotonic() - begin
    assert "Host 1 of 2 (algo-1-" in said and "Training with the other hosts; the log of algo-1-" in said, said[-3000:]
    accuracies = [float(text) for text in re.findall(r"Test accuracy: (\S+)", said)]
    assert len(accuracies) == 1 and accuracies[0] > 0.9, accuracies
    with tarfile.open(os.path.join(s.folder, "out/model.tar.gz")) as archive:
        names = sorted(m.name for m in archive if m.isfile())
    assert names == ["mnist-cnn-1-0000.params", "mnist-cnn-1-symbol.json", "mnist-cnn-1.hd5"], names
    return "%.0f s, SDK and all; accuracy %g" % (seconds, accuracies[0])


@case
def says_that_two_hosts_are_too_many(s):
    """Of an image for one host: one line with the way out, and the SDK sees a failed job."""
    said = s.python(FIT, IMAGE, s.folder, 2, code=1)
    assert "UserError: the job has 2 machines" in said and "instance count of 1" in said, said[-3000:]


class Served:
    """The image serving the model on the host's network."""

    def __init__(self, s):
        self.port = harness.free_port()
        self.name = "trainc-serve-%d" % os.getpid()
        begin = time.monotonic()
        harness.run("podman", "run", "--detach", "--name", self.name, "--read-only", "--user", "1000:1000", "--network", "host", "-e",
                    "SAGEMAKER_BIND_TO_PORT=%d" % self.port, "-v", os.path.join(s.folder, "ml") + ":/opt/ml:ro", IMAGE, "serve")
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                assert time.monotonic() - begin < 60, harness.run("podman", "logs", self.name)
                time.sleep(0.01)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        harness.run("podman", "rm", "--force", self.name)


def some_images(s, count):
    path = os.path.join(s.folder, "some")
    with gzip.open(s.images) as f:
        data = f.read(16 + count * 784)
    with open(path, "wb") as f:
        f.write(data[:4] + struct.pack(">I", count) + data[8:])
    return path


@case
def answers_the_sdk(s):
    """The SDK's predictor with its serializers, some at once, against Keras."""
    wanted, images = predicted(s, "keras224", KERAS, "mnist-cnn-1.hd5")[:50], some_images(s, 50)
    with Served(s) as served, concurrent.futures.ThreadPoolExecutor(4) as pool:
        paths = [os.path.join(s.folder, "answers%d.json" % i) for i in range(4)]
        list(pool.map(lambda path: s.python(PREDICT, served.port, images, path), paths))
    for path in paths:
        with open(path) as f:
            answers = json.load(f)
        assert len(answers) == 4 and max(furthest(a, wanted) for a in answers) < 1e-5, [furthest(a, wanted) for a in answers]


@case
def bears_a_minute_of_load(s):
    """No error among all answers; latencies in the log."""
    script = os.path.join(s.folder, "post.lua")
    with open(script, "w") as f:
        f.write('local f = io.open(os.getenv("BODY"), "rb") wrk.body = f:read("*a") f:close()\n'
                'wrk.method = "POST" wrk.headers["Content-Type"] = "application/x-idx"\n')
    with Served(s) as served:
        said = harness.run("wrk", "-t1", "-c64", "-d60", "--latency", "-s", script, "http://127.0.0.1:%d/invocations" % served.port,
                           env=dict(os.environ, BODY=some_images(s, 1)))
    assert "Non-2xx" not in said and "Socket errors" not in said, said
    rate, requests = float(re.search(r"Requests/sec: +([\d.]+)", said).group(1)), int(re.search(r"(\d+) requests in", said).group(1))
    assert requests > 1000, said
    return "%.0f requests a second, 50 %% %s, 99 %% %s" % (rate, *(re.search(r" %d%% +(\S+)" % part, said).group(1) for part in (50, 99)))


def main():
    options = harness.arguments(__doc__).parse_args()
    counts = harness.Counts()
    with harness.WorkFolder(options.keep) as folder:
        try:
            setting = Setting(folder)
        except harness.Skipped as reason:
            print("SKIPPED: container_local: %s" % reason)
            return 77
        for name in harness.chosen(harness.cases, options.case):
            counts.run(name, harness.cases[name], setting)
    return counts.finish()


if __name__ == "__main__":
    sys.exit(main())
