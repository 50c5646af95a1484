# build --dry-run and push --dry-run name the same tool: a docker without a daemon is passed over by both.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '#!/bin/sh\nexit 1\n' >"$work/docker"
cp "$work/docker" "$work/buildah"
chmod +x "$work/docker" "$work/buildah"
PATH=$work:$PATH
# named COMMAND...: the tool in the commands that it prints
named() { bash "$@" --dry-run 2>&1 | grep -oE '(docker|podman|buildah) (build|bud|tag|push)' | head -n 1 | cut -d ' ' -f 1; }
build=$(named container/build specs/mnist_cnn.yaml -t mnist) push=$(named container/push mnist:1 --registry localhost:1)
[ "$build" = "$push" ] && [ -n "$build" ] && [ "$build" != docker ] && exit 0
echo "FAILED: build --dry-run takes '$build' and push --dry-run '$push', where docker has no daemon"
exit 1
