"""LeNet-5 in published figures that are repeated here: what it reads, and how tables name it."""

from typing import Any

from trainables.data.domain import Domain, shape_text
from trainables.errors import BadInputError
from trainables.networks.lenet import DIGITS, lenet_parameters

CLASSES = 10  # of the figures


def check_lenet(target: Domain) -> None:
    """Raise BadInputError unless a domain is such as those that the figures are of."""
    if (target.shape, target.outputs) != (DIGITS, CLASSES):
        raise BadInputError(
            f"lenet=True repeats published figures, of one-channel images of 28×28 in {CLASSES} "
            f"classes, and {target.name} has {shape_text(target.shape)} in "
            f"{target.outputs}: leave lenet away"
        )


def lenet_columns(widths: tuple[int, ...], padding: int = 0) -> dict[str, Any]:
    """The student's columns where it is a LeNet-5 of these widths."""
    network = f"LeNet-5 {'-'.join(map(str, widths))}"
    return {"student_network": network, "student_parameters": lenet_parameters(widths, padding)}
