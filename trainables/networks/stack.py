"""Many models of one shape trained as one stacked model.

A student is so small that one at a time leaves the machine idle. Here every parameter is
[N, ...], and of most networks a layer of all members is one call (see stacking, kernels). Members
share nothing: each has its own data order and random draws, and equals its solo run to the bit
(see LANES).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import stack_module_state
from torch.nn import functional

from trainables.networks.kernels import repeated
from trainables.networks.optimisers.rules import ADAM, Optimiser, optimiser_of
from trainables.networks.products.traced import Pieces, Traced
from trainables.networks.stacking.way import Draws
from trainables.networks.stacking.ways import call_as_one
from trainables.networks.updates import Updates
from trainables.schedule import Schedule

LANES = 32
"""Floats that PyTorch's vectorised loops take at a time (AVX-512).

What is left over at the end of a tensor goes through scalar code that rounds differently. So each
member's parameters are padded to a multiple of LANES: then neither a member's place in the stack
nor its company changes a bit of it. This holds on a CPU with one thread."""

Report = Callable[[float], None]  # called with the fraction of a cohort's work that is done


class Stack:
    """N models of one shape as one, each trained at a learning rate of its own.

    optimiser: of all members. weight_decays: of each member; None for none. draws: a CPU
    generator of each member, for modules that draw in training (dropout).
    """

    def __init__(
        self,
        models: Sequence[nn.Module],
        learning_rates: Sequence[float],
        device: torch.device,
        optimiser: Optimiser = ADAM,
        weight_decays: Sequence[float] | None = None,
        draws: Draws = None,
    ) -> None:
        stacked, _ = stack_module_state(list(models))
        self._shapes = {name: value.shape[1:] for name, value in stacked.items()}
        self._values = [_padded(value.detach()).to(device) for value in stacked.values()]
        self._saved = [*models[0].state_dict()]
        self._way = call_as_one(models, device, draws)
        self._training = models[0].training
        self._traced: Traced | None = None
        self.version = 0  # how often tensors that a step changes were replaced
        self._take_values()
        decays = [0.0] * len(models) if weight_decays is None else weight_decays
        self._updates = Updates(self._values, learning_rates, optimiser, decays)

    @classmethod
    def scheduled(
        cls,
        models: Sequence[nn.Module],
        schedules: Sequence[Schedule],
        device: torch.device,
        draws: Draws = None,
    ) -> "Stack":
        """A stack whose members' schedules differ in rate and weight decay alone."""
        return cls(
            models,
            [schedule.learning_rate for schedule in schedules],
            device,
            optimiser_of(schedules[0]),
            [schedule.weight_decay for schedule in schedules],
            draws,
        )

    def _take_values(self) -> None:
        """Let the models' parameters be views of these values, without their padding."""
        # Updates are of the padded values, in place, and so the models' parameters.
        shapes = zip(self._values, self._shapes.items(), strict=True)
        self._way.take({name: _unpadded(value, shape) for value, (name, shape) in shapes})

    def __len__(self) -> int:
        return len(self._updates)

    @property
    def way(self) -> str:
        """How its members are called: "layers", "vmap" or "one by one" (see ways)."""
        return self._way.name

    @property
    def is_static(self) -> bool:
        """Whether a step is the same operations each time, none of them the host's."""
        return self._way.is_static

    @property
    def parameters(self) -> dict[str, Tensor]:
        """Every parameter by its name in the single model: [N, ...]."""
        return self._way.parameters

    def __call__(self, *inputs: Any) -> Any:
        """The outputs of N single models, each on its own inputs: [N, ...]."""
        return self._way(*inputs)

    def shared(self, inputs: Tensor, sizes: Sequence[int]) -> Tensor:
        """The same where members come in groups that share their input.

        inputs [G, B, D], sizes: members in each group → [N, B, out]. Of perceptrons, the first
        layer of a group is one wide product, several times as fast as one product a member.
        """
        outputs: Tensor = self._way(*self._each(inputs, sizes))
        return outputs

    def answer(self, inputs: Tensor, sizes: Sequence[int] | None = None) -> Tensor:
        """The same for the next `step`, whose losses know the parameters by these outputs alone.

        sizes: None where each member has its own inputs [N, B, D]. Where a network's gradients
        are written out, they are found without autograd: equal to the bit, and sooner.
        """
        each = (inputs,) if sizes is None else self._each(inputs, sizes)
        self._traced = self._way.traced(*each)
        if self._traced is None:
            outputs: Tensor = self._way(*each)
            return outputs
        return self._traced.outputs.requires_grad_()

    def with_features(
        self, inputs: Tensor, sizes: Sequence[int], paths: Mapping[str, str]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The same, and the features at these paths (Network.features): [N, B, ...] by name."""
        return self._way.with_outputs(paths, *self._each(inputs, sizes))

    def _each(self, inputs: Tensor, sizes: Sequence[int]) -> tuple[Any, ...]:
        return (inputs, sizes) if self._way.grouped else (repeated(inputs, sizes),)

    @contextmanager
    def evaluating(self) -> Iterator[None]:
        """While this is open, nothing is dropped, and running statistics normalise."""
        before, self._training = self._training, False
        self._way.train(False)
        try:
            yield
        finally:
            self._training = before
            self._way.train(before)

    def renew_optimiser(self) -> None:
        """Reset the optimiser's moments; the weights stay."""
        self.version += 1
        self._updates.renew()

    def set_rate_factor(self, factor: float) -> None:
        """From here on multiply all members' learning rates by this: Schedule.rate_factor."""
        self._updates.factor = factor

    def step(self, losses: Tensor) -> None:
        """One step for every member on its own loss: losses [N].

        A member's gradient comes from its own loss alone, so a NaN stays with its member.
        """
        traced, self._traced = self._traced, None
        if traced is None:
            self._updates.step(self._gradients(losses))
            return
        (upstream,) = torch.autograd.grad(losses.sum(), traced.outputs)
        with torch.no_grad():
            self._updates.step(self._as_values(traced.gradients(upstream)))

    def step_from(self, outputs: Sequence[Tensor], gradients: Sequence[Tensor]) -> None:
        """The same, given the losses' gradients with respect to these outputs, each [N, ...]."""
        self._updates.step(self._as_values(self._way.gradients_of(outputs, gradients)))

    def step_with(self, other: "Stack", losses: Tensor) -> None:
        """The same, and one step of another stack that has a part in these losses."""
        theirs = other._gradients(losses, once=False)
        self.step(losses)
        other._updates.step(theirs)

    def _gradients(self, losses: Tensor, *, once: bool = True) -> list[Pieces]:
        """The gradients of the sum of losses, by parameter, padded as the values are.

        once: whether nothing else is differentiated of these losses.
        """
        return self._as_values(self._way.gradients(losses.sum(), once=once))

    def _as_values(self, found: Sequence[Tensor | Pieces]) -> list[Pieces]:
        """Gradients laid out as the values are; a whole one is one piece.

        Contiguous, because PyTorch's fused kernels read memory in order whatever the strides say:
        a transposed gradient would silently update the wrong weights.
        """
        return [
            [
                piece.contiguous() if piece.shape[1:] == value.shape[1:] else _padded(piece)
                for piece in ([gradient] if isinstance(gradient, Tensor) else gradient)
            ]
            for gradient, value in zip(found, self._values, strict=True)
        ]

    def keep(self, places: Sequence[int]) -> None:
        """Keep only the members at these places, each unchanged, its moments included."""
        self.version += 1
        rows = torch.tensor(places, device=self._values[0].device)
        self._values = [value[rows] for value in self._values]
        self._way.keep([*places])
        self._take_values()
        self._updates.keep(self._values, places)

    def set_rates(self, learning_rates: Sequence[float], weight_decays: Sequence[float]) -> None:
        """From here on every member has this learning rate and weight decay."""
        self.version += 1
        self._updates.set_rates(learning_rates, weight_decays)

    def copy_rows(self, sources: Sequence[int], to: Sequence[int]) -> None:
        """Let members go on as others would: sources[k] is copied to the place to[k].

        Parameters, buffers and the optimiser's moments are copied; what a member draws from, and
        its rates, stay its own. No place is in both.
        """
        self.version += 1
        for value in self._values:
            value[list(to)] = value[list(sources)]
        self._way.copy_rows([*sources], [*to])
        self._take_values()
        self._updates.copy_rows(sources, to)

    @torch.no_grad()
    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Overwrite these parameters, each [N, ...]; the optimiser's moments stay."""
        own = self.parameters
        for name, value in weights.items():
            own[name].copy_(value)

    def member(self, index: int) -> dict[str, Tensor]:
        """The state dict of one member's model, on the CPU."""
        values = self._way.parameters | self._way.buffers
        return {name: values[name][index].detach().cpu().clone() for name in self._saved}


def _padded(value: Tensor) -> Tensor:
    """Pad the last dimension with zeros where a member does not fill LANES; see there."""
    if value.dim() == 1:  # one number a member
        value = value.unsqueeze(1)
    odd = value[0].numel() % LANES
    padded = functional.pad(value, (0, -value.shape[-1] % LANES)) if odd else value
    return padded.contiguous()


def _unpadded(value: Tensor, shape: torch.Size) -> Tensor:
    """A view of what was padded: [N, *shape]."""
    if not shape:
        return value[:, 0]
    return value if value.shape[-1] == shape[-1] else value[..., : shape[-1]]
