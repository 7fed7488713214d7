"""One HTML file that needs nothing else: python -m analysis.report --space paper_table

The question, what the evidence supports, the table, published against corrected, the figures,
how it was run and how to repeat it: all from the records, nothing typed in by hand.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from jinja2 import Environment, PackageLoader, StrictUndefined
from mlflow import MlflowClient

from analysis.audits import audit
from analysis.evidence import provenance
from analysis.evidence.rows import Row, lacks, rows_of, seeds_option
from analysis.figures import draw_all, save, svg_text
from analysis.methods.comparison import transfer_views
from analysis.methods.sentences import transfer_sentences
from analysis.objects import object_lacks, object_sentences, object_views, truth_of
from analysis.sections import all_sentences, first_views
from analysis.tables.selection_views import selection_views
from analysis.tables.view import View
from analysis.tables.views import views
from records.cli import Results, Storage, TrackingUri, run_command, writing
from records.client import open_records
from records.folder import report_path
from records.read import read_study
from records.schema import Study
from search_spaces import names
from trainables.artifacts.store import Store, open_store
from trainables.data.domain import Domain

MOST_ROWS = 60
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


def write(
    study: Study,
    client: MlflowClient,
    store: Store | None,
    path: Path,
    pictures: Path | None = None,
    domain: Domain | None = None,
) -> Path:
    """Write the report of a study's records; `store` for figures that show artifacts.

    pictures: a folder for its figures as files too. domain: what its students learn, where it is
    at hand and may not be built in.
    """
    rows = rows_of(study)
    truth = truth_of(study.space, rows, domain)
    environment = Environment(
        loader=PackageLoader("analysis", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    drawn, undrawn = draw_all(study, rows, client, store, truth)
    shown, left_out = _shown(rows)
    content = environment.get_template("report.html.j2").render(
        study=study,
        counts=_counts(study, rows),
        records=_page_of(client, study),
        lacks=[*lacks(rows), *study.notes],
        evidence=all_sentences(rows),
        method=METHOD,
        views=shown,
        transfer=transfer_sentences(rows),
        transfer_views=list(transfer_views(rows)),
        left_out=left_out,
        objects=object_sentences(rows, truth),
        object_views=list(object_views(rows, truth)),
        object_lacks=object_lacks(rows, truth),
        audit=audit(rows),
        figures=drawn,
        svg=svg_text,
        undrawn=undrawn,
        facts=provenance.facts(study.trials),
        stages=provenance.stages(study.trials),
        commands=_commands(study),
    )
    if pictures:
        save(drawn, pictures)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(content, encoding="utf-8")
    return temporary.replace(path)


def _page_of(client: MlflowClient, study: Study) -> str:
    """Where a server shows the study's runs; nothing where the records are a file."""
    experiment = client.get_experiment_by_name(study.space)
    if experiment is None or not str(client.tracking_uri).startswith("http"):
        return ""
    place = f"#/experiments/{experiment.experiment_id}?workflowType=machine_learning"
    return f"{str(client.tracking_uri).rstrip('/')}/{place}"


def _shown(rows: Sequence[Row]) -> tuple[list[View], str]:
    """The table's views, cut where a study has very many settings, and what was cut."""
    left_out = sum(not row.is_candidate for row in rows) - MOST_ROWS
    note = f"{left_out} more rows: python -m analysis.table" if left_out > 0 else ""
    first = [*first_views(rows), *selection_views(rows)]
    return [*first, *views(rows, MOST_ROWS)], note


def _counts(study: Study, rows: Sequence[Row]) -> str:
    failed = sum(trial.status == "FAILED" for trial in study.trials)
    recorded = f"{len(study.trials):,} trials recorded" + (f", {failed} failed" if failed else "")
    candidates = sum(row.is_candidate for row in rows)
    each = f"{study.seeds} seeds each"
    if study.looks:
        ended = [len(row.finished) + len(row.failed) for row in rows if not row.is_candidate]
        each = f"{min(ended)} to {max(ended)} seeds each, more where it was not decided"
    reported = f"{len(rows) - candidates:,} settings, {each}"
    scored = f"; {candidates:,} candidates scored to choose some of them" if candidates else ""
    return f"{reported}{scored}; {recorded}."


def _commands(study: Study) -> str:
    commits = {trial.tags.get("mlflow.source.git.commit", "unknown") for trial in study.trials}
    lines = [f"git checkout {commits.pop()}"] if len(commits) == 1 else []
    lines += [
        f"make study SPACE={study.space}",
        f"python -m study.launch --space {study.space} {seeds_option(study)}".strip(),
        f"python -m analysis.table --space {study.space}",
        f"python -m analysis.figures --space {study.space}",
        f"python -m analysis.report --space {study.space}",
    ]
    return "\n".join(lines)


def report(
    space: Annotated[
        str, typer.Option(help="The space, as it was launched.", autocompletion=names)
    ],
    out: Annotated[
        Path | None, typer.Option(help="The file.  [default: in the results folder]")
    ] = None,
    tracking_uri: TrackingUri = None,
    results: Results = Path("results"),
    storage: Storage = None,
) -> int:
    """Write the report of a space from its MLflow records, as one HTML file."""
    client = open_records(space, tracking_uri, results)
    store = open_store(storage, results)
    path = out or report_path(results, space)
    with writing(path):
        print(write(read_study(client, space), client, store, path))
    return 0


if __name__ == "__main__":
    raise SystemExit(run_command(report))
