"""Two views of a study with searches: what each chose, and the Pareto front of its validation.

Beside the choice stands what an oracle, selection by the test set, would have claimed.
"""

import math
from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.evidence.rows import Row
from analysis.evidence.selection import Gain, Tuned, alone_gains, tuned, tuning_gains
from analysis.evidence.texts import (
    NONE,
    interval_text,
    number,
    p_text,
    percent,
    summary_text,
)
from analysis.tables.view import EPOCHS, RATE, View, idle
from trainables.data.domains import Measure


def selection_views(rows: Sequence[Row]) -> Iterator[View]:
    """What searches chose, by which rule, and what an oracle would have claimed."""
    searches = tuned(rows)
    if not searches:
        return
    main = searches[0].main
    gains = zip(searches, alone_gains(searches), tuning_gains(searches), strict=True)
    table = pd.DataFrame([_tuned_line(*one) for one in gains])
    yield View(
        "Chosen by selection",
        "score: mean over selection seeds and parts held out; test: the choice trained anew on "
        f"all of its split with fresh seeds, read once; oracle: the best test {main.title} among "
        "the settings asked for, at the selection's seeds; optimism: by how much that is better "
        "than the same setting's with fresh seeds; epochs: trained, of those planned; p with "
        "Holm's correction over the searches",
        table.drop(columns=idle(table)),
    )
    both = " and ".join(measure.title for measure in searches[0].best.domain.compared)
    fronts = [(one.name, row) for one in searches for row in one.front()]
    yield View(
        "Pareto fronts",
        f"settings that none beats in both {both} of validation",
        pd.DataFrame([_front_line(name, row) for name, row in fronts]),
    )


def _tuned_line(one: Tuned, alone: Gain, tuning: Gain) -> dict[str, str]:
    best, final, main = one.best, one.final, one.main
    return {
        "search": one.name,
        "rule": best["rule"],
        "asked": str(len(one.asked)),
        "teacher": best["teacher"],
        "φ": best.link,
        "λ": f"{best.number('lambda'):.3g}" if best.has_teacher else NONE,
        "T": f"{best.number('temperature'):.3g}" if best.domain.has_temperature else NONE,
        RATE: f"{best.number('learning_rate'):.3g}",
        EPOCHS: best["epochs"],
        "score": number(best.mean(f"validation/{best.score}"), best.scored),
        f"test {main.title}": summary_text(final.summary(final.test), main) if final else NONE,
        "Δ alone": _gap(alone, main),
        f"Δ {best.domain.fixed.replace(' and', ',')}": _gap(tuning, main),
        "oracle": number(one.claim, main),
        "optimism": number(one.optimism, main, sign="+"),
        "epochs": percent(one.spent),
    }


def _gap(gain: Gain, main: Measure) -> str:
    p = "" if math.isnan(gain.adjusted) else f", p {p_text(gain.adjusted)}"
    return f"{interval_text(gain.found, main)}{p}" if gain.known else NONE


def _front_line(name: str, row: Row) -> dict[str, str]:
    return {
        "search": name,
        "teacher": row["teacher"],
        "φ": row.link,
        "λ": f"{row.number('lambda'):.3g}",
        "T": f"{row.number('temperature'):.3g}" if row.domain.has_temperature else NONE,
    } | {
        f"validation {one.title}": number(row.mean(f"validation/{one.name}"), one)
        for one in row.domain.compared
    }
