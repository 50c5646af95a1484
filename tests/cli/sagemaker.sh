# trainc sagemaker: one JSON text, values checked as the program checks them.
. "$(dirname "$0")/helpers"

run 0 sagemaker "$spec" lr=0.01 gpus=0 "epochs= 3 " lr=0.05
silent err
python3 - out <<'END' || complain "the JSON is not what it should be"
import json, re, sys
j = json.load(open(sys.argv[1]))
assert j["name"] == "mnist-cnn"
assert j["values"] == {"lr": "0.05", "gpu_count": "0", "epochs": "3"}, j["values"]
assert [h["name"] for h in j["hyperparameters"]] == ["lr", "batch_size", "epochs", "gpu_count"]
assert j["hyperparameters"][3]["aliases"] == ["gpus"] and j["hyperparameters"][0]["min"] == 0
assert [c["name"] for c in j["channels"]] == ["training", "validation", "model"]
assert j["channels"][1]["files"] == ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"]
line = ("60000/60000 [==============================] - 2s 26us/step - loss: 0.2283 - acc: 0.9305 - val_loss: 0.0557 "
        "- val_acc: 0.9816")
found = {m["Name"]: re.findall(m["Regex"], line) for m in j["metrics"]}
assert found == {"loss": ["0.2283"], "acc": ["0.9305"], "val_loss": ["0.0557"], "val_acc": ["0.9816"]}, found
training = j["create_algorithm"]["TrainingSpecification"]
assert "TrainingImage" not in training and training["MetricDefinitions"] == j["metrics"]
by_name = {h["Name"]: h for h in training["SupportedHyperParameters"]}
assert by_name["lr"]["DefaultValue"] == "0.1" and by_name["lr"]["IsTunable"] is True
assert by_name["gpus"]["IsTunable"] is False and "DefaultValue" not in by_name["gpus"]
assert by_name["epochs"]["Range"]["IntegerParameterRangeSpecification"] == {"MinValue": "1", "MaxValue": "2147483647"}
tuning = j["tuning_job"]
assert tuning["HyperParameterTuningJobObjective"] == {"Type": "Maximize", "MetricName": "val_acc"}
assert [r["Name"] for r in tuning["ParameterRanges"]["ContinuousParameterRanges"]] == ["lr"]
assert tuning["ParameterRanges"]["IntegerParameterRanges"] == [
    {"Name": "batch_size", "MinValue": "32", "MaxValue": "512", "ScalingType": "Logarithmic"}]
END
run 0 sagemaker "$spec" --image 1.dkr.ecr.us-east-1.amazonaws.com/mnist:1
python3 -c 'import json; a = json.load(open("out"))["create_algorithm"]; u = "1.dkr.ecr.us-east-1.amazonaws.com/mnist:1"
assert a["TrainingSpecification"]["TrainingImage"] == a["InferenceSpecification"]["Containers"][0]["Image"] == u' ||
	complain "--image is not in create_algorithm"

# wrong TEXT NAME=VALUE...
wrong() {
	local text=$1
	shift
	run 2 sagemaker "$spec" "$@"
	says err "trainc: UserError: $text"
	silent out
}
wrong "unknown hyperparameter 'epoch' in the command line (did you mean 'epochs'?)" epoch=3
wrong "hyperparameter 'lr' is 'fast' in the command line; it wants a number" lr=fast
wrong "hyperparameter 'epochs' is 0 in the command line; it must be at least 1" epochs=0
wrong "gpu_count is 2 and this program trains on the CPU" gpus=2
# Current instances are offered, and none with another processor than the image is for.
run 0 sagemaker "$spec"
python3 - out <<'END' || complain "the instances are not what they should be"
import json, sys
j = json.load(open(sys.argv[1]))["create_algorithm"]
lists = [j["TrainingSpecification"]["SupportedTrainingInstanceTypes"],
	j["InferenceSpecification"]["SupportedRealtimeInferenceInstanceTypes"], j["InferenceSpecification"]["SupportedTransformInstanceTypes"]]
for names in lists:
	families = {name.split(".")[1] for name in names}
	assert {"c7i", "m7i", "c6i"} <= families and not any("g" in f for f in families) and len(set(names)) == len(names), names
END
# On GPUs a job may ask for some, and other instances are offered.
run 0 sagemaker "$spec" -t cuda gpus=2
python3 - out <<'END' || complain "the JSON for GPUs is not what it should be"
import json, sys
j = json.load(open(sys.argv[1]))
assert j["values"] == {"gpu_count": "2"}, j["values"]
types = j["create_algorithm"]["TrainingSpecification"]["SupportedTrainingInstanceTypes"]
assert "ml.g5.xlarge" in types and not any(name.startswith(("ml.m", "ml.c")) for name in types), types
END
wrong "gpu_count is 65; it must be from 0 to 64" -t cuda gpus=65
# Whether several instances may share a job is the program's choice.
for network in none gloo; do
	run 0 sagemaker "$spec" --network=$network
	python3 - out $network <<'END' || complain "SupportsDistributedTraining is wrong with --network=$network"
import json, sys
j = json.load(open(sys.argv[1]))
assert j["create_algorithm"]["TrainingSpecification"]["SupportsDistributedTraining"] is (sys.argv[2] == "gloo")
END
done
# The job's channels, by their names; without validation no metric of it is there to be searched by.
sed 's/^    validation: .*//' "$spec" >alone.yaml
sed 's/^    training: *{/    train: {/; s/^    validation: *{/    eval: {channel: test, /' "$spec" >named.yaml
sed 's/^    validation: *{/    validation: {channel: training, /' "$spec" >together.yaml
for name in alone named together; do
	run 0 sagemaker $name.yaml
	cp out $name.json
done
python3 - <<'END' || complain "the channels are not the job's"
import json
alone, named, together = (json.load(open(name + ".json")) for name in ("alone", "named", "together"))
def channels(j):
    of_algorithm = [c["Name"] for c in j["create_algorithm"]["TrainingSpecification"]["TrainingChannels"]]
    assert of_algorithm == [c["name"] for c in j["channels"]], of_algorithm
    return {c["name"]: len(c["files"]) for c in j["channels"]}
assert channels(alone) == {"training": 2, "model": 0} and channels(named) == {"train": 2, "test": 2, "model": 0}
assert channels(together) == {"training": 4, "model": 0}
objective = alone["tuning_job"]["HyperParameterTuningJobObjective"]
assert [m["Name"] for m in alone["metrics"]] == ["loss", "acc"] and objective == {"Type": "Maximize", "MetricName": "acc"}, objective
END
sed 's/conv2d/conv3d/' "$spec" >a.yaml
run 1 sagemaker a.yaml lr=1
finish
