"""A step that is the same operations each time, replayed as one where a device can do that.

On a GPU a step of small networks is some hundred kernels, which the host tells one by one, slower
than they are done. Captured as a CUDA graph they are told at once.
"""

from collections import Counter
from collections.abc import Callable, Hashable

import torch
from torch import Tensor

from trainables.device import Replay, capture_on, is_out_of_memory

EAGER = 3
"""Steps of each shape that are made as usual before one is captured: libraries choose their
kernels in them, and make what they keep."""

Step = Callable[..., None]
"""Changes tensors that stay where they are, by tensors that it is given; returns nothing."""
Shapes = tuple[tuple[torch.Size, torch.dtype], ...]


class Replayed:
    """A step, replayed where its device captures.

    static: whether it is the same operations each time, with nothing of the host's in them.
    version: of the tensors that it changes; with another one, they are no longer the same.
    """

    def __init__(
        self,
        step: Step,
        device: torch.device,
        *,
        static: bool = True,
        version: Callable[[], Hashable] = lambda: None,
    ) -> None:
        self.step, self.version = step, version
        self.capture = capture_on(device) if static else None
        self._forget()

    def _forget(self) -> None:
        self._seen: Counter[Shapes] = Counter()
        self._graphs: dict[Shapes, tuple[list[Tensor], Replay]] = {}
        self._version = self.version()

    def __call__(self, *inputs: Tensor) -> None:
        """One step."""
        if self.capture is None:
            self.step(*inputs)
            return
        if self.version() != self._version:
            self._forget()
        shapes = tuple((each.shape, each.dtype) for each in inputs)
        self._seen[shapes] += 1
        if self._seen[shapes] <= EAGER or not self._is_captured(shapes, inputs):
            self.step(*inputs)
            return
        held, replay = self._graphs[shapes]
        for mine, given in zip(held, inputs, strict=True):
            mine.copy_(given)
        replay()

    def _is_captured(self, shapes: Shapes, inputs: tuple[Tensor, ...]) -> bool:
        """Whether there is a graph for these shapes; False for good where it cannot be."""
        if shapes in self._graphs:
            return True
        assert self.capture
        held = [each.clone(memory_format=torch.contiguous_format) for each in inputs]
        try:
            self._graphs[shapes] = held, self.capture(lambda: self.step(*held))
        except RuntimeError as error:
            if is_out_of_memory(error):
                raise
            self.capture = None  # a user's loss that asks for a number, say
        return self.capture is not None
