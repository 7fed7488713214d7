"""How long predicted operations take: kinds of work differ in it, and so do machines."""

from collections.abc import Mapping

import torch

from trainables.device import product_rate

RATES = {"student": 120.0, "teacher": 80.0, "vae": 200.0}
"""GFLOP/s of a quiet Zen 5 core in the work of each kind (docs/speed.md): predicted
operations cost more time in some kinds than in others, and these ratios last from one machine to
the next better than the rates do."""
RATE = 80.0  # of another kind
PRODUCTS = 226.0  # GFLOP/s of that core in large fp32 products
SIZE = 1_024  # of the product by which a core is compared with it


def nominal_seconds(work: Mapping[str, float]) -> float:
    """Seconds that GFLOP by kind of work take one worker at RATES."""
    return sum(each / RATES.get(kind, RATE) for kind, each in work.items())


def speed_here() -> float:
    """How fast a core of this machine is now, as a multiple of the one of RATES.

    By a large product: a fifth of a second.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return product_rate(torch.device("cpu"), SIZE) / 1e9 / PRODUCTS
    finally:
        torch.set_num_threads(threads)
