#!/usr/bin/env python3
"""The road to AWS: container/push, upload-data, train-job, fetch-model, deploy and delete-endpoint against moto's server and a real
registry. A proxy before moto keeps every request, since moto does not keep all of a training job."""
import functools
import http.client
import http.server
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, ".."))
import harness
from harness import case

ROLE, IMAGE = "arn:aws:iam::123456789012:role/SageMaker", "123456789012.dkr.ecr.us-east-1.amazonaws.com/mnist:1"
HOST = IMAGE.split("/")[0]
SPEC = harness.shipped("mnist_cnn")
METRICS = [{"Name": n, "Regex": "- %s: ([0-9.eE+-]+)" % n} for n in ("loss", "acc", "val_loss", "val_acc")]


class Recorder(http.server.BaseHTTPRequestHandler):
    """Passes requests on to moto, and keeps those that AWS's JSON protocol names: (operation, arguments)."""
    protocol_version = "HTTP/1.1"
    moto, seen, refused = None, [], set()     # refused: operations that are to fail

    def forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        target = self.headers.get("X-Amz-Target")
        Recorder.seen.append((target.split(".")[-1], json.loads(body)) if target else ("%s %s" % (self.command, self.path), None))
        if Recorder.seen[-1][0] in Recorder.refused:
            answer = b'{"__type": "ValidationException", "message": "refused by the test"}'
            self.send_response(400)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
            return
        connection = http.client.HTTPConnection("127.0.0.1", Recorder.moto, timeout=60)
        connection.request(self.command, self.path, body, dict(self.headers))
        answer = connection.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection", "date", "server"):
                self.send_header(name, value)
        size = answer.getheader("Content-Length") if self.command == "HEAD" else len(content)
        self.send_header("Content-Length", str(size or 0))
        self.end_headers()
        self.wfile.write(content)
        connection.close()

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = forward

    def log_message(self, *_):
        pass


class Setting:
    def __init__(self, trainc, folder, endpoint):
        self.folder, self.sdk2 = folder, os.path.dirname(harness.venv("sdk2"))
        with open(os.path.join(folder, "sagemaker.yaml"), "w") as f:
            f.write("SchemaVersion: '1.0'\nSageMaker: {PythonSDK: {Modules: {TelemetryOptOut: true}}}\n")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAGEMAKER_"))}
        self.environment = dict(
            kept, TRAINC=trainc, AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1",
            AWS_REGION="us-east-1", AWS_EC2_METADATA_DISABLED="true", AWS_ENDPOINT_URL=endpoint, AWS_MAX_ATTEMPTS="1", HOME=folder,
            SAGEMAKER_USER_CONFIG_OVERRIDE=os.path.join(folder, "sagemaker.yaml"), SAGEMAKER_SUPPRESS_V2_WARNING="1",
            SAGEMAKER_VALIDATE_ROLE="false")

    def script(self, name, *arguments, code=0, sdk=None, **environment):
        path = "%s:%s" % (sdk or self.sdk2, os.environ["PATH"])
        return harness.run(os.path.join(harness.SOURCE, "container", name), *arguments, code=code,
                           env=dict(self.environment, PATH=path, **environment))

    def aws(self, *arguments, code=0):
        """The answer of the AWS command line."""
        said = harness.run(os.path.join(self.sdk2, "aws"), *arguments, "--output", "json", code=code, env=self.environment)
        return json.loads(said) if said.strip().startswith(("{", "[")) else said

    def python(self, code, *arguments):
        return harness.run(os.path.join(self.sdk2, "python"), "-c", code, *arguments, env=self.environment)

    def requests(self, operation):
        return [arguments for name, arguments in Recorder.seen if name == operation]

    def data(self, name, leave_out=()):
        """A folder with the four files, of nothing in particular."""
        folder = os.path.join(self.folder, name)
        for channel, part in (("training", "train"), ("validation", "t10k")):
            os.makedirs(os.path.join(folder, channel), exist_ok=True)
            for kind in ("images-idx3-ubyte.gz", "labels-idx1-ubyte.gz"):
                if "%s-%s" % (part, kind) not in leave_out:
                    with open(os.path.join(folder, channel, "%s-%s" % (part, kind)), "wb") as f:
                        f.write(os.urandom(100))
        with open(os.path.join(folder, "training", "notes.txt"), "w") as f:
            f.write("not the job's\n")
        return folder


def trained(s, *settings, sdk=None, options=(), code=0):
    return s.script("train-job", SPEC, "--image", IMAGE, "--role", ROLE, "--data", "s3://bucket/mnist", "--output", "s3://bucket/out",
                    *options, *settings, sdk=sdk, code=code)


@case
def says_what_it_would_do(s):
    """--help and --dry-run need no network; wrong command lines are told."""
    offline = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    job = ["--image", IMAGE, "--role", ROLE, "--data", "s3://b/d", "--output", "s3://b/o"]
    for name, arguments, said in (
            ("push", ["mnist:1"], "aws ecr create-repository --region us-east-1 --repository-name mnist"),
            ("upload-data", [s.data("dry"), "s3://b/p", "--spec", SPEC], '"Key": "p/validation/t10k-labels-idx1-ubyte.gz"'),
            ("train-job", [SPEC, "lr=0.01", *job], '"lr": "0.01"'), ("fetch-model", ["job-1"], "describe_training_job"),
            ("deploy", ["job-1"], "create_endpoint_config"), ("delete-endpoint", ["job-1"], "delete_model")):
        assert name in s.script(name, "--help", **offline)
        assert said in s.script(name, *arguments, "--dry-run", **offline), name
        assert name in s.script(name, "--no-such-option", code=2, **offline)
    assert "is no S3 address" in s.script("upload-data", s.data("dry"), "b/p", "--spec", SPEC, code=1)
    assert "no region" in s.script("deploy", "job-1", code=1, AWS_REGION="", AWS_DEFAULT_REGION="")
    assert "no AWS credentials" in s.script("delete-endpoint", "job-1", code=1, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")


@case
def uploads(s):
    """The named files and no others, or none at all."""
    s.aws("s3", "mb", "s3://upload")
    said = s.script("upload-data", s.data("torn", ["t10k-labels-idx1-ubyte.gz"]), "s3://upload/x", "--spec", SPEC, code=1)
    assert "there is no t10k-labels-idx1-ubyte.gz or t10k-labels-idx1-ubyte for the channel 'validation'" in said, said
    assert "Contents" not in s.aws("s3api", "list-objects-v2", "--bucket", "upload")
    s.script("upload-data", s.data("whole"), "s3://upload/some/where/", "--spec", SPEC)
    found = sorted(item["Key"] for item in s.aws("s3api", "list-objects-v2", "--bucket", "upload")["Contents"])
    assert found == ["some/where/%s/%s-%s" % (channel, part, kind) for channel, part in (("training", "train"), ("validation", "t10k"))
                     for kind in ("images-idx3-ubyte.gz", "labels-idx1-ubyte.gz")], found
    spec = os.path.join(s.folder, "folders.yaml")
    with open(SPEC) as f, open(spec, "w") as out:
        out.write(re.sub("validation: *{images: ", "test: {images: sets/", f.read()))
    sets = os.path.join(s.data("named"), "test", "sets")
    shutil.copytree(os.path.join(s.folder, "named", "validation"), sets)
    shutil.copy(os.path.join(sets, "t10k-labels-idx1-ubyte.gz"), os.path.dirname(sets))
    s.script("upload-data", os.path.join(s.folder, "named"), "s3://upload/named", "--spec", spec)
    found = {item["Key"] for item in s.aws("s3api", "list-objects-v2", "--bucket", "upload", "--prefix", "named/test/")["Contents"]}
    assert found == {"named/test/sets/t10k-images-idx3-ubyte.gz", "named/test/t10k-labels-idx1-ubyte.gz"}, found
    assert "NoSuchBucket" in s.script("upload-data", s.data("whole"), "s3://nobodys/x", "--spec", SPEC, code=1)


@case
def refuses_wrong_hyperparameters(s):
    """Before anything is asked of AWS."""
    del Recorder.seen[:]
    for setting, text in (("epoch=3", "did you mean 'epochs'?"), ("epochs=0", "it must be at least 1"), ("lr=fast", "it wants a number"),
                          ("gpus=2", "this program trains on the CPU")):
        said = trained(s, setting, code=1)
        assert text in said and "trainc refuses; nothing was sent" in said, said
    assert not Recorder.seen, Recorder.seen


def channel(name, **more):
    return dict({"ChannelName": name, "DataSource": {"S3DataSource": {
        "S3DataType": "S3Prefix", "S3Uri": "s3://bucket/mnist/" + name, "S3DataDistributionType": "FullyReplicated"}}}, **more)


def compare(found, wanted):
    assert found == wanted, "the request is\n%s\nnot\n%s" % (json.dumps(found, indent=1, sort_keys=True),
                                                            json.dumps(wanted, indent=1, sort_keys=True))


def requested(s, sdk, *options):
    """The one CreateTrainingJob request of a train-job, without its name, and what the script printed."""
    del Recorder.seen[:]
    said = trained(s, "lr=0.01", "epochs=2", "gpus=0", sdk=sdk, options=options)
    found, = s.requests("CreateTrainingJob")
    name = found.pop("TrainingJobName")
    assert name.startswith("mnist-cnn-") and "model: s3://bucket/out/%s/output/model.tar.gz" % name in said, said
    return found


COMMON = {
    "RoleArn": ROLE, "HyperParameters": {"lr": "0.01", "epochs": "2", "gpu_count": "0"},
    "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File", "MetricDefinitions": METRICS},
    "ResourceConfig": {"InstanceType": "ml.c5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 5},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
}
SPOT = ["--spot", "--max-wait", "4000", "--checkpoints", "s3://bucket/kept", "--model", "s3://bucket/out/old/output/model.tar.gz"]


def model_channel(**more):
    made = channel("model", **more)
    made["DataSource"]["S3DataSource"]["S3Uri"] = SPOT[-1]
    return made


@case
def submits_with_sdk_2(s):
    """CreateTrainingJob, field by field."""
    wanted = dict(COMMON, InputDataConfig=[channel("training"), channel("validation")], OutputDataConfig={"S3OutputPath": "s3://bucket/out"},
                  ProfilerConfig={"DisableProfiler": True})
    compare(requested(s, s.sdk2), wanted)
    found = requested(s, s.sdk2, *SPOT)
    wanted.update(
        EnableManagedSpotTraining=True, StoppingCondition={"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 4000},
        CheckpointConfig={"S3Uri": "s3://bucket/kept"},
        InputDataConfig=[channel("training"), channel("validation"), model_channel(ContentType="application/x-sagemaker-model")])
    compare(found, wanted)


@case
def submits_with_sdk_3(s):
    """CreateTrainingJob, field by field."""
    sdk3 = os.path.dirname(harness.venv("sdk3"))
    found = requested(s, sdk3, *SPOT)
    compare(found, dict(
        COMMON, InputDataConfig=[channel("training", InputMode="File"), channel("validation", InputMode="File"), model_channel(InputMode="File")],
        OutputDataConfig={"S3OutputPath": "s3://bucket/out", "CompressionType": "GZIP"}, EnableManagedSpotTraining=True,
        StoppingCondition={"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 4000},
        CheckpointConfig={"S3Uri": "s3://bucket/kept", "LocalPath": "/opt/ml/checkpoints"}))
    compare({k: v for k, v in requested(s, sdk3).items() if k in ("StoppingCondition", "EnableManagedSpotTraining", "CheckpointConfig")},
            {"StoppingCondition": {"MaxRuntimeInSeconds": 3600}, "EnableManagedSpotTraining": False})


@case
def submits_for_gpus(s):
    """What trains on GPUs takes other hyperparameters."""
    del Recorder.seen[:]
    trained(s, "gpus=1", options=["--target", "cuda", "--instance-type", "ml.g5.xlarge", "--no-wait"])
    found, = s.requests("CreateTrainingJob")
    assert found["HyperParameters"] == {"gpu_count": "1"} and found["ResourceConfig"]["InstanceType"] == "ml.g5.xlarge", found
    assert "did you mean 'epochs'?" in trained(s, "epoch=1", options=["--target", "cuda"], code=1)


@case
def readme_begins(s):
    """The README's first commands make a bucket and a role that has what a job needs; its last ones leave nothing."""
    with open(os.path.join(harness.SOURCE, "container/README.md")) as f:
        blocks = [re.sub("(?m)^   ", "", block) for block in re.findall("```sh\n(.*?)```", f.read(), re.S)]
    first, last = blocks[0], blocks[-1]
    assert "create-role" in first and "delete-role" in last, blocks
    run = lambda text: harness.run("bash", "-euc", text, env=dict(s.environment, PATH="%s:%s" % (s.sdk2, os.environ["PATH"])))
    said = run(first + "echo $IMAGE $ROLE")
    assert said.split()[-2:] == [IMAGE, "arn:aws:iam::123456789012:role/trainc-sagemaker"], said
    policy = s.aws("iam", "get-role-policy", "--role-name", "trainc-sagemaker", "--policy-name", "trainc")["PolicyDocument"]
    assert [part["Resource"] for part in policy["Statement"]] == [
        "arn:aws:s3:::my-trainc-bucket", "arn:aws:s3:::my-trainc-bucket/*", "*"], policy
    s.aws("ecr", "create-repository", "--repository-name", "mnist")
    run("BUCKET=my-trainc-bucket\n" + last)
    assert not s.aws("iam", "list-roles")["Roles"] and "my-trainc-bucket" not in json.dumps(s.aws("s3api", "list-buckets"))
    assert "mnist" not in json.dumps(s.aws("ecr", "describe-repositories"))


@case
def is_what_the_api_takes(s):
    """trainc sagemaker's create_algorithm and tuning_job pass botocore's validation."""
    s.python("""if True:
        import botocore.session, botocore.validate, json, subprocess, sys
        known = json.loads(subprocess.check_output([sys.argv[1], "sagemaker", sys.argv[2], "--image", sys.argv[3]]))
        service = botocore.session.get_session().create_client("sagemaker").meta.service_model
        def check(operation, arguments):
            report = botocore.validate.ParamValidator().validate(arguments, service.operation_model(operation).input_shape)
            assert not report.has_errors(), report.generate_report()
        check("CreateAlgorithm", known["create_algorithm"])
        check("CreateHyperParameterTuningJob", {
            "HyperParameterTuningJobName": "x", "HyperParameterTuningJobConfig": dict(
                known["tuning_job"], Strategy="Bayesian",
                ResourceLimits={"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 2})})
    """, s.environment["TRAINC"], SPEC, IMAGE)


def put_model(s, job, members):
    """A finished job whose model.tar.gz holds these members."""
    path = os.path.join(s.folder, "model.tar.gz")
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    url = s.aws("sagemaker", "describe-training-job", "--training-job-name", job)["ModelArtifacts"]["S3ModelArtifacts"]
    s.aws("s3", "cp", path, url)
    return url


def new_job(s):
    s.aws("s3", "mb", "s3://bucket") if "bucket" not in json.dumps(s.aws("s3api", "list-buckets")) else None
    del Recorder.seen[:]
    said = trained(s, options=["--no-wait"])
    return [line[5:] for line in said.splitlines() if line.startswith("job: ")][0]


@case
def fetches(s):
    """A job's model, by the job's name and by its address; nothing from an archive that leaves its folder."""
    job, model = new_job(s), {"mnist-cnn-2.hd5": b"weights", "mnist-cnn-2-symbol.json": b"{}"}
    url = put_model(s, job, model)
    for what, folder in ((job, "by-name"), (url, "by-address")):
        folder = os.path.join(s.folder, folder)
        s.script("fetch-model", what, "-o", folder)
        found = {}
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), "rb") as f:
                found[name] = f.read()
        assert found == model, found
    for name in ("../evil", "/tmp/trainc-evil", "a/../../evil"):
        put_model(s, job, {"good": b"x", name: b"x"})
        folder = os.path.join(s.folder, "evil-model")
        assert "nothing was unpacked" in s.script("fetch-model", job, "-o", folder, code=1)
        assert not os.path.exists(folder) and not os.path.exists(os.path.join(s.folder, "evil"))
    assert "describe_training_job" in s.script("fetch-model", "no-such-job", code=1)
    assert "download_file" in s.script("fetch-model", "s3://bucket/nothing.tar.gz", code=1)


@case
def deploys(s):
    """Model, configuration, endpoint; all gone after delete-endpoint; none left behind by a failure."""
    job = new_job(s)
    url = put_model(s, job, {"mnist-cnn-2.hd5": b"weights"})
    del Recorder.seen[:]
    said = s.script("deploy", job, "--name", "digits", "--instance-count", "2")
    assert "container/delete-endpoint digits" in said and "2 x ml.c5.large" in said, said
    compare(s.requests("CreateModel"), [{"ModelName": "digits", "ExecutionRoleArn": ROLE,
                                         "PrimaryContainer": {"Image": IMAGE, "ModelDataUrl": url}}])
    compare(s.requests("CreateEndpointConfig"), [{"EndpointConfigName": "digits", "ProductionVariants": [
        {"VariantName": "all", "ModelName": "digits", "InstanceType": "ml.c5.large", "InitialInstanceCount": 2}]}])
    compare(s.requests("CreateEndpoint"), [{"EndpointName": "digits", "EndpointConfigName": "digits"}])
    s.script("delete-endpoint", "digits")
    count = lambda: [len(s.aws("sagemaker", "list-" + kind)[key]) for kind, key in (
        ("endpoints", "Endpoints"), ("endpoint-configs", "EndpointConfigs"), ("models", "Models"))]
    assert count() == [0, 0, 0], count()
    Recorder.refused = {"CreateEndpoint"}
    assert "create_endpoint: " in s.script("deploy", job, "--name", "digits", code=1) and count() == [0, 0, 0], count()
    Recorder.refused = set()
    assert "describe_endpoint" in s.script("delete-endpoint", "digits", code=1)
    assert "give --name" in s.script("deploy", url, code=1) and "give --image and --role" in s.script("deploy", url, "--name", "a", code=1)
    s.script("deploy", url, "--name", "letters", "--image", IMAGE, "--role", ROLE)
    s.script("delete-endpoint", "letters")
    assert count() == [0, 0, 0], count()


# A registry as ECR's: TLS, a password, and the host's name, which only this mount namespace knows.
PUSH = r"""set -eu
mount --bind "$WORK/hosts" /etc/hosts
mkdir -p /etc/containers/certs.d && mount -t tmpfs none /etc/containers/certs.d
mkdir -p "/etc/containers/certs.d/$HOST:443" "/etc/containers/certs.d/$HOST" && cp "$WORK/registry.crt" "/etc/containers/certs.d/$HOST/ca.crt"
tag=1
for image in $TAKEN; do
	"$PUSH" "$image" --repository kept --tag $tag
	skopeo inspect --creds "AWS:$PASSWORD" --raw "docker://$HOST/kept:$tag" | tr -d '\n' && echo
	tag=$((tag + 1))
done
"""


def small_image(s, environment):
    folder = os.path.join(s.folder, "small")
    os.makedirs(folder)
    with open(os.path.join(folder, "Dockerfile"), "w") as f:
        f.write("FROM scratch\nCOPY Dockerfile /\n")
    harness.run("buildah", "bud", "--isolation", "chroot", "--timestamp", "0", "-t", "localhost/small:7", folder, env=environment)
    return "localhost/small:7"


def taken_over(s, image, environment):
    """A real image, from the store that it was built in."""
    archive = os.path.join(s.folder, "image.tar")
    harness.run("podman", "save", "--format", "oci-archive", "-o", archive, image)
    found = harness.run("buildah", "pull", "oci-archive:" + archive, env=environment).split()[-1]
    harness.run("buildah", "tag", found, image, env=environment)
    os.remove(archive)
    return image


def digest(image, environment):
    return "sha256:" + harness.run("buildah", "inspect", "--type", "image", "--format", "{{.FromImageID}}", image, env=environment).strip()


@case
def pushes(s):
    """A small image and the real ones, for CPUs and GPUs, to ECR, whose repository is made once; and to any registry. The image that
    comes back is the one that went."""
    for tool in ("buildah", "skopeo", "docker-registry", "openssl", "unshare"):
        if not shutil.which(tool):
            raise harness.Skipped("%s is not here" % tool)
    work = os.path.join(s.folder, "push")
    os.makedirs(work)
    write = lambda name, text: open(os.path.join(work, name), "w").write(text)
    write("storage.conf", '[storage]\ndriver = "vfs"\ngraphroot = "%s/store"\nrunroot = "%s/run"\n' % (work, work))
    write("hosts", "127.0.0.1 localhost %s\n" % HOST)
    tools = os.path.join(work, "bin")
    os.makedirs(tools)
    for tool in ("buildah", "skopeo"):              # and no docker or podman, which may know other images
        os.symlink(shutil.which(tool), os.path.join(tools, tool))
    environment = dict(s.environment, CONTAINERS_STORAGE_CONF=os.path.join(work, "storage.conf"), WORK=work, HOST=HOST,
                       PASSWORD="123456789012-auth-token", PUSH=os.path.join(harness.SOURCE, "container/push"),
                       PATH="%s:%s:/usr/sbin:/usr/bin:/sbin:/bin" % (tools, s.sdk2))
    taken = [small_image(s, environment)] + [taken_over(s, image, environment) for image in os.environ.get("IMAGES", "").split()]
    environment["TAKEN"] = " ".join(taken)
    harness.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", os.path.join(work, "registry.key"),
                "-out", os.path.join(work, "registry.crt"), "-subj", "/CN=" + HOST, "-addext", "subjectAltName=DNS:" + HOST)
    write("htpasswd", s.python("import bcrypt; print('AWS:' + bcrypt.hashpw(b'123456789012-auth-token', bcrypt.gensalt(5)).decode())"))
    registry = "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s/%s}}\n"
    write("ecr.yml", (registry % (work, "ecr")) + "auth: {htpasswd: {realm: ecr, path: %s/htpasswd}}\nhttp: {addr: '127.0.0.1:443', "
          "tls: {certificate: %s/registry.crt, key: %s/registry.key}}\n" % (work, work, work))
    port = harness.free_port()
    write("plain.yml", (registry % (work, "plain")) + "http: {addr: '127.0.0.1:%d'}\n" % port)
    del Recorder.seen[:]
    with harness.listening(443, "docker-registry", "serve", os.path.join(work, "ecr.yml")):
        said = harness.run("unshare", "-m", "--propagation", "private", "bash", "-c", PUSH, env=environment)
    local = [digest(image, environment) for image in taken]
    back = [json.loads(line)["config"]["digest"] for line in said.splitlines() if line.startswith("{")]
    assert back == local, (back, local)
    assert [r["repositoryName"] for r in s.requests("CreateRepository")] == ["kept"], s.requests("CreateRepository")
    with harness.listening(port, "docker-registry", "serve", os.path.join(work, "plain.yml")):
        run = functools.partial(harness.run, env=environment)
        assert "pushed: 127.0.0.1:%d/small:7" % port in run(environment["PUSH"], "localhost/small:7", "--registry",
                                                            "127.0.0.1:%d" % port, "--insecure")
        back = run("skopeo", "inspect", "--tls-verify=false", "--raw", "docker://127.0.0.1:%d/small:7" % port)
        assert json.loads(back)["config"]["digest"] == local[0], (back, local)
    said = harness.run(environment["PUSH"], "localhost/none:1", "--registry", "127.0.0.1:9", env=environment, code=1)
    assert "there is no image localhost/none:1; build it: container/build" in said, said
    return "%d images" % len(taken)


def main():
    options = harness.arguments(__doc__).parse_args()
    counts = harness.Counts()
    moto, proxy = harness.free_port(), http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    Recorder.moto = moto
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    with harness.WorkFolder(options.keep) as folder:
        try:
            setting = Setting(os.path.abspath(options.trainc), folder, "http://127.0.0.1:%d" % proxy.server_port)
        except harness.Skipped as reason:
            print("SKIPPED: container_road: %s" % reason)
            return 77
        with harness.listening(moto, os.path.join(setting.sdk2, "moto_server"), "-H", "127.0.0.1", "-p", str(moto)):
            for name in harness.chosen(harness.cases, options.case):
                counts.run(name, harness.cases[name], setting)
    return counts.finish()


if __name__ == "__main__":
    sys.exit(main())
