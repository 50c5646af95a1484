"""Programs for GPUs on the CPU double (tests/cuda/double), and how far their models lie from others."""
import os
import shutil
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, ".."))
import harness

CUDA = os.environ.get("CUDA_HOME", "/usr/local/cuda")
# Errors are of the largest number of a layer, or of the optimizer's states: a bias before softmax or normalization, say, has no
# gradient, and is what rounding left of its layer's.
DISTANCE = """
import h5py, sys
ours, theirs = (h5py.File(name, "r") for name in sys.argv[1:])
largest, errors = {}, []
def look(name, array):
    if isinstance(array, h5py.Dataset) and array.dtype.kind == "f" and array.shape:
        a, b = array[()].astype("f8"), theirs[name][()].astype("f8")
        layer = "/".join(name.split("/")[:2])
        largest[layer] = max(largest.get(layer, 0), abs(b).max())
        errors.append((abs(a - b).max(), layer, name))
ours.visititems(look)
print("%.3g %s" % max((error / largest[layer] if error == error else float("inf"), name) for error, layer, name in errors))
"""
libraries = {}


def nvcc():
    """The compiler's path."""
    found = shutil.which("nvcc") or shutil.which("nvcc", path="/usr/local/cuda/bin")
    if not found:
        raise harness.Skipped("no CUDA Toolkit: no nvcc in PATH or /usr/local/cuda/bin")
    return found


def needs_cuda(trainc):
    """Skips the case without the toolkit, or with a trainc built without it."""
    nvcc()
    if not os.path.exists(os.path.join(os.path.dirname(trainc), "libtrainc_cuda.a")):
        raise harness.Skipped("this trainc was built without CUDA")


def double(work):
    """The folder of the double's libraries."""
    if not os.path.exists(os.path.join(CUDA, "include/cuda_runtime_api.h")):
        raise harness.Skipped("NVIDIA's headers are not in %s/include (set CUDA_HOME)" % CUDA)
    if work not in libraries:
        libraries[work] = os.path.join(work, "double")
        harness.run(os.path.join(here, "double/build"), libraries[work])
    return libraries[work]


def build(trainc, work, folder, *flags):
    """Compiles the program that trainc wrote into folder, for the double; flags are for its kernels."""
    harness.run(os.path.join(here, "double/compile"), os.path.join(folder, "kernels.cu"), os.path.join(folder, "kernels.o"),
                "-I", harness.includes(trainc), "-iquote", folder, *flags)
    package = os.path.join(os.path.dirname(trainc), "cmake/trainc")
    harness.run("cmake", "-S", os.path.join(here, "program"), "-B", os.path.join(folder, "build"), "-DCMAKE_BUILD_TYPE=Release",
                "-Dtrainc_DIR=" + package, "-DPROGRAM=" + folder, "-DDOUBLE=" + double(work))
    harness.run("cmake", "--build", os.path.join(folder, "build"))
    return os.path.join(folder, "build/train")


def add_object(work, folder, text):
    """Links what C text gives into the program, too."""
    source, kernels = os.path.join(work, "more.c"), os.path.join(folder, "kernels.o")
    with open(source, "w") as f:
        f.write(text)
    harness.run(*harness.compiler(), "-c", source, "-o", os.path.join(work, "more.o"))
    harness.run("ld", "-r", kernels, os.path.join(work, "more.o"), "-o", kernels + ".both")
    os.replace(kernels + ".both", kernels)
    harness.run("cmake", "--build", os.path.join(folder, "build"))


def distance(ours, theirs):
    """(the largest error of a weight, of the largest number of its array; which array) between two Keras models."""
    said = harness.run(harness.venv("keras224"), "-W", "ignore", "-c", DISTANCE, ours, theirs).splitlines()[-1]
    return float(said.split()[0]), said


def model(job):
    """The path of the Keras model that a job wrote."""
    names = [name for name in os.listdir(job.path("model")) if name.endswith((".hd5", ".hdf5", ".h5"))]
    assert len(names) == 1, names
    return job.path("model", names[0])
