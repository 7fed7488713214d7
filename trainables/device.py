"""The device that networks are trained on: what differs between devices is asked here, once."""

import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def default_device() -> torch.device:
    """A GPU where the process was given one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def clock(device: torch.device) -> float:
    """Seconds of a monotonic clock, read when the device has done all that it was told.

    A GPU is told what to do long before it does it.
    """
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def is_exact(device: torch.device) -> bool:
    """Whether a member's result must not depend on its company by a bit: on a CPU with one thread.

    On a GPU it does by rounding, whatever is done; there the host's work counts.
    """
    return device.type == "cpu"


Replay = Callable[[], None]
"""Does again what was captured, with the same tensors."""


def capture_on(device: torch.device) -> Callable[[Callable[[], None]], Replay] | None:
    """How a device captures what it is told in a function, without doing it; None: it cannot."""
    return _cuda_graph if device.type == "cuda" else None


def _cuda_graph(function: Callable[[], None]) -> Replay:
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        function()
    return graph.replay


def free_memory(device: torch.device) -> int | None:
    """Bytes that are free on a GPU; None of a CPU, whose memory belongs to everybody."""
    return torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else None


def product_rate(device: torch.device, size: int = 4096) -> float:
    """Operations a second of a large fp32 product, the fastest of five."""
    a, b = torch.rand(2, size, size, device=device)
    seconds = []
    for _ in range(5):
        started = clock(device)
        torch.mm(a, b)
        seconds.append(clock(device) - started)
    return 2 * size**3 / min(seconds)


def give_back(device: torch.device) -> None:
    """Let others have the memory that no tensor uses; call it when no traceback holds any."""
    if device.type == "cuda":
        torch.cuda.empty_cache()


def is_out_of_memory(error: Exception) -> bool:
    """True where fewer members at a time may do: memory that a GPU, or the machine, refused."""
    refused = isinstance(error, MemoryError | torch.OutOfMemoryError)
    return refused or "can't allocate memory" in str(error)


class Placed:
    """Tensors on a device; one that is given twice is there once."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._found: dict[int, tuple[Tensor, Tensor]] = {}  # by id, which lives as long as it

    def __call__(self, tensor: Tensor) -> Tensor:
        """The same tensor on the device."""
        if id(tensor) not in self._found:
            self._found[id(tensor)] = tensor, tensor.to(self.device)
        return self._found[id(tensor)][1]


def are_one(tensors: Sequence[Tensor]) -> bool:
    """Whether all of these are the same object."""
    return all(each is tensors[0] for each in tensors)
