"""Every kind of artifact with the trainable that makes it; a workshop that has them all."""

from pathlib import Path

import torch

from trainables.artifacts.logits import compute_logits
from trainables.artifacts.store import Store
from trainables.artifacts.teacher import train_teachers
from trainables.artifacts.vae import train_vaes
from trainables.artifacts.workshop import Maker, Workshop
from trainables.methods.data_free.impressions import make_impressions

MAKERS: dict[str, Maker] = {
    "vae": train_vaes,
    "teacher": train_teachers,
    "logits": compute_logits,
    "impressions": make_impressions,
}


def open_workshop(artifacts: Path, device: torch.device | None = None) -> Workshop:
    """A workshop over a folder of artifacts, on a GPU where the process was given one."""
    default = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return Workshop(Store(artifacts), device or default, MAKERS)
