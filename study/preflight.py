"""Before a study goes to a cluster: what would make its trials wait for ever, as one line now.

Asked first, without joining (ray.init tries for minutes, or ends the process): does anything
answer, does it take the token, is this machine one of its nodes. Then, on each node: is this
project importable there at the same versions, is the storage shared, are the data to be had.
"""

import hashlib
import importlib.util
import os
import platform
import socket
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import grpc
import psutil
import ray
import typer
from ray.core.generated import gcs_service_pb2, gcs_service_pb2_grpc
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from analysis.command import FAILED, run_command
from study.cluster import ROOMS
from study.resources import Node
from trainables.errors import BadInputError
from trainables.sources import DATASETS, ensure
from trainables.store import open_folder

ANSWER_SECONDS = 10
PROBE_SECONDS = 120  # a node starts a worker for it, which imports torch
FETCH_SECONDS = 900  # on a node that has no data yet
PACKAGES = ("torch", "ray")

Say = Callable[[str], None]


def ask_nodes(address: str) -> list[Node]:
    """The nodes of the cluster whose head is at HOST:PORT, asked without joining it.

    Raises BadInputError where there is none, it refuses the token, or this machine is no node.
    """
    _knock(address)
    stub = gcs_service_pb2_grpc.NodeInfoGcsServiceStub
    token = _token(address)
    with grpc.insecure_channel(address) as channel:
        try:
            answer = stub(channel).GetAllNodeInfo(
                gcs_service_pb2.GetAllNodeInfoRequest(),
                timeout=ANSWER_SECONDS,
                metadata=[("authorization", f"Bearer {token}")] if token else [],
            )
        except grpc.RpcError as error:
            raise _refused(address, error) from None
    alive = [node for node in answer.node_info_list if node.state == node.ALIVE]
    here = {one.address for every in psutil.net_if_addrs().values() for one in every}
    if not any(node.node_manager_address in here for node in alive):
        raise BadInputError(
            f"this machine is no node of the Ray cluster at {address}: launch on one, or send "
            "the launch there: ray job submit --working-dir . -- python -m study.launch ..."
        )
    return [
        Node(
            node.node_manager_address,
            node.resources_total.get("CPU", 0),
            node.resources_total.get("GPU", 0),
        )
        for node in alive
    ]


def _knock(address: str) -> None:
    host, _, port = address.rpartition(":")
    if address.startswith("ray://") or not (host and port.isdigit() and int(port) < 2**16):
        raise BadInputError(
            f"no Ray cluster at {address}: give HOST:PORT as `ray start --head` printed it, on "
            "a node of the cluster; from elsewhere: ray job submit --working-dir . -- ..."
        )
    try:
        socket.create_connection((host, int(port)), timeout=ANSWER_SECONDS).close()
    except (OSError, ValueError) as error:
        raise BadInputError(
            f"no Ray cluster at {address}: {error}; start one with `ray start --head`, or leave "
            "--address away to use this machine"
        ) from None


def _token(address: str) -> str:
    """The cluster's token; without one Ray would end this process."""
    if os.environ.get("RAY_AUTH_MODE") == "disabled":
        return ""
    named = os.environ.get("RAY_AUTH_TOKEN_PATH")
    file = Path(named) if named else Path.home() / ".ray" / "auth_token"
    token = os.environ.get("RAY_AUTH_TOKEN") or (file.read_text() if file.is_file() else "")
    if not token.strip():
        raise BadInputError(
            f"no token for the Ray cluster at {address}: put what `ray get-auth-token` prints on "
            f"its head into RAY_AUTH_TOKEN or {file}; a cluster that asks for none needs "
            "RAY_AUTH_MODE=disabled"
        )
    return token.strip()


def _refused(address: str, error: Any) -> BadInputError:
    if error.code() == grpc.StatusCode.UNAUTHENTICATED:
        return BadInputError(
            f"the Ray cluster at {address} refuses this token: give the one that `ray "
            "get-auth-token` prints on its head, in RAY_AUTH_TOKEN"
        )
    reason = (error.details() or error.code().name).strip().splitlines()[0][:200]
    return BadInputError(f"no Ray cluster at {address}: {reason}")


# ---- on each node ----


@dataclass(frozen=True)
class Wanted:
    """What every node is held to: this code, these versions, and a file that it must see."""

    code: str
    versions: dict[str, str]
    storage: str
    mark: str


def check_nodes(storage: str, say: Say) -> None:
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
        wanted = Wanted(code_digest(), versions(), storage, mark)
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
            found[node] = str(error).strip().splitlines()[-1][:300]
    return found


def _probe(wanted: Wanted) -> str:
    """Run on a node: what it lacks."""
    if code_digest() != wanted.code:
        return f"it has another version of this project, in {Path(__file__).parent.parent}"
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
        for name in DATASETS:
            ensure(name)
    except BadInputError as error:
        return str(error)
    return ""


def code_digest() -> str:
    """One hash of all source files of this project, as Python would import them here."""
    digest = hashlib.sha256()
    for room in ROOMS:
        found = importlib.util.find_spec(room)
        for folder in (found.submodule_search_locations or ()) if found else ():
            for file in sorted(Path(folder).rglob("*.py")):
                digest.update(f"{room}/{file.relative_to(folder)}".encode() + file.read_bytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Of Python and of the packages that train."""
    return {"Python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def preflight(
    address: Annotated[str, typer.Argument(help="The cluster's head, HOST:PORT.")],
    nodes: Annotated[int, typer.Option(help="How many there should be.")] = 1,
) -> int:
    """Say which nodes a cluster has; exit code 1 while there are fewer than --nodes."""
    found = ask_nodes(address)
    for node in found:
        print(f"{node.address}: {node.cpus:g} CPU, {node.gpus:g} GPU")
    return 0 if len(found) >= nodes else FAILED


if __name__ == "__main__":
    raise SystemExit(run_command(preflight))
