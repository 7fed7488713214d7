"""Standardising a table by the mean and deviation of the objects that a network learns from."""

from typing import NamedTuple

import torch
from torch import Tensor

from trainables.data.domain import Objects


class Scale(NamedTuple):
    """Means and standard deviations of the objects that a network learns from.

    input_means, input_deviations: of each feature; mean, deviation: of the values to predict, in
    their own unit. A feature that is constant among these objects gets the deviation 1.
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
        """Values to predict, given in their own unit, standardised."""
        return (values - self.mean) / self.deviation

    def in_units(self, answers: Tensor) -> Tensor:
        """A network's standardised predictions, back in the unit of the values."""
        return answers * self.deviation + self.mean

    def objects(self, objects: Objects) -> Objects:
        """The same rows of a table, features and values standardised; classes stay."""
        labels = objects.labels
        values = self.values(labels) if labels.is_floating_point() else labels
        return Objects(self.inputs(objects.inputs()), values)


def scale_of(objects: Objects) -> Scale:
    """The scale of these objects: means, and standard deviations with ddof 0.

    Where labels are classes, answers (logits) keep their scale.
    """
    inputs, values = objects.inputs().double(), objects.labels.double()
    deviations = inputs.std(0, correction=0)
    deviations[deviations == 0] = 1.0
    mean, deviation = 0.0, 1.0
    if objects.labels.is_floating_point():
        mean, deviation = float(values.mean()), float(values.std(correction=0)) or 1.0
    return Scale(inputs.mean(0).tolist(), deviations.tolist(), mean, deviation)
