"""Common random numbers: one generator for each purpose and seed.

Two settings with the same seed share split, initialisation and data order, so their difference
is the setting's. A purpose's draw does not move when another purpose is added or drawn from.
"""

import hashlib

import torch


def generator(purpose: str, seed: int) -> torch.Generator:
    """A CPU generator for one purpose ("order/student", say) and seed.

    CPU always, also for members that train on a GPU: the same draw on every machine.
    """
    digest = hashlib.blake2b(f"{purpose}/{seed}".encode(), digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "big") >> 1)
