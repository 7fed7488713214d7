"""Ways that were tuned alike, each against the student alone that was tuned as they were."""

from collections.abc import Iterator, Sequence

from analysis.evidence.differences import gaps
from analysis.evidence.rows import Row
from analysis.evidence.texts import SURE, counts_text, level_text, together_text
from analysis.figures.figure import Drawn, new_figure, style
from analysis.figures.forest import Entry, narrow, panel
from analysis.ranking.ways import Ways, ways_of


def draw(rows: Sequence[Row]) -> Iterator[Drawn]:
    """One figure, the best way first; none where no ways were tuned alike."""
    if ways := ways_of(rows):
        yield _figure(ways)


def _figure(ways: Ways) -> Drawn:
    main, alone = ways.main, ways.alone.final
    entries = [
        Entry(
            f"{way.name} (n {way.verdict.found.n})",
            way.verdict.found,
            way.verdict,
            [*gaps(way.final, alone, main).values()],
        )
        for way in ways.others
        if way.verdict
    ]
    margin = max(way.verdict.margin for way in ways.others if way.verdict)
    with style("ways"):
        figure = new_figure(0.9 + 0.25 * len(entries))
        axes = figure.subplots()
        panel(axes, entries, main, margin)
        axes.set_yticks(range(len(entries)), [entry.label for entry in entries])
    said = counts_text(entry.verdict for entry in entries)
    title = f"Against the student alone, tuned as they are, in {main.title}: {said}"
    caption = (
        f"Mean difference at equal seeds with its interval ({level_text(alone.looks)}), and each "
        f"seed's difference (small). Filled: decided, for {together_text(alone.looks)} {SURE}; "
        f"hollow: undecided. Band: ±δ, differences that do not matter ({main.text(margin)})."
    )
    return Drawn("ways", title, caption, figure, narrow("ways", entries, main, margin))
