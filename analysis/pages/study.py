"""The page of a study: the answer, the verdicts, what was chosen, and all else folded away."""

from collections.abc import Iterable, Sequence
from itertools import chain

import pandas as pd
from mlflow import MlflowClient

from analysis.audits import audit
from analysis.evidence.provenance import commands, counts, facts, stages
from analysis.evidence.rows import Row, lacks
from analysis.figures import Drawn, Left, svg_text
from analysis.methods.comparison import transfer_views
from analysis.methods.sentences import transfer_sentences
from analysis.objects import Truth, Unknown, object_lacks, object_sentences, object_views
from analysis.pages.addresses import addresses_of
from analysis.pages.grid import Grid, grid
from analysis.pages.page import page
from analysis.sections import answer, sentences_beside_tables, verdict_views
from analysis.tables.selection_views import again_views, chosen_views
from analysis.tables.view import STAGE, View
from records.schema import Study

MOST_ROWS = 60
PLOTS = ("ways", "forest")  # the first of these that there is stands beside the answer
CONTENTS = {
    "verdicts": "The verdicts",
    "sure": "How sure it is",
    "tables": "All tables",
    "objects": "Object by object",
    "transfer": "Ways to transfer",
    "audit": "Published against corrected",
    "figures": "Figures",
    "run": "How it was run",
    "repeat": "How to repeat it",
}
METHOD = (
    "Seeds are common random numbers: a seed draws the same split, initialisation and order for "
    "every setting, so settings are compared seed by seed: a paired t test and its interval.",
    "Five differences can neither show nor refute that they are normal. An exact signed-rank "
    "test assumes less, but with n seeds its smallest two-sided p is 2 / 2ⁿ: 0.0625 for n = 5, "
    "so it alone could never reach 0.05.",
    "Where many settings are compared with one student alone, Holm's correction keeps the "
    "chance of a single false claim at 5 %.",
    "A mean's interval is Student's t with n - 1 degrees of freedom; ± is the standard deviation "
    "over seeds (ddof 1). A setting in which a seed failed has no mean.",
    "Nothing is selected by the test set; the integral criterion I and the curves are test "
    "quantities and select nothing.",
)


def study_page(
    study: Study,
    rows: Sequence[Row],
    client: MlflowClient,
    truth: Truth | Unknown,
    drawn: Sequence[Drawn],
    undrawn: Sequence[Left],
) -> str:
    """The HTML of a study's page; drawn, undrawn: its figures, and those that cannot be drawn."""
    addresses = addresses_of(client, study, rows)
    names = {row.planned.key: row.label for row in rows}

    def shown(found: Iterable[View]) -> list[Grid]:
        return [grid(view, names, addresses) for view in found]

    first, more = verdict_views(rows, MOST_ROWS)
    plots = {one.name: one for one in drawn}
    plot = next((plots[name] for name in PLOTS if name in plots), None)
    left_out = sum(not row.is_candidate for row in rows) - MOST_ROWS
    audited = audit(rows)
    there = {
        "verdicts": shown(first),
        "sure": [True],
        "tables": shown(more),
        "objects": shown(object_views(rows, truth)),
        "transfer": shown(transfer_views(rows)),
        "audit": shown([audited.view] if audited else []),
        "figures": [one for one in drawn if one is not plot and one.name not in PLOTS],
        "run": [True],
        "repeat": [True],
    }
    titles = CONTENTS if plot else CONTENTS | {"verdicts": "What there is"}
    return page(
        "report.html.j2",
        study=study,
        contents={name: title for name, title in titles.items() if there[name]},
        there=there,
        answer=answer(rows),
        counts=counts(study, rows),
        addresses=addresses,
        lacks=[*lacks(rows), *study.notes],
        plot=plot,
        said=sentences_beside_tables(rows),
        chosen=shown(chain(chosen_views(rows), again_views(rows))),
        method=METHOD,
        left_out=f"{left_out} more rows: python -m analysis.table" if left_out > 0 else "",
        objects=object_sentences(rows, truth),
        object_lacks=object_lacks(rows, truth),
        transfer=transfer_sentences(rows),
        audit=audited,
        svg=svg_text,
        undrawn=undrawn,
        facts=facts(study.trials),
        stages=grid(_stages(study)),
        commands=commands(study),
    )


def _stages(study: Study) -> View:
    lines = [
        {STAGE: stage, "made": f"{made:,}", "seconds": f"{seconds:,.1f}"}
        for stage, made, seconds in stages(study.trials)
    ]
    return View("What each stage took", "seconds: of a worker, in all", pd.DataFrame(lines))
