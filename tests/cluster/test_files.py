"""The files of cluster/: each against the tool or schema that reads it, as far as it is here.

Kubernetes' and Compose's schemas are not shipped: KUBERAY_CRD and COMPOSE_SCHEMA may name them
(ray.io_rayjobs.yaml of the operator, compose-spec.json). Every command in every file is read by
its own program's parser.
"""

import copy
import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import jsonschema
import pytest
import yaml
from mlflow.cli import cli as mlflow
from ray.autoscaler._private.util import prepare_config, validate_config
from ray.scripts.scripts import cli as ray
from typer import Typer
from typer.main import get_command

import trainables
from study.launch import launch
from study.preflight import preflight

FOLDER = Path(trainables.__file__).parent.parent / "cluster"
MODULES = {"study.launch": launch, "study.preflight": preflight}


def read(name):
    return yaml.safe_load((FOLDER / name).read_text())


@pytest.mark.parametrize("name", ["on-premise.yaml", "aws.yaml"])
def test_rays_cluster_launcher_takes_it(name):
    validate_config(prepare_config(copy.deepcopy(read(name))))


def schema(variable):
    path = os.environ.get(variable)
    if not path:
        pytest.skip(f"the schema is not ours to ship: {variable}=FILE checks against it")
    return yaml.safe_load(Path(path).read_text(encoding="utf-8"))


def strict(part):
    """Unknown fields are mistakes, as for kubectl's --validate=strict."""
    if isinstance(part, dict):
        if part.get("x-kubernetes-int-or-string"):
            part.pop("type", None)
        if "properties" in part and not part.get("x-kubernetes-preserve-unknown-fields"):
            part.setdefault("additionalProperties", False)
    for each in part.values() if isinstance(part, dict) else part:
        if isinstance(each, dict | list):
            strict(each)
    return part


def test_the_operator_takes_the_job():
    versions = schema("KUBERAY_CRD")["spec"]["versions"]
    (kind,) = [v["schema"]["openAPIV3Schema"] for v in versions if v["name"] == "v1"]
    kind["properties"]["metadata"] = {"type": "object", "required": ["name"]}
    jsonschema.validate(read("rayjob.yaml"), strict(kind), jsonschema.Draft7Validator)


def test_compose_takes_the_servers():
    jsonschema.validate(read("compose.yaml"), schema("COMPOSE_SCHEMA"), jsonschema.Draft7Validator)


def test_what_the_job_and_the_servers_refer_to_is_there():
    pods = read("rayjob.yaml")["spec"]["rayClusterSpec"]
    for group in (pods["headGroupSpec"], *pods["workerGroupSpecs"]):
        pod = group["template"]["spec"]
        mounted = {m["name"] for c in pod["containers"] for m in c["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["volumes"]}
    servers = read("compose.yaml")
    for service in servers["services"].values():
        assert set(service.get("depends_on", ())) <= set(servers["services"])
        named = {volume.partition(":")[0] for volume in service["volumes"]}
        assert {name for name in named if name[0] != "."} <= set(servers["volumes"])
    copied = re.findall(r"^COPY (.*) \S+$", (FOLDER / "Dockerfile").read_text(), re.MULTILINE)
    assert all((FOLDER.parent / name).exists() for names in copied for name in names.split())


def test_bash_reads_the_slurm_script():
    subprocess.run(["bash", "-n", FOLDER / "slurm.sh"], check=True)


def commands():
    """Every call of ray, mlflow or a module of ours: in commands, scripts and comments."""
    for path in sorted(FOLDER.iterdir()):
        text = path.read_text()
        if path.suffix == ".yaml":
            data = yaml.safe_load(text)
            text += f"\n{json.dumps(data, ensure_ascii=False)}".replace('", "', "\n")
        text = re.sub(r"\s*\\\n\s*#?\s*", " ", text)
        for found in re.finditer(r"\b(ray start|mlflow server|-m study\.\w+)( [^\n\"&;#]*)", text):
            yield path.name, found[1], found[2].split(" && ")[0].split(", then")[0]


@pytest.mark.parametrize(("name", "program", "words"), list(commands()))
def test_every_option_is_one_of_its_program(name, program, words):
    if program.startswith("-m"):
        app = Typer(add_completion=False)
        app.command()(MODULES[program.removeprefix("-m ")])
        command = get_command(app)
    else:
        group, sub = program.split()
        command = (ray if group == "ray" else mlflow).commands[sub]
    known = {option for each in command.params for option in each.opts + each.secondary_opts}
    used = {word.partition("=")[0] for word in shlex.split(words) if word.startswith("--")}
    assert used <= known, f"{name}: {program}{words}"
