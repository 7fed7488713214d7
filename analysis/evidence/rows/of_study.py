"""All rows of a study, each with the student alone that it is compared with."""

from collections import defaultdict
from collections.abc import Sequence

from analysis.evidence.rows.procedure import with_procedures
from analysis.evidence.rows.row import Row, seeds_option
from records.schema import Study

MOST_LACKS = 10  # are said one by one


def rows_of(study: Study) -> list[Row]:
    """A study's rows in its own order, each with the student alone that it is compared with.

    What a nested search chose for single seeds is one row, the procedure's, after all others.
    """
    option = seeds_option(study)
    rows = {
        planned.key: Row(planned, study.space, study.seeds, looks=study.looks, option=option)
        for planned in study.settings
    }
    for record in study.trials:
        if row := rows.get(record.setting):
            ended = row.finished if record.status == "FINISHED" else row.failed
            ended[record.seed] = record
    rows = with_procedures(rows)
    for row in rows.values():
        row.finalists = study.finalists.get(row.planned.search or "", 0)
        if row.planned.again and row.planned.again in rows:
            rows[row.planned.again].again = row
        others = study.contrasts.get(row.planned.key, ())
        row.contrasts = [rows[key] for key in others if key in rows]
    several, scheduled = (
        len({row[column] for row in rows.values()}) > 1
        for column in ("student_network", "schedule")
    )
    sizes: dict[str, set[int]] = defaultdict(set)
    for mine in rows.values():
        sizes[mine.split].add(mine.labelled)
    for mine in rows.values():
        mine.names_network, mine.names_schedule = several, scheduled
        mine.names_size = len(sizes[mine.split]) > 1
    _tell_apart([row for row in rows.values() if not row.is_candidate])
    bases: dict[tuple[str | bool, ...], list[Row]] = defaultdict(list)
    for row in rows.values():
        if row.from_labels_alone and not row.nested:
            bases[family_of(row)].append(row)
    for row in rows.values():
        candidates = bases[family_of(row)]
        row.alone = min(candidates, key=lambda base: _distance(row, base), default=None)
    return list(rows.values())


def _tell_apart(rows: Sequence[Row]) -> None:
    """Let rows that nothing else tells apart say how many epochs they have."""
    alike: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        alike[row.label, row.tuning(), row["protocol"], row["learning_rate"]].append(row)
    for same in alike.values():
        several = len({row["epochs"] for row in same}) > 1
        for row in same:
            row.names_epochs = several


def family_of(row: Row) -> tuple[str | bool, ...]:
    """What a row shares with the student alone that it is compared with: first how many labels."""
    same = ("student_objects", "protocol", "student", "student_network", "held_out", "rule")
    return *(row[name] for name in same), row.broadcast


def _distance(row: Row, base: Row) -> tuple[bool, bool, int]:
    """A student without a teacher before one of λ = 1; of the same schedule before others."""
    schedule = ("epochs", "batch_size", "learning_rate", "schedule")
    same = all(row[name] == base[name] for name in schedule)
    return base.has_teacher, not same, base.planned.place


def lacks(rows: Sequence[Row]) -> list[str]:
    """What rows are short of, with the command that fills them; the first few, and how many."""
    found = [f"{row.planned.name}: {row.lack()}" for row in rows if row.lack()]
    more = len(found) - MOST_LACKS
    return found[:MOST_LACKS] + ([f"... and {more} more settings lack trials"] if more > 0 else [])
