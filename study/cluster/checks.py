"""What every node of a cluster is asked once it was joined, so that it fails now, in one line.

Is this project importable at the same versions, is the storage shared, are the data to be had.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from study.cluster.code import ROOT, code_digest, versions
from trainables.artifacts.store import open_folder
from trainables.data.domain import Domain
from trainables.errors import BadInputError, Say, one_line

PROBE_SECONDS = 120  # a node starts a worker for it, which imports torch
FETCH_SECONDS = 900  # on a node that has no data yet


@dataclass(frozen=True)
class Wanted:
    """What every node is held to: this code, these versions, a file that it must see, data."""

    code: str
    versions: dict[str, str]
    storage: str
    mark: str
    domains: tuple[Domain, ...]


def check_nodes(storage: str, domains: tuple[Domain, ...], say: Say) -> None:
    """Every node that has CPUs: the same code and versions, the shared storage, the data.

    Raises BadInputError with what each node lacks.
    """
    nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]
    names = {node["NodeID"]: f"{node['NodeManagerAddress']}" for node in nodes}
    say(f"asking {len(nodes)} nodes for code, storage and data ...")
    folder, mark = open_folder(storage), f".probe-{uuid.uuid4().hex}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / mark).write_text(mark)
        wanted = Wanted(code_digest(), versions(), storage, mark, domains)
        lacking = _ask(names, _probe, wanted, PROBE_SECONDS)
        for node in names:
            if not lacking[node] and not (folder / f"{mark}-{node}").exists():
                lacking[node] = f"what it writes to {storage} is not seen here"
    except OSError as error:
        raise BadInputError(f"cannot write to the storage {storage}: {error}") from None
    finally:
        for file in folder.glob(f"{mark}*"):
            file.unlink(missing_ok=True)
    sound = {node: name for node, name in names.items() if not lacking[node]}
    lacking |= _ask(sound, _fetch, wanted, FETCH_SECONDS)
    faults = [f"{names[node]}: {what}" for node, what in lacking.items() if what]
    if faults:
        raise BadInputError(
            f"{len(faults)} of {len(nodes)} nodes cannot train: {'; '.join(faults)}"
        )


def _ask(
    nodes: dict[str, str], question: Callable[[Wanted], str], wanted: Wanted, seconds: float
) -> dict[str, str]:
    """What each node lacks, by its id; nothing where it is sound."""
    task = ray.remote(num_cpus=0, max_retries=0)(question)
    asked = {
        node: task.options(
            name=f"preflight{question.__name__}",
            scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False),
        ).remote(wanted)
        for node in nodes
    }
    deadline = time.monotonic() + seconds
    found = {}
    for node, answer in asked.items():
        try:
            found[node] = ray.get(answer, timeout=max(0.1, deadline - time.monotonic()))
        except ray.exceptions.GetTimeoutError:
            found[node] = f"no answer in {seconds:g} seconds"
        except ray.exceptions.RayError as error:
            found[node] = one_line(error, last=True)
    return found


def _probe(wanted: Wanted) -> str:
    """Run on a node: what it lacks."""
    if code_digest() != wanted.code:
        return f"it has another version of this project, in {ROOT}"
    for package, there in versions().items():
        if there != wanted.versions[package]:
            return f"it has {package} {there}, the launch {wanted.versions[package]}"
    folder = open_folder(wanted.storage)
    try:
        if (folder / wanted.mark).read_text() != wanted.mark:
            return f"it reads something else from {wanted.storage}"
        node = ray.get_runtime_context().get_node_id()
        (folder / f"{wanted.mark}-{node}").write_text("")
    except OSError as error:
        reason = error.strerror or error
        return f"the storage {wanted.storage} is not shared with it: {reason}"
    return ""


def _fetch(wanted: Wanted) -> str:
    """Run on a node: why it cannot have the data."""
    try:
        for domain in wanted.domains:
            domain.prepare()
    except BadInputError as error:
        return str(error)
    return ""
