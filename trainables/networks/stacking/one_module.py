"""Members as one module with stacked values: of stacked layers, or mapped by `torch.vmap`."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from trainables.networks.products.traced import Traced
from trainables.networks.stacking.layers import Stackable, for_stack
from trainables.networks.stacking.way import (
    Draws,
    Named,
    Way,
    let_parameters_be,
    outputs_of,
    set_value,
    stacked,
)


class _OneModule(Way):
    """One module with stacked parameters and buffers."""

    model: nn.Module

    def take(self, values: Named) -> None:
        self.leaves = let_parameters_be(self.model, values)

    @property
    def parameters(self) -> Named:
        return dict(self.model.named_parameters())

    @property
    def buffers(self) -> Named:
        return dict(self.model.named_buffers())

    def gradients_of(
        self, outputs: Sequence[Tensor], upstream: Sequence[Tensor | None], *, once: bool = True
    ) -> Sequence[Tensor]:
        return torch.autograd.grad(
            outputs, self.leaves, upstream, retain_graph=not once, materialize_grads=True
        )

    def keep(self, places: list[int]) -> None:
        self._let_buffers_be({name: value[places] for name, value in self.buffers.items()})

    def copy_rows(self, sources: list[int], to: list[int]) -> None:
        for value in self.buffers.values():
            value[to] = value[sources]

    def train(self, mode: bool) -> None:
        self.model.train(mode)

    def _stack_buffers(self, models: Sequence[nn.Module], device: torch.device) -> None:
        values = stacked([dict(model.named_buffers()) for model in models])
        self._let_buffers_be({name: value.to(device) for name, value in values.items()})

    def _let_buffers_be(self, values: Named) -> None:
        for name, value in values.items():
            set_value(self.model, name, value)


class Layered(_OneModule):
    """A module of stacked layers."""

    name = "layers"

    def __init__(self, models: Sequence[nn.Module], device: torch.device, draws: Draws) -> None:
        self.draws = None if draws is None else [*draws]  # the layers that draw hold it, too
        self.model = for_stack(models[0], self.draws)
        self.grouped = isinstance(self.model, Stackable) and self.model.grouped
        self._stack_buffers(models, device)
        draws_itself = any(isinstance(part, nn.Dropout) for part in self.model.modules())
        self.is_static = not self.buffers and not draws_itself  # statistics are bound anew

    def __call__(self, *inputs: Any) -> Any:
        return self.model(*inputs)

    def with_outputs(self, paths: Mapping[str, str], *inputs: Any) -> tuple[Any, Named]:
        with outputs_of(self.model, paths) as found:
            return self.model(*inputs), found

    def traced(self, *inputs: Any) -> Traced | None:
        if not isinstance(self.model, Stackable) or self.model._forward_pre_hooks:
            return None
        return self.model.traced(*inputs)

    def keep(self, places: list[int]) -> None:
        super().keep(places)
        if self.draws is not None:
            self.draws[:] = [self.draws[place] for place in places]


class Mapped(_OneModule):
    """A module mapped over the members by `torch.vmap`."""

    name = "vmap"

    def __init__(self, models: Sequence[nn.Module], device: torch.device, draws: Draws) -> None:
        self.model = copy.deepcopy(models[0])
        self._stack_buffers(models, device)

    def with_outputs(self, paths: Mapping[str, str], *inputs: Any) -> tuple[Any, Named]:
        def one(parameters: Named, buffers: Named, *own: Any) -> tuple[Any, Named, Named]:
            values = parameters | buffers  # buffers that the module binds anew are left here
            with outputs_of(self.model, paths) as found:
                answer = functional_call(self.model, values, own, tie_weights=False)
            return answer, found, {name: values[name].detach() for name in buffers}

        dims = [0 if isinstance(value, Tensor) else None for value in inputs]
        mapped = torch.vmap(one, in_dims=(0, 0, *dims))
        answers, found, buffers = mapped(self.parameters, self.buffers, *inputs)
        self._let_buffers_be(buffers)
        return answers, found
