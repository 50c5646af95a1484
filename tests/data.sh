#!/usr/bin/env bash
# Finds the four files of MNIST and prints the folder that holds them, flat or under training/ and validation/; what it took
# goes to stderr. In this order: $MNIST_DIR; an earlier download; a download from MNIST's mirrors, checked; offline,
# Fashion-MNIST from the distribution's package, whose path has "fashion" in it.
set -euo pipefail
cd "$(dirname "$0")/.."
. cmake/packages.sh

cache=${XDG_CACHE_HOME:-$HOME/.cache}/trainc/mnist
fashion=/usr/share/datasets/fashion-mnist
mirrors=(https://ossci-datasets.s3.amazonaws.com/mnist https://storage.googleapis.com/cvdf-datasets/mnist)
files=(train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte)
# MD5 of the files inside, as published
declare -A sums=(
	[train-images-idx3-ubyte]=6bbc9ace898e44ae57da46a324031adb
	[train-labels-idx1-ubyte]=a25bea736e30d166cdddb491f175f624
	[t10k-images-idx3-ubyte]=2646ac647ad5339dbf082846283269ea
	[t10k-labels-idx1-ubyte]=27ae3e4e09519cfbb04c329615203637
)

found() { echo "data: $2" >&2; realpath "$1"; exit 0; }

is_right() { [ -f "$cache/$1.gz" ] && [ "$(gzip -dc "$cache/$1.gz" 2>/dev/null | md5sum | cut -d' ' -f1)" = "${sums[$1]}" ]; }

all_right() {
	local file
	for file in "${files[@]}"; do is_right "$file" || return 1; done
}

# download MIRROR: each file under another name until it is whole and right.
download() {
	local file
	mkdir -p "$cache"
	for file in "${files[@]}"; do
		is_right "$file" && continue
		curl -fsSL --connect-timeout 5 --max-time 300 -o "$cache/$file.partial" "$1/$file.gz" 2>/dev/null || return 1
		mv "$cache/$file.partial" "$cache/$file.gz"
		is_right "$file" || { rm -f "$cache/$file.gz"; echo "data: $1/$file.gz has a wrong checksum" >&2; return 1; }
	done
}

if [ -n "${MNIST_DIR:-}" ]; then
	for file in "${files[@]}"; do
		[ -n "$(find -L "$MNIST_DIR" -maxdepth 2 \( -name "$file" -o -name "$file.gz" \) -print -quit 2>/dev/null)" ] ||
			fail "MNIST_DIR=$MNIST_DIR has no $file.gz"
	done
	found "$MNIST_DIR" "\$MNIST_DIR, $MNIST_DIR"
fi
all_right && found "$cache" "MNIST, downloaded earlier to $cache"
if command -v curl >/dev/null; then
	for mirror in "${mirrors[@]}"; do
		download "$mirror" && found "$cache" "MNIST, downloaded from $mirror"
	done
fi
echo "data: MNIST cannot be downloaded; taking Fashion-MNIST (clothes instead of digits) from the distribution" >&2
[ -f $fashion/train-images-idx3-ubyte.gz ] || install_packages dataset-fashion-mnist >&2 || true
[ -f $fashion/train-images-idx3-ubyte.gz ] || fail "there is no data: set MNIST_DIR to a folder with ${files[0]}.gz and the other three"
found $fashion "Fashion-MNIST from the package dataset-fashion-mnist, $fashion"
