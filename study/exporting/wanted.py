"""Which student is to leave a study, as a trial that can be trained again."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from records.client import address_of
from records.read import read_study
from records.reader import open_reader
from records.schema import Study
from search_spaces.base.catalogue import load
from search_spaces.base.space import Space
from study.planning.plan import Plan
from study.running.request import Request
from trainables.errors import BadInputError
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial

if TYPE_CHECKING:
    from analysis.publish import Student


@dataclass(frozen=True)
class Wanted:
    """A recorded student: its trial, what the records say of it, and where artifacts are."""

    space: Space
    records: str
    plan: Plan
    trial: Trial
    student: "Student"

    @property
    def name(self) -> str:
        """A name for files and models: "vae_lambda-3f2a91c07b-seed3"."""
        return f"{self.space.name}-{self.trial.setting.key}-seed{self.trial.seed}"


def find_wanted(
    space: str | Path | Space,
    setting: str,
    seed: str | None,
    tracking_uri: str | None,
    results: Path,
    storage: str | None,
) -> Wanted:
    """The student that a command names.

    Raises BadInputError where nothing is recorded, where it is none of the records', or where it
    cannot be trained again.
    """
    from analysis.publish import student_of

    chosen = space if isinstance(space, Space) else load(str(space))
    address = address_of(chosen.name, tracking_uri, results)
    reader = open_reader(address)
    study = read_study(reader, chosen.name)
    student = student_of(study, setting, seed)
    asked = Request.checked(
        chosen, tracking_uri=tracking_uri, results=results, storage=storage, dashboard=False
    )
    plan = asked.plan(reader)
    key = student.record.setting
    found = next((one for one in _known(chosen, study, plan) if one.key == key), None)
    if found is None:
        raise BadInputError(
            f"{chosen.name} has no setting {key} any more, which {student.label} was recorded "
            "with: give the space as it was then"
        )
    return Wanted(chosen, address, plan, Trial(setting=found, seed=student.record.seed), student)


def _known(space: Space, study: Study, plan: Plan) -> Iterator[Setting]:
    """Every setting that the study reports: listed, chosen, and chosen with other options."""
    yield from space.settings
    yield from (one.setting for one in plan.known_settings())
    searches = {search.name: search for search in space.searches}
    for planned in study.settings:
        if planned.search in searches:
            search = searches[planned.search]
            yield search.reported(search.setting(planned.searched.chosen))
