"""Which setting a study chose: by validation alone. Test is read for the chosen one only.

The rule is that of `records.choice`, which the launch trained the choice by.
"""

import math
from collections.abc import Iterable, Sequence

from analysis.evidence.family import Family
from analysis.evidence.nested import Nested
from analysis.evidence.rows import Row
from analysis.evidence.searched import Tuned
from analysis.evidence.verdicts import Verdict, margin_of, verdicts
from records.choice import Candidate, choose, decide, finalists
from trainables.identity import identity

NOT_PLANNED = Candidate({}, [0])


def chosen(rows: Iterable[Row]) -> Row | None:
    """The setting of the best mean score, the earliest of equals; None where nothing was held out.

    A setting with a failed or missing seed is not a candidate, its mean would be another's; nor
    is one that was pruned, or that was scored on the test set.
    """
    return _best([row for row in rows if row["rule"] != "oracle"], "validation")


def finalists_of(asked: Sequence[Row]) -> list[int]:
    """Which of a search's settings are its finalists; none in records that know of none."""
    metric, higher_is_better = _scored_by(asked, "validation")
    most, first = max(row.finalists for row in asked), [_candidate(row) for row in asked]
    return finalists(first, metric, higher_is_better=higher_is_better, most=most)


def decided(asked: Sequence[Row], finalists: Iterable[int]) -> Row | None:
    """What a search chose of all that it asked for: of its finalists the best by both scorings."""
    metric, higher_is_better = _scored_by(asked, "validation")
    place = decide(
        [_candidate(row) for row in asked],
        {at: _candidate(asked[at].again) for at in finalists},
        metric,
        higher_is_better=higher_is_better,
        fresh_alone=asked[0].evolves,
    )
    return None if place is None else asked[place]


def _candidate(row: Row | None) -> Candidate:
    """A row as what may be chosen; one that is not planned yet lacks its seeds."""
    return Candidate(row.finished | row.failed, _seeds_of(row)) if row else NOT_PLANNED


def _scored_by(rows: Sequence[Row], group: str) -> tuple[str, bool]:
    """The recorded metric of the score that these rows have in common, and its direction."""
    scored = rows[0].scored if rows[0].is_candidate else rows[0].domain.main
    return f"{group}/{scored.name}", scored.higher_is_better


def _best(rows: Sequence[Row], group: str) -> Row | None:
    """The row that the study's one rule takes, by the score that these rows have in common."""
    if not rows:
        return None
    metric, higher_is_better = _scored_by(rows, group)
    best = choose(map(_candidate, rows), metric, higher_is_better=higher_is_better)
    return None if best is None else rows[best]


def _seeds_of(row: Row) -> set[int]:
    """The seeds that score it: the selection's; of a listed setting all that it has, but where
    more looks follow those of the first look alone, as the launch takes them.
    """
    if row.looks and not row.is_candidate:
        return set(range(min(row.seeds, len(row.planned_seeds))))
    return set(row.planned.seeds or {*range(row.seeds), *row.finished, *row.failed})


def reported(candidate: Row, rows: Iterable[Row]) -> Row | None:
    """The same setting trained without a rule, on all of its split: itself, if it has none and
    was not trained anew.

    Of a population's candidate, the setting that is trained by its lineage.
    """
    if not candidate.is_candidate:
        return candidate.again or candidate
    lineages = [record.reported for record in candidate.finished.values() if record.reported]
    key = lineages[0] if lineages else identity(candidate.without_rule)
    return next((row for row in rows if row.planned.key == key), None)


def tuned(rows: Sequence[Row]) -> list[Tuned]:
    """Every search that has chosen one setting for all seeds; see `nested` for the others."""
    searches: dict[str, list[Row]] = {}
    for row in rows:
        if row.planned.search and row.within is None:
            searches.setdefault(row.planned.search, []).append(row)
    found = []
    for name, mine in searches.items():
        mine.sort(key=lambda row: row.planned.asked or 0)
        asked = [row for row in mine if row["rule"] != "oracle"]
        if not asked or any(row.missing for row in asked):
            continue
        again = finalists_of(asked)
        best = decided(asked, again)
        if best is None:
            continue
        oracles = [row for row in mine if row["rule"] == "oracle" and row.halves_test]
        found.append(
            Tuned(
                name,
                asked,
                [asked[at] for at in again],
                best,
                reported(best, rows),
                next((r for r in rows if r.planned.key == best.planned.searched.base), None),
                oracles,
                _best(oracles, "oracle"),
            )
        )
    return found


def best_among(rows: Sequence[Row], searches: Sequence[Tuned]) -> Row | None:
    """What a search chose, where it is among these rows; else the best of them."""
    return next((one.best for one in searches if one.best in rows), None) or chosen(rows)


def alone_of(one: Tuned, searches: Sequence[Tuned]) -> Row | None:
    """The student alone that a choice is compared with.

    Where a search tuned the schedule too, that is the student alone of another search, tuned in
    the same way, if there is one: else the gain would be in part that of the learning rate.
    """
    final = one.final
    if final is None or final.alone is None or same_schedule(final, final.alone):
        return final.alone if final else None
    tuned_alone = (
        other.final
        for other in searches
        if other is not one
        and other.final
        and other.final.from_labels_alone
        and other.final["student"] == final["student"]
        and other.final["student_network"] == final["student_network"]
    )
    return next(tuned_alone, final.alone)


def same_schedule(row: Row, other: Row) -> bool:
    """True if both learn for as long, as fast and by the same."""
    same = ("epochs", "batch_size", "learning_rate", "schedule")
    return all(row[name] == other[name] for name in same)


def alone_verdicts(searches: Sequence[Tuned], family: Family) -> list[Verdict]:
    """Each choice against the student alone: as the study's family has it, of which it is a row.

    Those that are compared with a student that was tuned too are a family of their own.
    """
    others = [alone_of(one, searches) for one in searches]
    own = [
        other is None or one.final is None or other is not one.final.alone
        for one, other in zip(searches, others, strict=True)
    ]
    apart = _verdicts(searches, [o if mine else None for o, mine in zip(others, own, strict=True)])
    return [
        (None if mine or one.final is None else family.verdict(one.final)) or verdict
        for one, mine, verdict in zip(searches, own, apart, strict=True)
    ]


def tuning_verdicts(searches: Sequence[Tuned | Nested]) -> list[Verdict]:
    """Each choice against the row that was varied for it, unless it is just that: one family.

    Give it all searches of a study, nested ones too.
    """
    return _verdicts(searches, [None if o.fixed is o.final else o.fixed for o in searches])


def _verdicts(searches: Sequence[Tuned | Nested], others: Sequence[Row | None]) -> list[Verdict]:
    if not searches:
        return []
    found = [one.against(other) for one, other in zip(searches, others, strict=True)]
    main = searches[0].main
    levels = [other.mean(other.test) if other else math.nan for other in others]
    return verdicts(found, main, [margin_of(main, level) for level in levels])
