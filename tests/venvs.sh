#!/bin/sh
# Creates, once, a Python virtual environment that holds a real framework, and prints its path.
#
#   tests/venvs.sh keras224   Keras 2.2.4 on TensorFlow 1.15 and Theano (Python 3.7)
#   tests/venvs.sh mxnet      MXNet 1.9.1 (Python 3.8 to 3.11)
#   tests/venvs.sh tf         the newest TensorFlow with Keras 3 and tf_keras (Python 3.10 to 3.13)
#   tests/venvs.sh schema     a JSON Schema validator and a YAML reader (Python 3.8 to 3.13)
#   tests/venvs.sh torch      PyTorch (Python 3.10 to 3.13); PyPI has only the build with CUDA: 5 GB
#   tests/venvs.sh jax        JAX (Python 3.11 to 3.13)
#   tests/venvs.sh serving    FastAPI on uvicorn with ONNX Runtime (Python 3.10 to 3.13)
#   tests/venvs.sh sdk2       SageMaker's SDK 2 with local mode, moto's server, the AWS command line, podman-compose (Python 3.9 to 3.12)
#   tests/venvs.sh sdk3       SageMaker's SDK 3 (Python 3.10 to 3.12)
#   tests/venvs.sh keras_mxnet  keras-mxnet 2.2.4.3 on MXNet 1.6 with MKL-DNN (Python 3.7)
#   tests/venvs.sh nvrtc_volta  NVRTC of CUDA 12.9, the last that compiles for the V100 (any Python from 3.8 on)
#   tests/venvs.sh cudnn_volta  NVIDIA's libraries of CUDA 12.9 with cuDNN 9.10, the last that knows the V100 (Python 3.10 to 3.13)
#
# They lie in ${XDG_CACHE_HOME:-$HOME/.cache}/trainc/venvs. Exit status 77 (a test's "skipped") when no fitting Python
# is here or the packages could not be installed; the reason is on stderr.
set -eu

usage() {
	echo "usage: tests/venvs.sh keras224|mxnet|tf|schema|torch|jax|serving|sdk2|sdk3|keras_mxnet|nvrtc_volta|cudnn_volta" >&2
	exit 2
}

[ $# -eq 1 ] || usage
case $1 in
keras224)
	pythons=3.7
	packages="keras==2.2.4 tensorflow==1.15.5 h5py<3 numpy<1.19 protobuf<3.21 theano"
	;;
mxnet)
	pythons="3.10 3.9 3.11 3.8"
	packages="mxnet==1.9.1 numpy<1.24"
	;;
tf)
	pythons="3.11 3.12 3.10 3.13"
	packages="tensorflow-cpu h5py tf_keras"
	;;
schema)
	pythons="3.11 3.12 3.13 3.10 3.9 3.8"
	packages="jsonschema pyyaml"
	;;
torch)
	pythons="3.11 3.12 3.10 3.13"
	packages="torch numpy setuptools"
	;;
jax)
	pythons="3.11 3.12 3.13"
	packages="jax numpy"
	;;
serving)
	pythons="3.11 3.12 3.13 3.10"
	packages="fastapi uvicorn[standard] orjson onnx onnxruntime numpy h5py"
	;;
sdk2)
	pythons="3.11 3.10 3.12 3.9"
	packages="sagemaker[local]<3 moto[server] boto3 awscli podman-compose bcrypt"
	;;
sdk3)
	pythons="3.11 3.10 3.12"
	packages="sagemaker>=3"
	;;
keras_mxnet)
	pythons=3.7
	packages="keras-mxnet==2.2.4.3 mxnet-mkl==1.6.0 numpy==1.16.6 h5py==2.10.0 scipy==1.5.4 pyyaml"
	;;
nvrtc_volta)
	pythons="3.11 3.12 3.10 3.13 3.9 3.8"
	packages="nvidia-cuda-nvrtc-cu12==12.9.86"
	;;
cudnn_volta)
	pythons="3.11 3.12 3.10 3.13"
	packages="nvidia-cudnn-cu12==9.10.2.21 nvidia-cublas-cu12==12.9.1.4 nvidia-cuda-nvrtc-cu12==12.9.86 nvidia-cuda-runtime-cu12==12.9.79"
	;;
*) usage ;;
esac

cache=${XDG_CACHE_HOME:-$HOME/.cache}/trainc/venvs
venv=$cache/$1

# The first Python of a fitting version, of the system, pyenv or uv.
find_python() {
	for version in $pythons; do
		for python in "python$version" "$HOME/.pyenv/versions/$version".*/bin/python \
			"${UV_PYTHON_INSTALL_DIR:-$HOME/.local/share/uv/python}"/cpython-"$version".*/bin/python; do
			if "$python" -c 'import venv, ensurepip' 2>/dev/null; then
				echo "$python"
				return
			fi
		done
	done
	return 1
}

mkdir -p "$cache"
exec 9>"$cache/$1.lock"
flock 9
if [ ! -e "$venv/complete" ]; then
	if ! python=$(find_python); then
		echo "tests/venvs.sh: $1 needs one of Python $pythons, and none is here" >&2
		exit 77
	fi
	rm -rf "$venv"
	"$python" -m venv "$venv" >&2
	set -f
	# shellcheck disable=SC2086  # a list of packages
	if ! "$venv/bin/pip" install --quiet --no-cache-dir $packages >&2 9>&-; then
		echo "tests/venvs.sh: could not install $packages" >&2
		exit 77
	fi
	: >"$venv/complete"
fi
echo "$venv"
