"""Where MLflow shows the runs of a setting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from analysis.evidence.rows import Row
from records.schema import SETTING_KEY, Study, experiment_names

if TYPE_CHECKING:
    from mlflow import MlflowClient

LOCAL = "http://localhost:5000"  # where `make ui` shows the records of a folder
MODE = "workflowType=machine_learning"  # not the UI's "GenAI" mode
MOST = 40  # runs that one address can name


@dataclass(frozen=True)
class Addresses:
    """Of a study's page, and of the runs of its settings, by key; empty where there are none.

    is_local: whether they hold only while `make ui` runs, on the machine of the records.
    """

    study: str = ""
    is_local: bool = False
    runs: Mapping[str, str] = field(default_factory=dict)

    def of(self, key: str) -> str:
        """Of the runs of a setting; empty where there are none."""
        return self.runs.get(key, "")


NOWHERE = Addresses()


def addresses_of(client: "MlflowClient", study: Study, rows: Sequence[Row]) -> Addresses:
    """The addresses at the server of the records, or at that which `make ui` starts."""
    settings, trials = map(client.get_experiment_by_name, experiment_names(study.space))
    uri = str(client.tracking_uri)
    is_local = not uri.startswith("http")
    root = f"{LOCAL if is_local else uri.rstrip('/')}/#/experiments/"
    page = f"{root}{settings.experiment_id}/runs?{MODE}" if settings else ""
    if trials is None:
        return Addresses(page, is_local)
    start = f"{root}{trials.experiment_id}/runs?{MODE}&searchFilter="
    found = {row.planned.key: _filter(row) for row in rows}
    return Addresses(
        page, is_local, {key: start + quote(asked) for key, asked in found.items() if asked}
    )


def _filter(row: Row) -> str:
    """What MLflow is asked for a row's trials; of a nested search each has a setting of its own.

    Empty where it has no trials, or more runs than an address can name.
    """
    records = [*row.finished.values(), *row.failed.values()]
    settings = {record.setting for record in records}
    if len(settings) == 1:
        return f"tags.{SETTING_KEY} = '{settings.pop()}'"
    listed = ", ".join(f"'{record.run_id}'" for record in records)
    return f"attributes.run_id IN ({listed})" if 0 < len(records) <= MOST else ""
