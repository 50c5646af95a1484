#!/usr/bin/env python3
"""trainc schema against real specs: those of specs/ and every row's example hold, wrong ones of tests/errors do not."""
import json
import os
import pathlib
import subprocess
import sys

import jsonschema
import yaml

HERE = pathlib.Path(__file__).resolve().parent
# Mistakes that a schema can see. Shapes, edges and names it cannot.
WRONG = """version_2 sections_missing name_path data_format_unknown floatx hyperparameter_no_type hyperparameter_not_here
    classes_missing channel_unknown format_unknown layer_unknown layer_key_unknown layer_key_missing
    layer_two_types layer_settings_list integer_as_string integer_as_float integer_zero pair_of_three choice_unknown
    activation_unknown precision initializer_key regularizer rate_one layer_name_code input_of_rank_4 input_zero inputs_mapping
    loss_unknown optimizer_two optimizer_key optimizer_negative metric_unknown export_unknown""".split()


def trainc(*arguments):
    return subprocess.run([os.environ["TRAINC"], *arguments], check=True, capture_output=True, text=True).stdout


def main():
    schema = json.loads(trainc("schema"))
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    files = [*(HERE / "../../specs").glob("*.yaml"), *(HERE / "../golden").glob("*/spec.yaml")]
    good = {str(path): path.read_text() for path in sorted(files)}
    for line in trainc("layers", "--examples").splitlines():
        kind, name, text = line.split("\t")
        good[f"{kind} {name}"] = json.loads(text)
    failures = [f"{name}: {error.message[:200]}" for name, text in good.items()
                for error in validator.iter_errors(yaml.safe_load(text))]
    failures += [f"{name} should be wrong" for name in WRONG
                 if validator.is_valid(yaml.safe_load((HERE / f"../errors/{name}.yaml").read_text()))]
    for failure in failures:
        print("FAILED:", failure)
    print(f"{len(good) + len(WRONG) - len(failures)} passed, {len(failures)} failed")
    return 1 if failures or len(good) < 30 else 0


sys.exit(main())
