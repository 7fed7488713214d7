"""Standardisation: inputs and values in the units of the objects that are learnt from."""

from typing import NamedTuple

import torch
from torch import Tensor

from trainables.data.datasets import Images


class Scale(NamedTuple):
    """Means and standard deviations of the objects that a network learns from.

    inputs: of each feature; value: of what is to be predicted, in the target's unit. A feature
    that does not vary among them is left at its size.
    """

    input_means: list[float]
    input_deviations: list[float]
    mean: float
    deviation: float

    def inputs(self, features: Tensor) -> Tensor:
        """Features [..., D], standardised."""
        means, deviations = torch.tensor([self.input_means, self.input_deviations])
        standardised: Tensor = (features - means.to(features)) / deviations.to(features)
        return standardised

    def values(self, values: Tensor) -> Tensor:
        """Values in the target's unit, standardised."""
        return (values - self.mean) / self.deviation

    def in_units(self, answers: Tensor) -> Tensor:
        """A network's answers, in the target's unit."""
        return answers * self.deviation + self.mean

    def objects(self, objects: Images) -> Images:
        """A table's objects, inputs and values standardised."""
        return Images(self.inputs(objects.inputs()), self.values(objects.labels))


def scale_of(objects: Images) -> Scale:
    """By the statistics of these objects (standard deviations with ddof 0)."""
    inputs, values = objects.inputs().double(), objects.labels.double()
    deviations = inputs.std(0, correction=0)
    deviations[deviations == 0] = 1.0
    return Scale(
        inputs.mean(0).tolist(),
        deviations.tolist(),
        float(values.mean()),
        float(values.std(correction=0)) or 1.0,
    )
