# What check, summary, schema, layers and --dump print.
. "$(dirname "$0")/helpers"

run 0 check "$spec"
silent err
sed 's/conv2d/conv2dd/' "$spec" >a.yaml
sed 's/rate: 0.5/rate: 1.5/' "$spec" >b.yaml
run 1 check "$spec" a.yaml b.yaml
says err "a.yaml:"
says err "did you mean 'conv2d'?"
says err "b.yaml:"

run 0 summary "$spec"
for text in conv2d_1 conv2d_2 max_pooling2d_1 flatten_1 dense_1 dense_2 1199882 "(None, 10)"; do
	tr -d , <out | grep -qF "$(tr -d , <<<"$text")" || complain "summary has no $text"
done
cp out plain
run 0 summary "$spec" --batch 1024
cmp -s out plain && complain "summary --batch 1024 says the same as without"

run 0 schema
python3 -c 'import json, sys; json.load(open(sys.argv[1]))["$schema"]' out || complain "schema is no JSON Schema"

run 0 layers
for name in conv2d batch_normalization sgd adam categorical_crossentropy relu glorot_uniform keras mxnet; do
	says out $name
done
for name in conv2d adam categorical_crossentropy glorot_uniform mxnet; do
	run 0 layers $name
	says out $name
done
run 0 layers conv2d
says out kernel_size

for stage in spec graph plan; do
	run 0 check "$spec" --dump=$stage
	says out conv2d_1
	absent mnist-cnn
done
finish
