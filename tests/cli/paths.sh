# Programs are emitted and built in folders of any name. The program is a small one for references' sake: it compiles fast.
. "$(dirname "$0")/helpers"

cat >"net.yaml" <<'Y'
version: 1
name: tiny
data: {format: idx, channels: {training: {images: a, labels: b}}, classes: 2}
model: {input: [4], layers: [{dense: {units: 2, activation: softmax}}]}
training: {loss: categorical_crossentropy, optimizer: {sgd: {lr: 0.1}}, epochs: 1, batch_size: 8}
export: {keras: {file: m.hd5}}
Y
for name in 'a space' 'qu"ote' "apo'strophe" 'dol$lar' 'back\slash' $'new\nline' 'semi;colon' 'per%cent' 'hash#' 'ümlaut' '-dash'; do
	mkdir -p "./$name"
	cp net.yaml "./$name/"
	run 0 build "./$name/net.yaml" -o "./$name/out" --kernels=reference
	[ -x "./$name/out/train" ] && [ -x "./$name/out/serve" ] || complain "no programs in '$name/out'"
	"./$name/out/train" --describe >said 2>&1 || complain "'$name/out/train' does not start: $(cat said)"
done
[ -z "$(find /tmp -maxdepth 1 -name 'trainc-build-*' -newer net.yaml)" ] || complain "a folder for building is left in /tmp"
finish
