"""The line that changes on a terminal, or in a notebook, while a study runs."""

from collections.abc import Sequence
from importlib.util import find_spec

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

WIDE = 120  # columns of a terminal; a narrower one has no room for a bar
OTHERS = 9  # columns beside the text and the time left: a spinner, the share, spaces
OTHERS_WIDE = OTHERS + 34  # with the bar and the time since the start


class LiveLine:
    """A spinner, a text, the share that is done and the time left, each whole at any width."""

    def __init__(self, console: Console, text: str) -> None:
        self.console = console
        self.is_live = console.is_terminal or (console.is_jupyter and _has_widgets())
        self.bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            *([BarColumn(bar_width=24)] if self._is_wide else []),
            TextColumn("{task.percentage:>3.0f} %"),
            *([TimeElapsedColumn()] if self._is_wide else []),
            TextColumn("{task.fields[left]}"),
            console=console,
            disable=not self.is_live or console.quiet,
        )
        self._task = self.bars.add_task(text, total=None, left="")

    def show(self, texts: Sequence[str], share: float, left: str = "") -> None:
        """Show the longest of the texts that has room, the last where none has.

        texts: the longest first; share: of the work that is done, 0 to 1; left: how long it takes.
        """
        room = self.console.width - len(left) - (OTHERS_WIDE if self._is_wide else OTHERS)
        fitting = [text for text in texts if len(text) <= room or self.console.is_jupyter]
        text = [*fitting, texts[-1]][0]
        self.bars.update(self._task, total=1.0, completed=share, description=text, left=left)

    @property
    def _is_wide(self) -> bool:
        """Whether there is room for a bar: a notebook scrolls."""
        return self.console.is_jupyter or self.console.width >= WIDE


def _has_widgets() -> bool:
    """Whether a notebook can show what changes: Rich draws there by ipywidgets."""
    return find_spec("ipywidgets") is not None and find_spec("IPython") is not None
