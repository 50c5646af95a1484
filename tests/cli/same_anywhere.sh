# The emitted program is the same bytes from any folder, by any path, in any locale and time zone.
. "$(dirname "$0")/helpers"

run 0 emit "$spec" -o first
mkdir -p deep/er
cp "$spec" deep/er/mnist_cnn.yaml
(cd deep && LC_ALL=C.UTF-8 TZ=Asia/Tokyo "$TRAINC" emit er/mnist_cnn.yaml -o ../second) || complain "from deep/"
(cd deep/er && LC_ALL=POSIX "$TRAINC" emit ./mnist_cnn.yaml) || complain "without -o"
diff -r first second || complain "by another path: different bytes"
diff -r first deep/er/mnist-cnn || complain "without -o: not the model's name, or different bytes"
grep -rlF -e "$work" -e "$source_folder" first && complain "a path of this machine is in the program"
finish
