"""Which nodes a Ray cluster has, asked without joining it: python -m study.preflight HOST:PORT"""

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
