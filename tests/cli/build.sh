# trainc build: a program that runs, without warnings, and says what it is.
. "$(dirname "$0")/helpers"

export CFLAGS="${CFLAGS:-} -Wall -Wextra -Werror"
run 0 build "$spec" -o program
grep -i warning out err && complain "warnings"
for option in --version --help --describe; do
	./program/train $option >out 2>err || complain "train $option: exit code $?"
	[ -s out ] || complain "train $option says nothing"
done
says out conv2d_1
run 0 build "$spec" -o program
run 0 emit --check "$spec" -o program
finish
