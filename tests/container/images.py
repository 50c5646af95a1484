"""What tests/container/run checks, with the environment that it sets up: images are small, hold only what is listed, come out
the same twice, and train and serve as the platform runs them."""
import difflib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness
from image import BARE, BUILD, SPEC, build, built_again, failure, has_labels, held, inspected, is_pushed, opened

IMAGE = "localhost/mnist_cnn:test"
MOST_BYTES, MOST_BYTES_FOR_HOSTS = 15 << 20, 20 << 20
HOLDS = ["opt", "opt/program", "opt/program/serve", "opt/program/train"]


def podman(job, *words, options=(), code=0):
    """Runs the image on a job's folder."""
    command = ["podman", "run", "--rm", "-v", job.prefix + ":/opt/ml"] + BARE + list(options) + [IMAGE] + list(words)
    return harness.run(*command, code=code)


def digits(work, **hyperparameters):
    job = harness.mnist_job(os.path.join(work, "ml"))[0]
    job.hyperparameters(**hyperparameters)
    return opened(job)


class Running:
    """A container that goes on until it is told to stop."""

    def __init__(self, job, word, options=()):
        self.name = "trainc-test-%d" % os.getpid()
        harness.run("podman", "run", "--detach", "--name", self.name, "-v", job.prefix + ":/opt/ml", *BARE, *options, IMAGE,
                    word)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        harness.run("podman", "rm", "--force", self.name)

    def log(self):
        return harness.run("podman", "logs", self.name)

    def wait_for(self, text):
        end = time.time() + 60
        while text not in self.log():
            assert time.time() < end, "no %r in a minute:\n%s" % (text, self.log())
            time.sleep(0.1)

    def stop(self):
        """SIGTERM; the exit code."""
        harness.run("podman", "stop", "--time", "60", self.name)
        return int(harness.run("podman", "inspect", "--format", "{{.State.ExitCode}}", self.name))


@harness.case
def small(work):
    size = inspected(IMAGE)["Size"]
    assert size <= MOST_BYTES, "%d bytes" % size
    return "%.2f MB" % (size / 1e6)


@harness.case
def holds_only_what_is_listed(work):
    found = held(IMAGE)
    assert sorted(found) == HOLDS, found
    for name in HOLDS[2:]:
        assert found[name] == 0o755, "%s has mode %o" % (name, found[name])


@harness.case
def says_what_it_is(work):
    config = inspected(IMAGE)["Config"]
    assert config["Env"] == ["PATH=/opt/program"] and config["WorkingDir"] == "/opt/program", config
    assert config["Cmd"] == ["train"] and not config.get("Entrypoint") and not config.get("User"), config
    has_labels(IMAGE)


@harness.case
def lists_what_is_inside(work):
    sbom = build(SPEC, IMAGE)[1]
    assert sbom["bomFormat"] == "CycloneDX", sbom
    names = {part["name"] for part in sbom["components"]}
    assert {"trainc", "libc6-dev", "libhdf5-dev", "cjson", "libmicrohttpd"} <= names, names
    assert all(part["version"] and (part["name"] == "trainc" or part["purl"].startswith("pkg:deb/"))
               for part in sbom["components"]), sbom


@harness.case
def for_several_hosts(work):
    """Another image, in which train has what it loads; two of it share a job without any rights."""
    image = IMAGE + "--networkgloo"
    inside = build(SPEC, image, "--network", "gloo")[1]
    assert "libgloo0" in {part["name"] for part in inside["components"]}, inside
    size, libraries = inspected(image)["Size"], {os.path.basename(name) for name in held(image) if ".so" in name}
    assert size <= MOST_BYTES_FOR_HOSTS, "%d bytes" % size
    assert {name.split(".so")[0] for name in libraries} == {
        "libgloo", "libhiredis", "libibverbs", "libnl-3", "libnl-route-3", "libstdc++", "libgcc_s", "libc", "libm",
        "ld-linux-" + platform.machine().replace("_", "-")}, libraries
    names, running = ["127.0.0.1", "second"], []
    for name in names:
        job = opened(harness.mnist_job(os.path.join(work, name))[0])
        job.hyperparameters(epochs=1, batch_size=1000)
        with open(job.path("input/config/resourceconfig.json"), "w") as f:
            json.dump({"current_host": name, "hosts": names, "network_interface_name": "eth0"}, f)
        running.append(subprocess.Popen(["podman", "run", "--rm", "-v", job.prefix + ":/opt/ml", *BARE, image, "train"],
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True))
    said = [process.communicate(timeout=300)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0], "\n".join(said)
    assert "Saved MXNet model" in said[0] and "the log of 127.0.0.1 tells how it goes" in said[1], "\n".join(said)
    return "%.1f MB" % (size / 1e6)


@harness.case
def goes_to_a_registry(work):
    return is_pushed(IMAGE, work)


@harness.case
def comes_out_the_same(work):
    built_again(IMAGE)


@harness.case
def builds_by_the_dockerfile_alone(work):
    """The command in the Dockerfile's first lines, in the repository: the same programs."""
    other = "localhost/trainc-plain:test"
    harness.run("podman", "build", "-f", "container/Dockerfile.cpu", "--build-arg", "SPEC=specs/mnist_cnn.yaml", "-t", other, ".",
                cwd=harness.SOURCE, timeout=1800)
    digests = []
    for image in (IMAGE, other):
        root = harness.run("podman", "image", "mount", image).strip()
        digests.append(harness.run("sha256sum", *HOLDS[2:], cwd=root))
        harness.run("podman", "image", "umount", image)
    harness.run("podman", "rmi", other)
    assert digests[0] == digests[1], digests


@harness.case
def dockerfiles_are_alike(work):
    """They differ in what only GPUs or only several hosts need."""
    only = re.compile("cuda|nccl|nvidia|network", re.I)

    def common(name):
        with open(os.path.join(harness.SOURCE, "container", name)) as f:
            lines = [line for line in f if not line.startswith("#") and not re.match("(ARG|ENV) .*(target|%s)" % only.pattern, line, re.I)]
        words = [" ".join(word.strip("'") for word in line.split() if not only.search(word)) for line in lines]
        return [line for line in words if line not in ("", "RUN") and "|| install_packages" not in line]
    cpu, gpu = common("Dockerfile.cpu"), common("Dockerfile.gpu")
    assert cpu == gpu and len(cpu) > 20, "\n".join(difflib.unified_diff(cpu, gpu, lineterm=""))


@harness.case
def builds_with_docker(work):
    """Docker's own client, with podman for a daemon."""
    if not shutil.which("docker"):
        raise harness.Skipped("no docker client")
    address, other = "unix://%s/podman.sock" % work, "trainc-by-docker:test"
    podman_service = subprocess.Popen(["podman", "system", "service", "--time=0", address], stderr=subprocess.DEVNULL)
    try:
        os.environ.update(DOCKER_HOST=address, DOCKER_BUILDKIT="0")
        end = time.time() + 30
        while subprocess.run(["docker", "info"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
            assert time.time() < end, "podman's service does not answer"
            time.sleep(0.1)
        sbom = os.path.join(work, "inside.json")
        harness.run(BUILD, SPEC, "-t", other, "--sbom", sbom, "--tool", "docker", timeout=1800)
        assert os.path.getsize(sbom) > 1000
        assert "mnist-cnn" in harness.run("podman", "run", "--rm", other, "train", "--version")
        harness.run("docker", "rmi", other)
    finally:
        for name in ("DOCKER_HOST", "DOCKER_BUILDKIT"):
            os.environ.pop(name, None)
        podman_service.terminate()
        podman_service.wait()


@harness.case
def says_what_is_wrong(work):
    for words, code, text in ((["--targt", "cpu"], 2, "unknown option --targt"), (["-t"], 2, "-t needs its argument"),
                              (["--tool", "make"], 2, "not 'make'"), (["none.yaml"], 1, "there is no spec none.yaml"),
                              (["--target", "abacus"], 2, "--target is cpu or cuda, not 'abacus'"),
                              (["--nccl"], 2, "go with --target cuda"), (["a.yaml", "b.yaml"], 2, "one spec"),
                              (["--network", "gloo", "--target", "cuda"], 2, "--network goes with --target cpu")):
        said = harness.run(BUILD, *words, code=code, cwd=work)
        assert text in said, "%s: no %r in\n%s" % (words, text, said)
    said = harness.run(BUILD, SPEC, "--tool", "podman", "--dry-run")
    assert "podman build --timestamp 0 --build-arg SPEC=specs/mnist_cnn.yaml" in said, said
    spec = os.path.join(work, "wrong.yaml")
    with open(spec, "w") as f:
        f.write("version: 2\n")
    said = harness.run(BUILD, spec, "--tool", "podman", code=1, timeout=1800)
    assert "version must be 1, got 2" in said and "could not build wrong" in said, said[-2000:]


@harness.case
def sigterm_saves_the_models(work):
    job = digits(work, epochs=50)
    with Running(job, "train", ["--network", "none"]) as train:
        train.wait_for("Epoch 1/50")
        time.sleep(1)
        code = train.stop()
        said = train.log()
    assert code == 0 and "Stopped by SIGTERM after step" in said, "exit code %d\n%s" % (code, said)
    assert sorted(job.models()) == ["mnist-cnn-50%s" % end for end in ("-0000.params", "-symbol.json", ".hd5")], job.models().keys()
    assert not os.path.exists(job.path("output/failure"))


@harness.case
def first_step(work):
    job = digits(work, epochs=1)
    started = time.time()
    podman(job, "train", "--timings", "/opt/ml/output/timings")
    with open(job.path("output/timings")) as f:
        epoch = json.loads(f.readline())
    before, behind = epoch["began"] - started, time.time() - epoch["validated"]
    return "%.2f s from podman run to the end of the first step, MNIST being read and checked in between; outside training %.2f s: " \
        "%.2f before it, %.2f behind" % (epoch["stepped"] - started, before + behind, before, behind)


@harness.case
def as_an_entry_point(work):
    job = harness.noisy_job(SPEC, os.path.join(work, "ml"))
    job.hyperparameters(epochs=1)
    podman(opened(job), "train", options=["--entrypoint", "/opt/program/train"])
    assert job.models()


@harness.case
def as_root(work):
    job = harness.noisy_job(SPEC, os.path.join(work, "ml"))
    job.hyperparameters(epochs=1)
    harness.run("podman", "run", "--rm", "-v", job.prefix + ":/opt/ml", IMAGE, "train")
    assert job.models()


@harness.case
def wrong_data(work):
    job = digits(work)
    with open(job.data("training", "train-images-idx3-ubyte.gz"), "r+b") as f:
        f.truncate(100000)
    podman(job, "train", code=255)
    assert failure(job).startswith("DataError:") and "train-images-idx3-ubyte.gz" in failure(job), failure(job)


@harness.case
def misspelled_hyperparameter(work):
    job = digits(work, batchsize=9)
    podman(job, "train", code=255)
    assert failure(job).startswith("UserError:") and "did you mean 'batch_size'?" in failure(job), failure(job)


@harness.case
def keras_json(work):
    """A file that the spec names reaches the build, from a folder of the user's own."""
    folder = os.path.join(work, "mine")
    os.makedirs(folder)
    with open(SPEC) as f:
        text, n = re.subn(r"(?m)^backend: .*", "backend: keras.json", f.read())
        text, m = re.subn(r"input: \[1, 28, 28\]", "input: [28, 28, 1]", text)
    assert n == m == 1, "another mnist_cnn.yaml"
    with open(os.path.join(folder, "Digits.yaml"), "w") as f:
        f.write(text)
    with open(os.path.join(folder, "keras.json"), "w") as f:
        json.dump({"image_data_format": "channels_last", "epsilon": 1e-7, "floatx": "float32", "backend": "tensorflow"}, f)
    build(os.path.join(folder, "Digits.yaml"), "localhost/digits:test")
    said = harness.run("podman", "run", "--rm", "localhost/digits:test", "train", "--describe")
    harness.run("podman", "rmi", "localhost/digits:test")
    assert re.search(r"conv2d_1\b.*26\W+26\W+32", said), said


def answers(port, path, body=None, kind="application/json"):
    request = urllib.request.Request("http://127.0.0.1:%d%s" % (port, path), body, {"Content-Type": kind})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read()


def wait_for_ping(port, server):
    end = time.time() + 30
    while True:
        try:
            return answers(port, "/ping")
        except urllib.error.URLError:
            assert time.time() < end, server.log()
            time.sleep(0.05)


@harness.case
def serves(work):
    job = harness.noisy_job(SPEC, os.path.join(work, "ml"))
    job.hyperparameters(epochs=1)
    podman(opened(job), "train")
    port = harness.free_port()
    with Running(job, "serve", ["-e", "SAGEMAKER_BIND_TO_PORT=%d" % port]) as server:
        wait_for_ping(port, server)
        sample = [[[float(row == column) for column in range(28)] for row in range(28)]]
        answer = json.loads(answers(port, "/invocations", json.dumps({"instances": [sample]}).encode()))
        assert len(answer["predictions"][0]) == 10, answer
        code = server.stop()
        assert code == 0, "exit code %d\n%s" % (code, server.log())


def main():
    options = harness.arguments(__doc__).parse_args()
    counts = harness.Counts()
    build(SPEC, IMAGE)
    for name in harness.chosen(list(harness.cases), options.case):
        with harness.WorkFolder(options.keep) as work:
            counts.run(name, harness.cases[name], work)
    sys.exit(counts.finish())


main()
