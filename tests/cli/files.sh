# File trouble: exit code 3 with the reason; a wrong spec: 1; either way no half-written folder, and what was there stays.
. "$(dirname "$0")/helpers"

run 3 emit nothing.yaml
says err "nothing.yaml"
says err "No such file or directory"
run 3 check "$work"
says err "s a directory"
touch plain
run 3 emit "$spec" -o plain/program
says err "plain/program"
run 3 emit "$spec" -o /proc/no/program
says err "/proc/no/program"
run 3 emit "$spec" --templates /nowhere -o program
says err "/nowhere"
absent program
only plain

# A disk that is full: no file may grow beyond 2 blocks.
(
	trap '' XFSZ
	ulimit -f 2
	"$TRAINC" emit "$spec" -o full >/dev/null 2>"$work/message"
	echo $? >"$work/code"
)
[ "$(cat code)" = 3 ] || complain "full disk: exit code $(cat code)"
grep -q full message || complain "full disk: $(cat message)"
rm -f code message
absent full
only plain

# An earlier program stays as it was.
run 0 emit "$spec" -o program
cp -r program before
(trap '' XFSZ; ulimit -f 2; "$TRAINC" emit "$spec" -o program >/dev/null 2>&1) && complain "full disk: exit code 0"
sed 's/relu/rleu/' "$spec" >wrong.yaml
run 1 emit wrong.yaml -o program
says err "wrong.yaml:"
says err "did you mean 'relu'?"
says err "nothing was written"
run 1 emit wrong.yaml -o other
absent other
run 1 build wrong.yaml -o other
absent other
diff -r before program || complain "a failed run changed an earlier program"
only plain before program wrong.yaml

# A folder with something else in it is not for us to overwrite silently; our own is.
run 0 emit "$spec" -o program
diff -r before program || complain "emit over emit differs"

# What an interrupted run left, or a thing of the user's, does not block and is not touched.
echo keep >victim
mkdir folder
for kind in "mkdir left.partial" "touch left.partial" "mkfifo left.partial" "ln -s $work/victim left.partial" "ln -s $work/folder left.partial"; do
	$kind
	[ ! -d left.partial ] || echo mine >left.partial/step.c
	run 0 emit "$spec" -o left
	diff -r before left || complain "$kind: another program"
	[ ! -d left.partial ] || [ "$(cat left.partial/step.c)" = mine ] || complain "$kind: the user's file was changed"
	[ -e left.partial ] || [ -L left.partial ] || complain "$kind: the user's thing is gone"
	rm -rf left left.partial folder/*
done
for kind in "touch" "mkfifo" "ln -s $work/victim"; do
	$kind program/.step.c.partial
	run 0 emit "$spec" -o program
	diff -r before program || complain "$kind .step.c.partial: another program"
done
[ "$(cat victim)" = keep ] || complain "written through a link"
rm program/step.c
mkdir program/step.c
run 3 emit "$spec" -o program
says err "program/step.c"
rmdir program/step.c
cp before/step.c program
diff -r before program || complain "a failed run changed an earlier program"
rm -rf victim folder
only plain before program wrong.yaml
finish
