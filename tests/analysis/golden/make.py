"""The golden study: a finished `smoke`, exported and made anonymous.

After a change of what is recorded:

    python -m study.launch --space smoke --results /tmp/smoke
    python tests/analysis/golden/make.py /tmp/smoke      # records, then all expected outputs

After a change of table, figures or report alone, without an argument: expected outputs.
"""

import sys
import tempfile
from pathlib import Path

from rich.console import Console

from analysis.evidence.rows import lacks, rows_of
from analysis.report import write
from analysis.sections import answer
from analysis.tables.console import show
from analysis.tables.formats import Format, render
from records.client import open_client, open_records
from records.jsonl import read_lines, write_lines
from records.read import read_study
from records.transfer import export, load
from study.running.lock import LEADER

HERE = Path(__file__).parent
FIXTURE = HERE / "smoke.jsonl.gz"
SCRUBBED = {
    "host": "example",
    "cpu": "example × 2",
    "worker": "example:1",
    "mlflow.user": "someone",
    "mlflow.source.name": "study.launch",
    "mlflow.source.git.commit": "0" * 40,
    "dirty": "false",
}


def anonymous(line):
    """A line without the machine that it came from, at a time like any other."""
    if "in" not in line:
        kept = {name: value for name, value in line.get("tags", {}).items() if name != LEADER}
        return line | {"tags": kept} if "tags" in line else line
    tags = {key: SCRUBBED.get(key, value) for key, value in line["tags"].items()}
    shift = line["start"] - 1_767_225_600_000  # 2026-01-01
    end = line["end"] and line["end"] - shift
    metrics = {
        name: [[step, value, 1_767_225_600_000] for step, value, _ in history]
        for name, history in line["metrics"].items()
    }
    return {**line, "tags": tags, "start": line["start"] - shift, "end": end, "metrics": metrics}


def open_golden(folder):
    """The golden records in a fresh sqlite database of that folder."""
    client = open_client(f"sqlite:///{folder}/mlflow.db")
    load(client, read_lines(FIXTURE))
    return client


def outputs(client, folder):
    """Write everything that is made of the golden records: a table a format, and the report."""
    study = read_study(client, "smoke")
    rows = rows_of(study)
    for form in Format:
        if form is not Format.TEXT:
            text = render(study, rows, form, lacks(rows))
            (folder / f"table.{form}").write_text(text)
    with (folder / "table.text").open("w") as file:
        show(study, rows, answer(rows), [], Console(file=file))
    write(study, client, None, folder / "report.html")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        records = open_records("smoke", None, Path(sys.argv[1]))
        write_lines(FIXTURE, map(anonymous, export(records, "smoke")))
    with tempfile.TemporaryDirectory() as scratch:
        outputs(open_golden(scratch), HERE)
    print(*sorted(path.name for path in HERE.iterdir()))
