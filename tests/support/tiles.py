"""A made domain of little coloured images, neither square nor balanced: methods take no time."""

from dataclasses import dataclass

import torch

from trainables.data.domain import Domain, DomainData, Objects, Shape
from trainables.data.splits import SplitRows, hold_out
from trainables.data.task import Classes, Task
from trainables.randomness import generator

OBJECTS, SHARES = 400, (0.5, 0.3, 0.2)


@dataclass(frozen=True, kw_only=True)
class Tiles(Domain):
    """Noise, brighter in the channel that is the class; the classes have unequal shares.

    name: also of the noise. own_test: whether its test set is that of all seeds.
    spoilt: of this seed what is held out of Small, this share, and its test objects are
        others, of other labels; none where the share is 0.
    """

    name: str = "Tiles"
    shape: Shape = (3, 6, 10)
    own_test: bool = False
    spoilt: tuple[int, float] = (0, 0.0)

    @property
    def task(self) -> Task:
        return Classes(names=("red", "green", "blue"), even=False)

    @property
    def split_sizes(self) -> dict[str, int]:
        return {"Train": 208, "Big": 160, "Small": 48, "Test": 96}

    @property
    def draws_test(self) -> bool:
        return not self.own_test

    def load(self) -> DomainData:
        draw = generator(f"tiles/{self.name}", 0)
        labels = torch.multinomial(torch.tensor(SHARES), OBJECTS, True, generator=draw)
        noise = torch.randint(100, (OBJECTS, *self.shape), generator=draw)
        noise[torch.arange(OBJECTS), labels] += 40
        if self.spoilt[1]:
            seed, share = self.spoilt
            rows = self.rows(seed)
            held = rows.small[hold_out(len(rows.small), share, seed).validate]
            wrong = torch.cat([held, rows.test])
            labels[wrong], noise[wrong] = 2 - labels[wrong], 255 - noise[wrong]
        objects = Objects(noise.flatten(1).byte(), labels)
        test = objects[self.rows(0).test] if self.own_test else None
        return DomainData(objects, test)

    def rows(self, seed: int) -> SplitRows:
        order = torch.randperm(OBJECTS, generator=generator(f"split/{self.name}", seed))
        test, small, big = order[:96], order[96:144], order[144:304]
        return SplitRows(torch.cat([small, big]), big, small, test)
