# emit --check: 0 when DIR is what would be written now, else 1 with a diff; it writes nothing.
. "$(dirname "$0")/helpers"

run 0 emit "$spec" -o program
cp -r program before
run 0 emit --check "$spec" -o program
silent out
run 0 emit "$spec" -o program --check
diff -r before program || complain "emit --check wrote"

echo '/* touched */' >>program/train.c
run 1 emit --check "$spec" -o program
says out "train.c"
says out "-/* touched */"
cp before/train.c program/

rm program/step.c
run 1 emit --check "$spec" -o program
says out "step.c"
absent program/step.c
cp before/step.c program/

sed 's/units: 128/units: 64/' "$spec" >mnist_cnn.yaml
run 1 emit --check mnist_cnn.yaml -o program
says out "spec.yaml"
diff -r before program || complain "emit --check wrote"

run 1 emit --check "$spec" -o nowhere
absent nowhere
finish
