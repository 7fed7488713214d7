"""All there is to say about a GPU: python -m benchmarks.gpu [cuda | cpu]

A table, then one line of JSON. It exits with 1 where the device computes otherwise than a CPU,
with 2 where it cannot begin.
"""

import argparse
import json
import os
import sys
import traceback
from dataclasses import asdict
from pathlib import Path

import torch

from benchmarks.gpu.bench import Bench
from benchmarks.gpu.frame.budget import Budget
from benchmarks.gpu.frame.device import about
from benchmarks.gpu.frame.sizes import FULL, SMALL
from benchmarks.gpu.parts import PARTS, SHARES
from benchmarks.gpu.work import domain
from trainables.errors import BadInputError


def options(arguments: list[str]) -> argparse.Namespace:
    """What the command was given."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gpu",
        description="Checks a GPU against the CPU and times cohorts on it; needs torch and data.",
    )
    parser.add_argument(
        "device", nargs="?", default="cuda", help="cuda, cuda:1, ...; cpu, to try the code"
    )
    parser.add_argument("--minutes", type=float, default=8.0, help="it ends after so many (8)")
    parser.add_argument(
        "--data", type=Path, help="the folder that holds FashionMNIST/raw; else as for the study"
    )
    parser.add_argument(
        "--random", action="store_true", help="random images instead: times, but no accuracies"
    )
    parser.add_argument("--out", type=Path, help="a file for the line of JSON")
    parser.add_argument("--small", action="store_true", help="as little of everything as on a CPU")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Run the parts, print what they found; the exit code."""
    given = options(arguments)
    device = torch.device(given.device)
    if device.type == "cuda" and not torch.cuda.is_available():
        raise BadInputError("torch sees no GPU here: give cpu, to try the code")
    if device.type == "cuda" and device.index is None:
        device = torch.device("cuda", torch.cuda.current_device())
    if device.type == "cpu":
        torch.set_num_threads(1)
    if given.data:
        os.environ["STUDY_DATA"] = str(given.data.absolute())
    try:
        domain(random=given.random).load()
    except (BadInputError, OSError) as error:  # a folder that no lock can be written to, say
        raise BadInputError(f"{error}; or give --data FOLDER, or --random") from None
    budget = Budget(given.minutes, SHARES)
    sizes = SMALL if given.small or device.type == "cpu" else FULL
    bench = Bench(device, budget, sizes, random=given.random)
    print(_headline(bench), flush=True)
    for name, part in PARTS.items():
        try:
            bench.run(name, part)
        except Exception as error:
            traceback.print_exc()
            bench.fail(name, f"{type(error).__name__}: {error}")
    given_sizes = {"random": given.random, "sizes": asdict(sizes)}
    spent = {"minutes": budget.spent / 60}
    line = json.dumps({**about(device), **given_sizes, **spent, **bench.found})
    if bench.failed:
        print(f"\nFAILED: {'; '.join(bench.failed)}")
    print(line)
    if given.out:
        given.out.write_text(f"{line}\n")
    return 1 if bench.failed else 0


def _headline(bench: Bench) -> str:
    facts = about(bench.device)
    shown = [f"{facts['hardware']} ({facts['device']})"]
    shown += [f"{facts[name]} GiB" for name in ("gib",) if name in facts]
    shown += [f"{name} {facts[name]}" for name in ("driver", "cuda", "torch") if name in facts]
    if "tf32" in facts:
        on = [what for what, rounded in facts["tf32"].items() if rounded]
        shown.append(f"TF32 {'of ' + ' and '.join(on) if on else 'off'}")
    data = "random images: no accuracy means anything" if bench.random else "FashionMNIST"
    return f"{', '.join(shown)}\n{data}; at most {bench.budget.whole / 60:g} minutes"


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BadInputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
