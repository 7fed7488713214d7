"""How a federation's clients are shown their objects."""

from collections.abc import Callable

from torch import Tensor

from trainables.data.augment import unit_of

Shown = Callable[[Tensor], Tensor]  # inputs in [0, 1], [..., D] → what clients read, [..., D]
LEAST = 1e-3 / 255  # added to each deviation; of pixels from 0 to 255 it is 0.001


def as_they_are(inputs: Tensor) -> Tensor:
    """The inputs."""
    return inputs


def standardised(pixels: Tensor) -> Shown:
    """Each pixel brought to mean 0 and deviation 1 over these objects [M, D].

    pixels: bytes, or floats in [0, 1]. As the authors of pFedMe make their clients' digits, but by
    Train alone: they read the test set too. So a pixel can be constant here that is not there;
    such a one is shown as it is.
    """
    values, unit = pixels.float(), unit_of(pixels)
    mean, std = values.mean(0) / unit, values.std(0, correction=0) / unit
    scale = (std + LEAST).masked_fill(std == 0, 1.0)
    return lambda inputs: (inputs - mean.to(inputs.device)) / scale.to(inputs.device)
