"""What tests/container_gpu/run checks: the image for GPUs is small, holds only what is listed, comes out the same twice, and says
what it lacks on a machine without a driver. The same
goes for the image with CUDA's libraries."""
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(here, "../container"), os.path.join(here, "..")]
import harness
from image import BARE, SPEC, build, built_again, failure, has_labels, held, inspected, is_pushed, opened

IMAGE, WITH_LIBRARIES = "localhost/mnist_cnn:gpu", "localhost/mnist_cnn:gpu-libraries"
MOST_BYTES = 60 << 20
HOLDS = ["lib", "lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu/libc.so.6", "lib/x86_64-linux-gnu/libm.so.6", "lib64",
         "lib64/ld-linux-x86-64.so.2", "opt", "opt/program", "opt/program/serve", "opt/program/train"]
NO_DRIVER = "there is no NVIDIA driver here, or one older than CUDA needs"


def names(inside):
    assert inside["bomFormat"] == "CycloneDX", inside
    return {part["name"] for part in inside["components"]}


def says_there_is_no_driver(image, work):
    """As the platform runs it: train leaves the reason in output/failure, serve ends, and nothing else is written."""
    job = harness.noisy_job(SPEC, os.path.join(work, "ml"))
    job.hyperparameters(epochs=1)
    opened(job)
    for word in ("train", "serve"):
        said = harness.run("podman", "run", "--rm", "-v", job.prefix + ":/opt/ml", *BARE, image, word, code=255)
        if word == "train":
            assert NO_DRIVER in said and NO_DRIVER in failure(job), said
            assert not job.models(), job.models().keys()
        else:
            assert "/opt/ml/model" in said or NO_DRIVER in said, said
    assert "mnist-cnn" in harness.run("podman", "run", "--rm", image, "train", "--version")


@harness.case
def small(work):
    size = inspected(IMAGE)["Size"]
    assert size <= MOST_BYTES, "%d bytes" % size
    return "%.2f MB" % (size / 1e6)


@harness.case
def holds_only_what_is_listed(work):
    found = sorted(held(IMAGE))
    assert found == HOLDS, found


@harness.case
def says_what_it_is(work):
    config = inspected(IMAGE)["Config"]
    settings = dict(setting.split("=", 1) for setting in config["Env"])
    assert settings["PATH"] == "/opt/program" and settings["NVIDIA_VISIBLE_DEVICES"] == "all", settings
    assert settings["NVIDIA_DRIVER_CAPABILITIES"] == "compute,utility", settings
    assert config["WorkingDir"] == "/opt/program" and config["Cmd"] == ["train"] and not config.get("User"), config
    has_labels(IMAGE)


@harness.case
def lists_what_is_inside(work):
    found = names(build(SPEC, IMAGE, "--target", "cuda")[1])
    assert {"trainc", "libc6", "libhdf5-dev", "cjson", "nvidia-cuda-runtime"} <= found, found
    assert "nvidia-nccl-cu13" not in found, found


@harness.case
def comes_out_the_same(work):
    built_again(IMAGE, "--target", "cuda")


@harness.case
def goes_to_a_registry(work):
    return is_pushed(IMAGE, work)


@harness.case
def without_a_driver(work):
    says_there_is_no_driver(IMAGE, work)


@harness.case
def with_libraries(work):
    """cuDNN and cublasLt are found, and so are their own libraries: else train would not start."""
    inside = build(SPEC, WITH_LIBRARIES, "--target", "cuda", "--cuda-libraries", "all", "--nccl")[1]
    try:
        assert {"nvidia-cudnn-cu13", "nvidia-cublas", "nvidia-nccl-cu13", "libstdc++6"} <= names(inside), inside
        says_there_is_no_driver(WITH_LIBRARIES, work)
        return "%.0f MB" % (inspected(WITH_LIBRARIES)["Size"] / 1e6)
    finally:
        harness.run("podman", "rmi", WITH_LIBRARIES)


def main():
    options = harness.arguments(__doc__).parse_args()
    counts = harness.Counts()
    build(SPEC, IMAGE, "--target", "cuda")
    for name in harness.chosen(list(harness.cases), options.case):
        with harness.WorkFolder(options.keep) as work:
            counts.run(name, harness.cases[name], work)
    sys.exit(counts.finish())


main()
