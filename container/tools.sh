# Sourced by build and push, which so take the same tool: docker, podman or buildah, the first of them that works here.
tools='docker podman buildah'

# A docker command without a daemon is no docker.
works() { command -v "$1" >/dev/null && { [ "$1" != docker ] || docker info >/dev/null 2>&1; }; }
