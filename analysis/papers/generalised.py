"""The figure of digits of Lopez-Paz et al. 2016, beside the settings that repeat its points.

They print curves. Their numbers are in the result files beside the authors' code: means of 10
repetitions, between which students deviate by some 0.06, so that a mean is known to 0.04 or so.
Their λ weighs the teacher; at 0 it is a student alone, which each of six temperatures has anew.
"""

from functools import cache

from analysis.papers.methods import Known
from search_spaces.generalised.generalised_known import TEMPERATURES, long, short
from search_spaces.rows.generalised import bound
from trainables.settings import alone

SOURCE = "Lopez-Paz et al. 2016, the figure of MNIST; numbers of its authors' result files"
DIFFERS = (
    "Adam from PyTorch's initial weights, not RMSprop from Glorot's; means of 4×4 pixels, not a "
    "bilinear resize. All of them stop after 50 epochs in batches of 128, as by their code"
)
# By digits to learn from: whole, alone, and taught at λ = ½ by temperature.
PRINTED = {
    300: (0.801, 0.470, {1: 0.449, 20: 0.646}),
    500: (0.837, 0.589, {1: 0.606, 20: 0.734}),
}


def _known(figure: str, printed: float) -> tuple[Known, ...]:
    return (Known(figure, "test/accuracy", printed, SOURCE, DIFFERS),)


def _of(size: int) -> dict[str, tuple[Known, ...]]:
    whole, by_itself, taught = PRINTED[size]
    first = short(long(size, TEMPERATURES[0]))
    return {
        short(bound(first)).key: _known(f"{size} digits of 28×28, the teacher", whole),
        alone(first).key: _known(f"{size} digits of 7×7, alone", by_itself),
        **{
            short(long(size, t)).key: _known(f"{size} digits of 7×7, taught at T = {t}", taught[t])
            for t in TEMPERATURES
        },
    }


@cache
def known_settings() -> dict[str, tuple[Known, ...]]:
    """What is printed of a setting, by its key."""
    return {key: known for size in PRINTED for key, known in _of(size).items()}
