"""What the scripts beside this file share: the spec as trainc knows it, S3 addresses, clients, and how to fail.

Nothing of a model is written here: hyperparameters, metrics, channels and files come from `trainc sagemaker SPEC`."""
import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))


def fail(text):
    """One line on stderr that says what is wrong and what to do; exit code 1."""
    sys.exit("%s: %s" % (os.path.basename(sys.argv[0]), text))


def parser(description, **options):
    """A command line with what all scripts take."""
    made = argparse.ArgumentParser(prog=os.path.basename(sys.argv[0]), description=description, **options)
    made.add_argument("--region", help="AWS region (default: what AWS_REGION or aws configure says)")
    made.add_argument("--dry-run", action="store_true", help="print what would be asked of AWS, and ask nothing")
    return made


def trainc():
    """The compiler: $TRAINC, the checkout's, or the one on PATH."""
    built = os.path.join(os.path.dirname(HERE), "build/release/trainc")
    found = os.environ.get("TRAINC") or (built if os.path.exists(built) else shutil.which("trainc"))
    return found or fail("there is no trainc: build it (cmake --preset release && cmake --build --preset release) or set TRAINC")


def spec(path, settings=(), target="cpu"):
    """What the platform must know of a spec, with NAME=VALUE settings checked; ends the script where trainc refuses."""
    done = subprocess.run([trainc(), "sagemaker", path, "-t", target, *settings], stdout=subprocess.PIPE, universal_newlines=True)
    if done.returncode:
        fail("trainc refuses; nothing was sent")
    return json.loads(done.stdout)


def s3_address(url):
    """s3://bucket/some/key as (bucket, "some/key")."""
    bucket, _, key = url[5:].partition("/")
    if not url.startswith("s3://") or not bucket:
        fail("'%s' is no S3 address; it looks like s3://bucket/folder" % url)
    return bucket, key.rstrip("/")


def session(region):
    """A boto3 session in a known region."""
    try:
        import boto3
    except ImportError:
        fail("boto3 is not installed: pip install boto3")
    made = boto3.Session(region_name=region or os.environ.get("AWS_REGION"))
    if not made.region_name:
        fail("no region: give --region, or set AWS_REGION, or run aws configure")
    return made


@contextlib.contextmanager
def told(what):
    """AWS's own refusals as one line."""
    try:
        import botocore.exceptions as aws
    except ImportError:
        fail("boto3 is not installed: pip install boto3")
    try:
        yield
    except aws.NoCredentialsError:
        fail("%s: there are no AWS credentials: run aws configure, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" % what)
    except (aws.ClientError, aws.BotoCoreError) as refusal:
        fail("%s: %s" % (what, refusal))


class Caller:
    """Calls AWS, saying each call before it is made; on a dry run it only says."""

    def __init__(self, options, service):
        self.dry = options.dry_run
        self.client = None if self.dry else session(options.region).client(service)
        self.service = service

    def __call__(self, operation, **arguments):
        print("%s %s %s" % (self.service, operation, json.dumps(arguments, sort_keys=True)), flush=True)
        if self.dry:
            return {}
        with told(operation):
            return getattr(self.client, operation)(**arguments)


def training_job(call, name):
    """A finished job's description; ends the script while it is running and where it failed."""
    job = call("describe_training_job", TrainingJobName=name)
    status = job.get("TrainingJobStatus", "Completed")
    if status in ("InProgress", "Stopping"):
        fail("the job %s is %s (%s); try again when it has ended" % (name, status, job.get("SecondaryStatus")))
    if "ModelArtifacts" not in job and not call.dry:
        fail("the job %s is %s and left no model: %s" % (name, status, job.get("FailureReason", "no reason is given")))
    return job
