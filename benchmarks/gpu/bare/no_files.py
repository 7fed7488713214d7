"""What needs no files: random images of FashionMNIST's shapes, and a store in memory."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import torch

from trainables.artifacts.store import Saved, Store, UnusableArtifactError
from trainables.data.domain import DomainData, Objects
from trainables.data.domains import MnistLike


@dataclass(frozen=True, kw_only=True)
class RandomImages(MnistLike):
    """Noise about a random image for each class, in FashionMNIST's shapes."""

    def load(self) -> DomainData:
        """Drawn once in a process."""
        return _random_images()


@lru_cache(maxsize=1)
def _random_images() -> DomainData:
    draw = torch.Generator().manual_seed(0)
    means = torch.randint(128, (10, 784), dtype=torch.uint8, generator=draw)

    def objects(count: int) -> Objects:
        labels = torch.randint(10, (count,), generator=draw)
        noise = torch.randint(128, (count, 784), dtype=torch.uint8, generator=draw)
        return Objects(means[labels] + noise, labels)

    return DomainData(objects(60_000), objects(10_000))


@dataclass(frozen=True)
class InMemory(Store):
    """A store without files, so that no disk has a part in any time."""

    kept: dict[tuple[str, str], Saved] = field(default_factory=dict)

    def has(self, kind: str, key: str) -> bool:
        """True if it was saved."""
        return (kind, key) in self.kept

    def save(self, kind: str, key: str, saved: Saved, describes: Any) -> None:
        """Keep it."""
        self.kept[kind, key] = saved

    def load(self, kind: str, key: str) -> Saved:
        """What was kept; raises UnusableArtifactError where nothing was."""
        if not self.has(kind, key):
            raise UnusableArtifactError(f"{kind} {key} is not there")
        return self.kept[kind, key]
