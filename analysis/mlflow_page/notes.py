"""What MLflow's pages say beside the runs: a study's answer, table, figures and report.

Report and figures hang on the one run of an experiment of their own, `<space> · report`; the
answer stands in the notes of the other two, above their runs. Written anew whenever the report is.
"""

from collections.abc import Sequence
from pathlib import Path

from mlflow import MlflowClient

from analysis.comparisons.questions import questions
from analysis.evidence.rows import Row
from analysis.evidence.texts import counts_text
from analysis.mlflow_page.verdicts import write_verdicts
from analysis.mlflow_page.view_state import MODE, TAG, link, view_state
from analysis.sections import all_sentences, answer
from analysis.tables.formats import inert
from analysis.tables.views import views
from records.experiments import KIND, open_experiment
from records.runs import runs
from records.schema import ABOUT, Study, experiment_names

NOTE = "mlflow.note.content"
LONGEST = 4_900  # characters; MLflow takes 5,000 in a tag
FIGURES = (
    "labels_saved",
    "ladder",
    "lambda_temperature",
    "search",
    "forest",
)  # the first that there is stands in the note
BEST_ROWS = 12


def write_notes(
    client: MlflowClient, study: Study, rows: Sequence[Row], page: Path, pictures: Path
) -> None:
    """Put report and figures into MLflow, the answer above the runs, and a verdict on each."""
    named = [client.get_experiment_by_name(name) for name in experiment_names(study.space)]
    found = [experiment for experiment in named if experiment]
    place, run = _report_run(client, study.space, found[0].artifact_location)
    client.log_artifact(run, str(page))
    client.log_artifacts(run, str(pictures), "figures")
    settings = found[0].experiment_id
    if rows:
        client.set_experiment_tag(settings, TAG, view_state(rows[0].domain))
        write_verdicts(client, settings, rows)
    note = _note(
        study, rows, settings, f"#/experiments/{place}/runs/{run}/artifacts?{MODE}", pictures
    )
    for experiment in found:
        client.set_experiment_tag(experiment.experiment_id, ABOUT, study.about)
        client.set_experiment_tag(experiment.experiment_id, NOTE, note)


def _report_run(client: MlflowClient, space: str, root: str) -> tuple[str, str]:
    """The experiment of the report, and its one run."""
    proxied = root.startswith("mlflow-artifacts:")
    place = open_experiment(client, f"{space} · report", KIND, None if proxied else root)
    for row in runs(client, place):
        return place, row.run_id
    made = client.create_run(place, tags={"mlflow.runName": f"report of {space}"})
    client.set_terminated(made.info.run_id)
    return place, str(made.info.run_id)


def _note(study: Study, rows: Sequence[Row], settings: str, report: str, pictures: Path) -> str:
    run = report.split("/")[-2]
    there = [name for name in FIGURES if (pictures / f"{name}.png").exists()]
    # MLflow folds a note to its first line: the verdicts in short, and the ways on.
    ways = [
        f"[report and figures]({report})",
        f"[settings compared]({link(settings)})",
        f"[charts]({link(settings, charts=True)})",
    ]
    lines = [" · ".join([*_in_short(rows), *ways])]
    ending = [
        f"*{inert(study.about)}* One run of *{study.space}* is one setting, "
        f"one of *{experiment_names(study.space)[1]}* one trained student.",
    ]
    for name in there[:1]:
        ending.append(f"![{name}](get-artifact?path=figures%2F{name}.png&run_uuid={run})")
    opening = answer(rows)
    lines += [f"**{inert(opening)}**"]
    sentences = [f"- {inert(sentence)}" for sentence in all_sentences(rows) if sentence != opening]
    while len("\n\n".join([*lines, *sentences, *ending])) > LONGEST and sentences:
        del sentences[-1]
    lines += [*sentences, *ending]
    shown = _table(rows)
    while len("\n\n".join([*lines, *shown])) > LONGEST and shown:
        shown = ["\n".join(shown[0].splitlines()[:-1])] if shown[0].count("\n") > 2 else []
    return "\n\n".join([*lines, *shown])


def _in_short(rows: Sequence[Row]) -> list[str]:
    """How many comparisons came out how: "**3 better, 1 undecided**"; nothing where none did."""
    said = counts_text(one.verdict for one in questions(rows))
    return [f"**{said}**"] if said else []


def _table(rows: Sequence[Row]) -> list[str]:
    """The quality view in Markdown, the best by validation first."""
    view = next(views(rows), None)
    if view is None:
        return []
    table = view.table.head(BEST_ROWS)
    headings = map(view.heading, table.columns)
    head = ["| " + " | ".join(headings) + " |", "|" + "---|" * len(table.columns)]
    return [
        "\n".join(head + ["| " + " | ".join(map(inert, line)) + " |" for line in table.to_numpy()])
    ]
