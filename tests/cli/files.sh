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
finish
