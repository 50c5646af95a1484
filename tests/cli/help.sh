# Help, version and usage: to stdout with exit code 0 when asked for, to stderr with 2 when not.
. "$(dirname "$0")/helpers"

run 2
says err "usage: trainc"
silent out
for word in --help -h help; do
	run 0 $word
	says out "usage: trainc"
	silent err
done
for verb in build emit check summary schema layers; do
	run 0 --help
	says out "  $verb"
	for word in --help -h; do
		run 0 $verb $word
		says out "usage: trainc $verb"
		says out "exit codes: 0 done"
		silent err
	done
done
run 0 emit --help
for option in "-o, --output DIR" "-t, --target TARGET" "--check" "--dump STAGE" "--kernels KIND" "--templates DIR"; do
	says out "$option"
done
run 0 summary --help
says out "--batch N"
run 0 --version
grep -qxE 'trainc [0-9]+\.[0-9]+\.[0-9]+' out || complain "version: $(cat out)"
finish
