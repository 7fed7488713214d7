"""What a nested search reports: one row, of searching and training together.

Each seed is trained with the setting that was chosen within its own split, so the settings differ
by seed. None of them is a row by itself: one seed says nothing of a setting. Together they are
the row of the procedure, with one value a seed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from analysis.evidence.rows.row import Row
from analysis.evidence.texts import NONE
from records.choice import Candidate, choose
from records.schema import Record, procedure_key
from trainables.identity import identity


def with_procedures(rows: Mapping[str, Row]) -> dict[str, Row]:
    """The rows by their keys, with one for each nested search in place of what it trained."""
    searches: dict[str, dict[int, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows.values():
        if row.within is not None:
            searches[row.planned.search or "search"][row.within].append(row)
    if not searches:
        return dict(rows)
    shown = {key: row for key, row in rows.items() if not _is_of_single_seeds(row, rows)}
    for name, asked in searches.items():
        place = max(row.planned.place for row in rows.values()) + 1
        if found := _procedure(name, asked, rows, place):
            shown[found.planned.key] = found
    return shown


def _is_of_single_seeds(row: Row, rows: Mapping[str, Row]) -> bool:
    """True for what a nested search trained, now or before it was extended."""
    chosen = rows.get(row.planned.again or "")
    return chosen is not None and chosen.within is not None


def _procedure(
    name: str, asked: Mapping[int, Sequence[Row]], rows: Mapping[str, Row], place: int
) -> Row | None:
    """The row of a nested search; None while no seed has a final setting."""
    choices = {seed: best for seed, mine in sorted(asked.items()) if (best := _best(mine))}
    finals = {
        seed: final
        for seed, best in choices.items()
        if (final := rows.get(identity(best.without_rule)))
    }
    if not finals:
        return None
    first = finals[min(finals)]
    planned = replace(
        first.planned,
        key=procedure_key(name),
        parameters=_in_common(first, [row for mine in asked.values() for row in mine]),
        place=place,
        seeds=sorted(asked),
        again=None,
    )
    row = Row(
        planned,
        first.space,
        first.seeds,
        looks=first.looks,
        option=first.option,
        nested=name,
        choices=choices,
    )
    row.finished = {s: one.finished[s] for s, one in finals.items() if s in one.finished}
    row.failed = {s: one.failed[s] for s, one in finals.items() if s in one.failed}
    without = {seed: mine for seed, mine in asked.items() if seed not in choices}
    row.failed |= {s: why for s, mine in without.items() if (why := _failure(mine))}
    row.planned = replace(planned, name=row.label)
    return row


def _best(asked: Sequence[Row]) -> Row | None:
    """What was chosen for a seed, as the launch chose it; None while that is not known."""
    mine = sorted(asked, key=lambda row: row.planned.asked or 0)
    candidates = [Candidate(row.finished | row.failed, row.planned.seeds or ()) for row in mine]
    if any(row.missing for row in mine):
        return None
    scored = mine[0].scored
    metric, upwards = f"validation/{scored.name}", scored.higher_is_better
    place = choose(candidates, metric, higher_is_better=upwards)
    return None if place is None else mine[place]


def _failure(asked: Sequence[Row]) -> Record | None:
    """Of a seed that could not choose, since no candidate of it is whole: a trial that failed."""
    if any(row.missing for row in asked):
        return None
    return next((record for row in asked for record in row.failed.values()), None)


def _in_common(final: Row, asked: Sequence[Row]) -> dict[str, str]:
    """The recorded columns of a reported setting, a dash where candidates differ in them."""
    columns = final.planned.parameters
    return {
        column: NONE if len({row.planned.parameters.get(column) for row in asked}) > 1 else text
        for column, text in columns.items()
    }
