# Sourced by quickstart, check, cmake/sysroot and others: installs the distribution's packages that are missing.

say() { printf '\n== %s\n' "$*"; }
fail() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# The libraries that trainc and the programs it writes link, and what building them takes.
library_packages=(libyaml-dev libcjson-dev zlib1g-dev libdeflate-dev libhdf5-dev
	libmicrohttpd-dev libpng-dev libsimdjson-dev)
build_packages=(build-essential cmake pkg-config "${library_packages[@]}")
# What trainc build --network=gloo links.
network_packages=(libgloo-dev)
# What trainc build --blas=openblas links.
blas_packages=(libopenblas-dev)
# What else trainc build --static links; cmake/archives builds the rest.
static_packages=(libaec-dev)
# What cmake/cuda takes NVIDIA's packages with.
cuda_packages=(ca-certificates python3-pip)

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"
	elif command -v sudo >/dev/null; then sudo "$@"
	else fail "needs root to install packages and there is no sudo; run as root: $*"
	fi
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# install_packages NAME...
install_packages() {
	local name missing=()
	if ! command -v dpkg-query >/dev/null; then
		echo "not a Debian or Ubuntu machine: install what corresponds to $* yourself" >&2
		return
	fi
	for name; do is_installed "$name" || missing+=("$name"); done
	[ ${#missing[@]} = 0 ] && return
	say "installing ${missing[*]}"
	as_root apt-get update -q
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" </dev/null
}
