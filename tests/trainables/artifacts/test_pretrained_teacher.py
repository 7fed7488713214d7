"""A teacher from a file: it answers as the one that was saved, and is known by its content."""

from dataclasses import replace

import pytest
import torch
from few import Few
from safetensors.torch import save_file

from trainables.artifacts.artifact import TeacherArtifact
from trainables.artifacts.logits import LOGITS
from trainables.artifacts.workshop import ignore
from trainables.cohorts.cohort import form_cohorts
from trainables.distillation.requirements import logits_for
from trainables.distillation.student import train_students
from trainables.errors import BadInputError
from trainables.links.fixed import Dilation, Noise
from trainables.networks.convolutional import ResNet18
from trainables.networks.network import Perceptron
from trainables.randomness import generator
from trainables.schedule import Schedule
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial
from trainables.teacher import Teacher

FEW = Few()
SHORT = Schedule(epochs=3, batch_size=16)
TRAINED = Teacher(domain=FEW, network=Perceptron(hidden=(16,)), schedule=SHORT)
SETTING = Setting(target=FEW, student=Perceptron(hidden=(8,)), teacher=TRAINED, schedule=SHORT)


@pytest.fixture(params=["safetensors", "pth"])
def saved(request, workshop, tmp_path):
    """The file of a trained teacher, of seed 4."""
    tensors = workshop.get_or_make(TeacherArtifact(recipe=TRAINED, seed=4)).tensors
    path = tmp_path / f"teacher.{request.param}"
    if request.param == "pth":
        torch.save(tensors, path)
    else:
        save_file(tensors, path)
    return path


def test_it_teaches_as_the_one_that_was_saved(workshop, saved):
    given = replace(SETTING, teacher=replace(TRAINED, weights=saved))
    one, other = (logits_for(Trial(setting=setting, seed=4)) for setting in (SETTING, given))
    assert other.teacher.key != one.teacher.key
    tensors = [workshop.get_or_make(logits).tensors[LOGITS] for logits in (one, other)]
    assert torch.equal(*tensors)
    results = [
        train_students([Trial(setting=setting, seed=4)], workshop, ignore)[0]
        for setting in (SETTING, given)
    ]
    assert results[0].history == results[1].history
    told = [result.facts["teacher/test_accuracy"] for result in results]
    assert told[0] == told[1]


def test_it_is_known_by_its_content(saved, tmp_path):
    first = replace(TRAINED, weights=saved)
    moved = tmp_path / f"elsewhere{saved.suffix}"
    moved.write_bytes(saved.read_bytes())
    assert len(first.sha256) == 64
    again = replace(TRAINED, weights=moved)
    assert again == first
    keys = [replace(SETTING, teacher=teacher).key for teacher in (first, again, TRAINED)]
    assert keys[0] == keys[1] != keys[2]


def test_a_file_that_changed_is_refused_when_it_is_read(workshop, saved):
    teacher = replace(TRAINED, weights=saved)
    other = workshop.get_or_make(TeacherArtifact(recipe=TRAINED, seed=5)).tensors
    (torch.save if saved.suffix == ".pth" else save_file)(other, saved)
    with pytest.raises(BadInputError, match=r"has the digest .*put that file there, or leave"):
        workshop.makers["teacher"]([TeacherArtifact(recipe=teacher, seed=0)], workshop, ignore)
    with pytest.raises(BadInputError, match="has the digest"):
        replace(TRAINED, weights=saved, sha256=teacher.sha256)


def test_teachers_of_other_files_are_not_made_together(workshop, saved, tmp_path):
    other = workshop.get_or_make(TeacherArtifact(recipe=TRAINED, seed=5)).tensors
    second = tmp_path / "second.safetensors"
    save_file(other, second)
    recipes = [TRAINED, replace(TRAINED, weights=saved), replace(TRAINED, weights=second)]
    artifacts = [TeacherArtifact(recipe=recipe, seed=k) for recipe in recipes for k in (0, 1)]
    cohorts = form_cohorts(artifacts, workers=1)
    assert sorted(len(cohort.members) for cohort in cohorts) == [2, 2, 2]
    for cohort in cohorts:
        assert len({member.recipe.sha256 for member in cohort.members}) == 1


def test_statistics_of_batches_come_with_the_weights(workshop, tmp_path):
    """Of a network with buffers: it answers by the running means that were saved."""
    network = ResNet18(width=2)
    trained = Teacher(domain=FEW, network=network, schedule=replace(SHORT, epochs=1))
    artifact = TeacherArtifact(recipe=trained, seed=0)
    tensors = workshop.get_or_make(artifact).tensors
    assert any("running_mean" in name for name in tensors)
    save_file(tensors, tmp_path / "resnet.safetensors")
    given = replace(trained, weights=tmp_path / "resnet.safetensors")
    made = workshop.get_or_make(replace(artifact, recipe=given))
    assert made.tensors.keys() == tensors.keys()
    assert all(torch.equal(made.tensors[name], value) for name, value in tensors.items())
    x = FEW.test(0).inputs()
    answers = [workshop.teacher(a)(x) for a in (artifact, replace(artifact, recipe=given))]
    assert torch.equal(*answers)


def test_weights_fit_what_their_teacher_reads(saved):
    teacher = replace(TRAINED, weights=saved)
    replace(SETTING, teacher=teacher, link=Noise())  # of the same shape
    with pytest.raises(BadInputError) as caught:
        replace(SETTING, teacher=teacher, link=Dilation())
    assert str(caught.value) == (
        f"the weights {saved} are for 1×28×28, and the link Dilation makes 1×24×24 of what a "
        "teacher learns from: leave weights away"
    )


def test_an_untrained_teacher_is_the_network_as_it_is_drawn(workshop):
    drawn = replace(TRAINED, trained=False)
    assert drawn.name == "untrained network"
    made = workshop.get_or_make(TeacherArtifact(recipe=drawn, seed=4)).tensors
    model = TRAINED.network.initialised(FEW.shape, FEW.outputs, generator("init/teacher", 4))
    assert made.keys() == model.state_dict().keys()
    assert all(torch.equal(made[name], value) for name, value in model.state_dict().items())
    one, other = (TeacherArtifact(recipe=recipe, seed=4) for recipe in (TRAINED, drawn))
    assert one.key != other.key
    assert one.cohort_key != other.cohort_key


def test_weights_that_are_trained_are_no_untrained_teacher(saved):
    with pytest.raises(BadInputError, match=r"give one of the two"):
        replace(TRAINED, weights=saved, trained=False)
