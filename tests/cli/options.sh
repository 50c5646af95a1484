# Wrong command lines: exit code 2, one reason on stderr with the way out, nothing written.
. "$(dirname "$0")/helpers"

# wrong TEXT HINT ARGUMENT...
wrong() {
	local text=$1 hint=$2
	shift 2
	run 2 "$@"
	says err "trainc: error: $text"
	says err "$hint"
	silent out
}
wrong "unknown verb 'biuld'" "did you mean 'build'?" biuld "$spec"
wrong "emit has no option '--outptu'" "did you mean '--output'?" emit "$spec" --outptu=x
wrong "emit has no option '-x'" "" emit -x "$spec"
wrong "check has no option '--output'" "" check --output x "$spec"
wrong "schema has no option '--batch'" "" schema --batch 3
wrong "--output needs its DIR" "trainc emit --help" emit "$spec" -o
wrong "--output needs its DIR" "trainc emit --help" emit "$spec" --output=
wrong "--check takes no argument" "trainc emit --help" emit "$spec" --check=yes -o x
wrong "--target is cpu or cuda, not 'gpu'" "" build "$spec" -t gpu
wrong "--target is cpu or cuda, not 'cudaa'" "did you mean 'cuda'?" emit "$spec" -t cudaa
wrong "--dump is spec, graph, plan, plan:match, plan:fold, plan:normalise, plan:sums or plan:keep, not 'grpah'" "did you mean 'graph'?" emit "$spec" --dump=grpah
wrong "--kernels is reference, not 'fast'" "" emit "$spec" --kernels=fast
for number in 0 -1 x 1.5 3000000000 99999999999999999999 '' ' '; do
	run 2 summary "$spec" --batch "$number"
	says err "--batch"
done
wrong "emit needs a SPEC" "trainc emit --help" emit
wrong "check needs a SPEC..." "trainc check --help" check
wrong "emit takes no 'other.yaml'" "trainc emit --help" emit "$spec" other.yaml
wrong "schema takes no 'x'" "trainc schema --help" schema x
wrong "--blas=openblas goes with -t cpu" "trainc emit --help" emit "$spec" -t cuda --blas=openblas
wrong "--network=gloo goes with -t cpu" "trainc emit --help" emit "$spec" -t cuda --network=gloo
wrong "emit --check needs -o DIR" "trainc emit --help" emit --check "$spec"
wrong "nothing is called 'conv2'" "did you mean 'conv2d'?" layers conv2
only
finish
