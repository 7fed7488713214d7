"""Before a cluster is joined: what would make a study wait for ever, as one line now.

ray.init tries for minutes, or ends the process; so the cluster's head is asked first: does it
answer, does it take the token, is this machine one of its nodes, what do they have.
"""

from typing import Annotated

import typer

from records.cli import FAILED, run_command
from study.cluster.head import ask_nodes


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
