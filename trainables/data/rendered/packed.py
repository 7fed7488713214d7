"""Labelled images, and the file that keeps them: fixed bytes, so that one digest says it all."""

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from torch import Tensor


@dataclass(frozen=True)
class LabelledImages:
    """Images, what they show, and which of them belong together.

    images: uint8 [n, C, H, W]. labels, groups: int64 [n], indices into classes and group_names.
    variants: int64 [n], which style of a family of fonts, or skin of an emoji; 0 is the plain one.
    """

    images: Tensor
    labels: Tensor
    groups: Tensor
    variants: Tensor
    classes: tuple[str, ...]
    group_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)


def packed(images: LabelledImages) -> bytes:
    """Their file: a safetensors file, names in it as text of a line each; nothing compressed.

    What is compressed has other bytes with another release of zlib.
    """
    tensors = {"images": images.images.contiguous()}
    for name in ("labels", "groups", "variants"):
        tensors[name] = getattr(images, name).to(torch.int32)
    for name in ("classes", "group_names"):
        text = "\n".join(getattr(images, name))
        tensors[name] = torch.frombuffer(bytearray(text.encode()), dtype=torch.uint8)
    return save(tensors)


def unpacked(path: Path) -> LabelledImages:
    """The images of a file that was verified."""
    tensors = load_file(path)
    return LabelledImages(
        images=tensors["images"],
        labels=tensors["labels"].long(),
        groups=tensors["groups"].long(),
        variants=tensors["variants"].long(),
        classes=_lines(tensors["classes"]),
        group_names=_lines(tensors["group_names"]),
    )


def _lines(text: Tensor) -> tuple[str, ...]:
    return tuple(bytes(text.tolist()).decode().split("\n"))
