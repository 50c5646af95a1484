"""What tests of images share: building one as a user would, and looking into it."""
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness

SPEC = harness.shipped("mnist_cnn")
BUILD, PUSH = (os.path.join(harness.SOURCE, "container", name) for name in ("build", "push"))
# As on a machine where the job has no rights: another user, nothing to write to but /opt/ml, little shared memory.
BARE = ["--read-only", "--user", "1000:1000", "--cap-drop", "all", "--shm-size", "64m"]


def build(spec, image, *options):
    """The image's digest; its list of what is inside lies in build/container."""
    sbom = os.path.join(harness.SOURCE, "build/container", image.split("/")[-1].replace(":", "-") + ".cdx.json")
    options = ("--tool", "podman") + options if "--tool" not in options else options
    harness.run(BUILD, spec, "-t", image, "--sbom", sbom,
                "--source", "https://example.org/trainc", *options, timeout=1800)
    with open(sbom) as f:
        return harness.run("podman", "image", "inspect", "--format", "{{.Id}}", image).strip(), json.load(f)


def built_again(image, *options):
    """Checks that the image comes out the same from nothing, by another tool. Packages may have become newer since the first was
    built: then that is built again."""
    other = image + "-again"
    first, inside = build(SPEC, image, *options)
    second, inside_second = build(SPEC, other, "--no-cache", "--tool", "buildah", *options)
    if inside != inside_second:
        first, inside = build(SPEC, image, "--no-cache", *options)
    harness.run("podman", "rmi", other)
    assert inside == inside_second, "other packages"
    assert first == second, "%s, then %s" % (first, second)


def inspected(image):
    return json.loads(harness.run("podman", "image", "inspect", image))[0]


def held(image):
    """{path: mode} of every file and folder."""
    root = harness.run("podman", "image", "mount", image).strip()
    try:
        return {os.path.relpath(os.path.join(place, name), root): os.lstat(os.path.join(place, name)).st_mode & 0o7777
                for place, folders, files in os.walk(root) for name in folders + files}
    finally:
        harness.run("podman", "image", "umount", image)


def has_labels(image):
    labels = inspected(image)["Labels"]
    with open(os.path.join(harness.SOURCE, "CMakeLists.txt")) as f:
        version = re.search(r"project\(trainc VERSION (\S+)", f.read()).group(1)
    digest = harness.run("sha256sum", SPEC).split()[0]
    for name, value in (("org.opencontainers.image.source", "https://example.org/trainc"),
                        ("org.opencontainers.image.version", version), ("trainc.spec", "mnist_cnn.yaml"),
                        ("trainc.spec.sha256", digest)):
        assert labels.get(name) == value, "%s is %r, not %r" % (name, labels.get(name), value)


def is_pushed(image, work):
    """container/push takes it to a registry; what is there then is the same image."""
    port, file = harness.free_port(), os.path.join(work, "registry.yml")
    with open(file, "w") as f:
        f.write("version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s/registry}}\nhttp: {addr: '127.0.0.1:%d'}\n"
                % (work, port))
    with harness.listening(port, "docker-registry", "serve", file):
        there = "127.0.0.1:%d/%s" % (port, image.split("/")[-1])
        assert "pushed: " + there in harness.run(PUSH, image, "--registry", "127.0.0.1:%d" % port, "--insecure")
        found = json.loads(harness.run("skopeo", "inspect", "--tls-verify=false", "--raw", "docker://" + there))
    assert found["config"]["digest"] == "sha256:" + inspected(image)["Id"], found
    return "%.1f MB compressed" % (sum(layer["size"] for layer in found["layers"]) / 1e6)


def opened(job):
    """Others may write into the job's folder."""
    for part in ("model", "output", "checkpoints"):
        os.makedirs(job.path(part), exist_ok=True)
    harness.run("chmod", "-R", "a+rwX", job.prefix)
    return job


def failure(job):
    with open(job.path("output/failure")) as f:
        return f.read()
