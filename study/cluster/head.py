"""A cluster's head, asked before it is joined, so that a mistake costs a line and no minutes.

ray.init tries for minutes, or ends the process; so the head is asked first: does it answer, does
it take the token, is this machine one of its nodes, what do they have.
"""

import os
import socket
from typing import Any

import grpc
import psutil
from ray.core.generated import gcs_service_pb2, gcs_service_pb2_grpc

from study.cluster import dashboard
from study.cluster.resources import Node
from trainables.errors import BadInputError, one_line

ANSWER_SECONDS = 10


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
    """Raise BadInputError where nothing listens: gRPC would try for as long as it may."""
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
    if not (token := dashboard.token()):
        file = os.environ.get("RAY_AUTH_TOKEN_PATH") or dashboard.token_file()
        raise BadInputError(
            f"no token for the Ray cluster at {address}: put what `ray get-auth-token` prints on "
            f"its head into RAY_AUTH_TOKEN or {file}; a cluster that asks for none needs "
            "RAY_AUTH_MODE=disabled"
        )
    return token


def _refused(address: str, error: Any) -> BadInputError:
    if error.code() == grpc.StatusCode.UNAUTHENTICATED:
        return BadInputError(
            f"the Ray cluster at {address} refuses this token: give the one that `ray "
            "get-auth-token` prints on its head, in RAY_AUTH_TOKEN"
        )
    reason = one_line(error.details() or error.code().name)
    return BadInputError(f"no Ray cluster at {address}: {reason}")
