"""Views of a study with searches: what each chose, and the Pareto front of its validation.

Beside the choice stands what an oracle, selection by the test set, would have claimed.
"""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from analysis.evidence.family import Family
from analysis.evidence.nested import nested
from analysis.evidence.rows import Row
from analysis.evidence.searched import Tuned, path_labels, value_text
from analysis.evidence.selection import alone_verdicts, tuned, tuning_verdicts
from analysis.evidence.texts import (
    NONE,
    SURE,
    interval_text,
    number,
    percent,
    summary_text,
)
from analysis.evidence.verdicts import Verdict
from analysis.tables.nested_view import gap_text, nested_view
from analysis.tables.view import EPOCHS, RATE, View, idle

OWN_COLUMNS = (
    "objective.hard_label_weight", "objective.temperature", "schedule.learning_rate",
    "schedule.epochs",
)  # fmt: skip
"""What has a column whatever was searched."""


def selection_views(rows: Sequence[Row]) -> Iterator[View]:
    """What searches chose, by which rule, what an oracle would have claimed, and their fronts."""
    yield from chosen_views(rows)
    yield from front_views(rows)


def front_views(rows: Sequence[Row]) -> Iterator[View]:
    """The Pareto fronts of what searches asked for."""
    if searches := tuned(rows):
        yield _fronts(searches)


def again_views(rows: Sequence[Row]) -> Iterator[View]:
    """What choices scored at first and again, of several searches; of one a sentence says it."""
    found = [(one, one.best.again) for one in tuned(rows) if one.best.again]
    if len(found) > 1:
        lines = [
            {
                "search": one.name,
                "finalists": str(len(one.finalists)),
                "at first": number(one.best.mean(f"validation/{one.best.score}"), one.best.scored),
                "with fresh seeds": number(again.mean(f"validation/{again.score}"), again.scored),
            }
            for one, again in found
        ]
        yield View("Scored again", "the mean score of each choice", pd.DataFrame(lines))


def chosen_views(rows: Sequence[Row]) -> Iterator[View]:
    """What searches chose for all seeds, and what nested ones chose for each."""
    searches, procedures = tuned(rows), nested(rows)
    tuning = tuning_verdicts([*searches, *procedures])
    if searches:
        yield _chosen_view(searches, rows, tuning[: len(searches)])
    if procedures:
        yield nested_view(procedures, rows, tuning[len(searches) :])


def _chosen_view(searches: Sequence[Tuned], rows: Sequence[Row], tuning: list[Verdict]) -> View:
    others = _others(searches)
    gains = zip(searches, alone_verdicts(searches, Family(rows)), tuning, strict=True)
    table = pd.DataFrame([_tuned_line(*one, others) for one in gains])
    return View(
        "Chosen by selection",
        "score: mean over selection seeds and parts held out, of both scorings where finalists "
        "were scored again; test: the choice trained anew on all of its split with fresh seeds, "
        f"read once; {_oracle(searches)}untuned: the listed setting that was varied; "
        "epochs: trained, of those planned; verdicts are right together "
        f"{SURE}: of Δ alone for "
        "all rows of the study, of Δ untuned for all searches",
        table.drop(columns=idle(table)),
        keys=[(one.final or one.best).planned.key for one in searches],
    )


def _fronts(searches: Sequence[Tuned]) -> View:
    others = _others(searches)
    both = " and ".join(measure.title for measure in searches[0].best.domain.compared)
    fronts = [(one.name, row) for one in searches for row in one.front()]
    return View(
        "Pareto fronts",
        f"settings that none beats in both {both} of validation",
        pd.DataFrame([_front_line(name, row, others) for name, row in fronts]),
    )


def _oracle(searches: Sequence[Tuned]) -> str:
    """What the columns of an oracle say, where a search has one."""
    seeds = sorted({one.optimism.n for one in searches if one.optimism.n})
    if not seeds:
        return ""
    return (
        f"oracle: the best {searches[0].main.title} on half of the test set among the settings "
        "asked for, at the selection's seeds; optimism: by how much that is better than on the "
        "other half, by the same students and less what all settings differ by between the halves "
        f"[95 %, paired t, n = {'/'.join(map(str, seeds))}]; "
    )


def _others(searches: Sequence[Tuned]) -> dict[str, str]:
    """Further columns for what was searched, by path."""
    rows = [row for one in searches for row in one.asked]
    paths = dict.fromkeys(path for row in rows for path in row.planned.searched.chosen)
    labels = path_labels([*OWN_COLUMNS, *paths])
    return {path: labels[path] for path in paths if path not in OWN_COLUMNS}


def _chosen(chosen: Mapping[str, float | str], others: Mapping[str, str]) -> dict[str, str]:
    return {
        label: value_text(chosen[path]) if path in chosen else NONE
        for path, label in others.items()
    }


def _tuned_line(
    one: Tuned, alone: Verdict, tuning: Verdict, others: Mapping[str, str]
) -> dict[str, str]:
    best, final, main = one.best, one.final, one.main
    first = final or best  # of a population's choice the numbers that it begins with
    setting = {
        "search": one.name,
        "rule": best["rule"],
        "asked": str(len(one.asked)),
        "again": str(len(one.finalists)),
        "teacher": best["teacher"],
        "φ": best.link,
        "λ": decimals_of(first, "lambda") if best.has_teacher else NONE,
        "T": decimals_of(first, "temperature"),
        RATE: f"{first.number('learning_rate'):.3g}",
        EPOCHS: best["epochs"],
    }
    results = {
        "score": number(one.score, best.scored),
        f"test {main.title}": summary_text(final.summary(final.test), main) if final else NONE,
        "Δ alone": gap_text(alone),
        "Δ untuned": gap_text(tuning),
        "oracle": number(one.claim, main),
        "optimism": interval_text(one.optimism, main),
        "epochs": percent(one.spent),
    }
    return setting | _chosen(one.values, others) | results


def _front_line(name: str, row: Row, others: Mapping[str, str]) -> dict[str, str]:
    setting = {
        "search": name,
        "teacher": row["teacher"],
        "φ": row.link,
        "λ": decimals_of(row, "lambda"),
        "T": decimals_of(row, "temperature"),
    }
    return (
        setting
        | _chosen(row.planned.searched.chosen, others)
        | {
            f"validation {one.title}": number(row.mean(f"validation/{one.name}"), one)
            for one in row.domain.compared
        }
    )


def decimals_of(row: Row, column: str) -> str:
    """A recorded number to three digits; a dash where the setting has none."""
    return NONE if row[column] == NONE else f"{row.number(column):.3g}"
