"""The views that are built in: images by their means, and some features of a table."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from torch import Tensor
from torch.nn.functional import avg_pool2d

from trainables.checks import check_whole
from trainables.data.views.view import View
from trainables.errors import BadInputError


@dataclass(frozen=True, kw_only=True)
class Shrunk(View):
    """An image in height × width pixels, each the mean of a rectangle of the image's."""

    height: int
    width: int

    def __post_init__(self) -> None:
        check_whole(self, "height", at_least=1)
        check_whole(self, "width", at_least=1)

    @property
    def name(self) -> str:
        """Its size."""
        return f"{self.height}×{self.width}"

    def __call__(self, objects: Tensor) -> Tensor:
        """Images [n, channels, H, W], where height and width divide H and W."""
        if objects.dim() != 4:
            raise BadInputError(
                f"Shrunk(height={self.height}, width={self.width}) is a view of images; of a "
                "table's features give Columns(kept=(0, 1), title='...')"
            )
        high, wide = objects.shape[2:]
        if high % self.height or wide % self.width:
            raise BadInputError(
                f"Shrunk(height={self.height}, width={self.width}) makes no whole rectangles of "
                f"images of {high}×{wide}: give divisors of {high} and {wide}"
            )
        return avg_pool2d(objects, (high // self.height, wide // self.width))


@dataclass(frozen=True, kw_only=True)
class Columns(View):
    """Some features of a table, by their numbers from 0.

    title: what tables call them; it does not determine a result.
    """

    kept: tuple[int, ...]
    title: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        kept, title = self.kept, self.title
        whole = isinstance(kept, Sequence) and all(type(one) is int and one >= 0 for one in kept)
        if not whole or not kept or len(set(kept)) < len(kept):
            raise BadInputError(
                f"Columns.kept is {kept!r}: give the numbers of features from 0, each once"
            )
        if not isinstance(title, str):
            raise BadInputError(f"Columns.title is {title!r}: give a text")
        object.__setattr__(self, "kept", tuple(kept))

    @property
    def name(self) -> str:
        """Its title, or the numbers."""
        return self.title or f"columns {', '.join(map(str, self.kept))}"

    def __call__(self, objects: Tensor) -> Tensor:
        """Rows [n, D]."""
        if objects.dim() != 2:
            raise BadInputError(
                f"Columns(kept={self.kept}) is a view of a table's features; of images give "
                "Shrunk(height=7, width=7), say"
            )
        if max(self.kept) >= objects.shape[1]:
            raise BadInputError(
                f"Columns.kept is {self.kept}, and the table has {objects.shape[1]} features: "
                f"give numbers from 0 to {objects.shape[1] - 1}"
            )
        return objects[:, list(self.kept)]
