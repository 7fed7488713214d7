"""Ways to learn that were tuned alike: what each gains over the student alone, and its cost."""

from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator

from analysis.evidence.differences import against, gaps
from analysis.evidence.rows import Row
from analysis.evidence.texts import SURE, level_text, together_text
from analysis.evidence.verdicts import Word, margin_of
from analysis.figures.figure import COLOURS, QUIET, Drawn, new_figure, style
from analysis.figures.forest import off_the_axis, window
from analysis.ranking.ways import Way, Ways, ways_of


def draw(rows: Sequence[Row]) -> Iterator[Drawn]:
    """One figure, where the ways of the study were tuned alike."""
    if ways := ways_of(rows):
        yield _figure(ways)


def _figure(ways: Ways) -> Drawn:
    main, looks = ways.main, ways.alone.final.looks
    with style("ways"):
        figure = new_figure(1.2 + 0.27 * len(ways.every))
        gain, cost = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
        _gains(gain, ways)
        cost.plot(
            [way.seconds for way in ways.every], range(len(ways.every)),
            marker="o", ms=4.5, ls="none", color=COLOURS[1],
        )  # fmt: skip
        cost.set(xscale="log", xlabel="seconds of a worker a student,\nall that it needs included")
        cost.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        cost.xaxis.set_major_formatter("{x:g}")
        cost.xaxis.set_minor_formatter("")
        cost.grid(axis="x")
    words = [way.verdict.word for way in ways.others if way.verdict]
    counts = ", ".join(f"{words.count(word)} {word}" for word in Word if word and word in words)
    title = f"{len(ways.others)} ways beside a student alone that was tuned as they were: {counts}"
    caption = (
        f"Mean difference in test {main.title} to the student alone, each chosen of "
        f"{ways.settings} settings and trained anew, at equal seeds (n = "
        f"{max(len(way.values) for way in ways.every)}) with its interval ({level_text(looks)}), "
        f"and each seed's difference (small). Filled: decided, for {together_text(looks)} {SURE}; "
        "hollow: undecided. Band: ±δ. Right: what one student costs, its teacher and link "
        "included; artifacts are shared, so a study pays less."
    )
    return Drawn("ways", title, caption, figure)


def _gains(axes: Axes, ways: Ways) -> None:
    main, alone = ways.main, ways.alone.final
    found = [against(way.final, alone, main) for way in ways.every]
    margin = margin_of(main, alone.mean(alone.test))
    others = [one for one, way in zip(found, ways.every, strict=True) if way is not ways.alone]
    low, high = window(others, least=2 * margin)
    axes.axvspan(-margin, margin, color=QUIET, alpha=0.15, lw=0)
    axes.axvline(0, color=QUIET, lw=0.8)
    for place, (way, one) in enumerate(zip(ways.every, found, strict=True)):
        if way is ways.alone:
            continue
        if not low <= one.mean <= high:
            edge = low if one.mean < low else high
            off_the_axis(axes, place, edge, one.mean < edge, main.text(one.mean, "+"))
            continue
        by_seed = [*gaps(way.final, alone, main).values()]
        axes.plot(by_seed, [place + 0.28] * len(by_seed), "|", ms=5, mew=0.8, color=QUIET)
        axes.plot([one.low, one.high], [place, place], color=COLOURS[0], lw=1.6)
        axes.plot(one.mean, place, "o", ms=4.5, mfc=_face(way), mec=COLOURS[0])
    axes.set_xlim(low, high)
    axes.set_yticks(range(len(ways.every)), [_name(way, ways) for way in ways.every])
    axes.set_ylim(len(ways.every) - 0.4, -0.6)
    better = "right" if main.higher_is_better else "left"
    unit = f"{main.unit}; " if main.unit else ""
    axes.set_xlabel(f"Δ test {main.title}\n({unit}{better} is better)")
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.grid(axis="x")


def _name(way: Way, ways: Ways) -> str:
    return f"{way.name}, tuned (0)" if way is ways.alone else way.name


def _face(way: Way) -> str:
    return COLOURS[0] if way.verdict and way.verdict.is_decided else "white"
