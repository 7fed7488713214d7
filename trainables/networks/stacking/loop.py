"""Members one by one: for modules that no other way can call."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from trainables.networks.stacking.way import (
    Draws,
    Named,
    Way,
    let_parameters_be,
    outputs_of,
    stacked,
)


class Looped(Way):
    """Copies of the models, one after the other; their parameters are views of the values."""

    name = "one by one"

    def __init__(self, models: Sequence[nn.Module], device: torch.device, draws: Draws) -> None:
        self.models = [copy.deepcopy(model).to(device) for model in models]
        self.device, self.draws = device, draws

    def take(self, values: Named) -> None:
        self._values, self.leaves = values, []
        for place, model in enumerate(self.models):
            own = {name: value[place] for name, value in values.items()}
            self.leaves += let_parameters_be(model, own)

    def with_outputs(self, paths: Mapping[str, str], *inputs: Any) -> tuple[Any, Named]:
        answers, found = [], []
        for place, model in enumerate(self.models):
            own = [value[place] if isinstance(value, Tensor) else value for value in inputs]
            with self._own_draws(place), outputs_of(model, paths) as parts:
                answers.append(model(*own))
            found.append(parts)
        return torch.stack(answers), stacked(found)

    @property
    def parameters(self) -> Named:
        return self._values

    @property
    def buffers(self) -> Named:
        return stacked([dict(model.named_buffers()) for model in self.models])

    def gradients_of(
        self, outputs: Sequence[Tensor], upstream: Sequence[Tensor | None], *, once: bool = True
    ) -> Sequence[Tensor]:
        found = torch.autograd.grad(
            outputs, self.leaves, upstream, retain_graph=not once, materialize_grads=True
        )
        count = len(self._values)
        return [torch.stack(found[place::count]) for place in range(count)]

    def keep(self, places: list[int]) -> None:
        self.models = [self.models[place] for place in places]
        if self.draws is not None:
            self.draws = [self.draws[place] for place in places]

    def copy_rows(self, sources: list[int], to: list[int]) -> None:
        for source, place in zip(sources, to, strict=True):
            self.models[place] = copy.deepcopy(self.models[source])

    def train(self, mode: bool) -> None:
        for model in self.models:
            model.train(mode)

    @contextmanager
    def _own_draws(self, place: int) -> Iterator[None]:
        """What a member in training draws from PyTorch's generators is from its own."""
        if not self.models[place].training:
            yield
            return
        on_gpu = self.device.type == "cuda"
        with torch.random.fork_rng(devices=[self.device] if on_gpu else []):
            if self.draws is not None:
                seed = int(torch.randint(2**62, (), generator=self.draws[place]))
                torch.default_generator.manual_seed(seed)
                if on_gpu:
                    torch.cuda.manual_seed(seed)
                yield
                return
            before = _random_state(self.device)
            yield
            if not torch.equal(before, _random_state(self.device)):
                raise ValueError(
                    "this module draws: give Stack(draws=...) a generator for each member"
                )


def _random_state(device: torch.device) -> Tensor:
    states = [torch.get_rng_state()]
    if device.type == "cuda":
        states.append(torch.cuda.get_rng_state(device))
    return torch.cat(states)
