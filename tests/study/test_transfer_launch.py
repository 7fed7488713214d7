"""Methods, and a student that sees less than its teacher, launched, recorded and tabulated."""

import shutil

import pytest
from commands import call
from faults import launch

from records.client import open_client
from records.read import read
from search_spaces.base.catalogue import load
from study.clean import clean
from study.export import export
from study.launch import launch as launch_command
from trainables.settings.trial import Trial

OWN = '''
from dataclasses import dataclass, replace
from typing import ClassVar
from search_spaces.rows.garments import SMALL_ALONE
from search_spaces.base.space import Space
from trainables.data.domains import FASHION_MNIST
from trainables.data.views import Shrunk, Viewed
from trainables.links.link import Link
from trainables.objectives import Distillation
from trainables.schedule import Schedule
from trainables.settings.setting import Setting, alone
from trainables.teacher import Teacher
from trainables.methods.self_supervised.barlow_twins import BarlowTwins
from trainables.methods.data_free.class_impressions import ClassImpressions

@dataclass(frozen=True, kw_only=True)
class Mirror(Link):
    """The garment seen in a mirror; the teacher is trained on mirrored garments."""

    name: ClassVar[str] = "mirror"
    makes_source: ClassVar[bool] = True

    def __call__(self, objects, generator):
        return objects.flip(-1)


SHORT = Schedule(epochs=2, batch_size=64)
SEEN = Setting(
    target=Viewed(of=FASHION_MNIST, view=Shrunk(height=7, width=7)),
    teacher=Teacher(domain=FASHION_MNIST, split="Small", schedule=SHORT),
    schedule=SHORT,
)
ON_SMALL = Teacher(domain=FASHION_MNIST, split="Small", schedule=SHORT)
MIRRORED = Setting(target=FASHION_MNIST, teacher=ON_SMALL, link=Mirror(), schedule=SHORT)
SPACE = Space(
    name="own_methods",
    about="Do methods run from the command line?",
    settings=(
        replace(SMALL_ALONE, schedule=SHORT),
        replace(SMALL_ALONE, schedule=SHORT, method=BarlowTwins(split="Small", pretraining=SHORT)),
        Setting(
            target=FASHION_MNIST,
            teacher=ON_SMALL,
            method=ClassImpressions(impressions=10, steps=5),
            objective=Distillation(hard_label_weight=0),
            schedule=SHORT,
        ),
        MIRRORED,
        alone(SEEN),
        SEEN,
    ),
    seeds=2,
    keep_students=True,
)
'''


def test_methods_and_an_own_link_are_launched_recorded_and_reported(tmp_path):
    """Of a user's file, whose classes travel to the workers."""
    space, results = tmp_path / "own_methods.py", tmp_path / "results"
    space.write_text(OWN)
    code, printed = launch(results, space=space)
    assert code == 0, printed
    assert "artifacts: impressions" in printed  # made once, before the students
    records = read(open_client(f"sqlite:///{results}/mlflow.db"), "own_methods")
    settings = load(str(space)).settings
    keys = {Trial(setting=s, seed=seed).key for s in settings for seed in range(2)}
    assert {record.key for record in records} == keys
    by_method = {record.parameters.get("method", "—"): record for record in records}
    assert set(by_method) == {"—", "barlow_twins + Small", "class_impressions"}
    assert by_method["barlow_twins + Small"].metrics["labels"] == 1_000
    assert by_method["class_impressions"].metrics["impressions/seconds"] > 0
    report = (results / "reports" / "own_methods.html").read_text()
    assert '<div id="transfer">' in report
    assert "barlow_twins + Small" in report
    assert "mirror" in report
    again = call(launch_command, "--space", space, "--results", results)
    assert "Small 7×7 ← FashionMNIST-Small, no φ" in report
    seen = next(r for r in records if r.setting == settings[-1].key)
    assert seen.parameters["student"] == "FashionMNIST 7×7-Small"
    on_its_own, of_the_student_s = (
        seen.metrics[f"{name}/test_accuracy"] for name in ("teacher", "through_link")
    )
    assert on_its_own == pytest.approx(of_the_student_s)  # it is shown the whole test garments
    assert "12 of 12 trials are recorded" in again.out

    kept = {path.stem for path in (results / "artifacts" / "student").glob("*.safetensors")}
    assert kept == keys
    words = ("--space", space, "--results", results)
    assert call(clean, *words, "--yes").code == 0
    assert len([*(results / "artifacts" / "student").glob("*.safetensors")]) == len(kept)
    left = call(export, *words, "--setting", seen.setting, "--out", tmp_path / "s")
    assert left.code == 0, left.err
    assert "as its study kept it, it gave its recorded figures" in left.out
    shutil.rmtree(results / "artifacts" / "student")
    impressed = by_method["class_impressions"]
    left = call(export, *words, "--setting", impressed.setting, "--out", tmp_path / "impressed")
    assert left.code == 0, left.err
    assert "trained again, it gave its recorded figures to the bit" in left.out
