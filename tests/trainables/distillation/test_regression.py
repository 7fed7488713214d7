"""The regression in training: its units, what it may read, and that shapes matter."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from search_spaces.regression_published import mended
from search_spaces.rows.bike_sharing import (
    REG_ON_BIG,
    REG_ON_BIG_NOISE,
    REG_ON_TRAIN,
    REG_SMALL_ALONE,
)
from search_spaces.rows.published import published
from trainables.artifacts.teacher import prepare
from trainables.artifacts.workshop import ignore
from trainables.data.domains import BIKE_SHARING
from trainables.data.splits import hold_out
from trainables.distillation.member import Member, _in_own_units, members_of
from trainables.distillation.requirements import logits_for
from trainables.distillation.student import fit, train_students
from trainables.objectives import Regression
from trainables.objectives.answers import OUTPUTS
from trainables.schedule import Schedule
from trainables.settings.scoring import CrossValidation, HoldOut, Oracle
from trainables.settings.trial import Trial

SHORT = Schedule(epochs=3, batch_size=64)
RULE = CrossValidation(score="mse")


def short(setting, **changes):
    teacher = setting.teacher and replace(setting.teacher, split="Small", schedule=SHORT)
    return replace(setting, schedule=SHORT, teacher=teacher, **changes)


ALONE, TAUGHT, NOISY = (short(s) for s in (REG_SMALL_ALONE, REG_ON_BIG, REG_ON_BIG_NOISE))


def weighing(hard_label_weight):
    return replace(TAUGHT, objective=Regression(hard_label_weight=hard_label_weight))


def answers(weights, x):
    """A perceptron of these weights in NumPy, float64: x [n, D] → [n]."""
    layers = [(weights[f"layers.{i}.weight"].double().numpy(),
               weights[f"layers.{i}.bias"].double().numpy())
              for i in range(len(weights) // 2)]  # fmt: skip
    for place, (weight, bias) in enumerate(layers):
        x = x @ weight.T + bias
        x = np.maximum(x, 0) if place < len(layers) - 1 else x
    return x[:, 0]


def raw(split, seed):
    objects = BIKE_SHARING.split(split, seed)
    return objects.pixels.double().numpy(), objects.labels.double().numpy()


def test_errors_are_in_rentals_and_by_an_independent_formula(workshop):
    """Standardised by Small alone; the test set of the seed; MSE, MAE and R² in raw units."""
    (member,), stack = fit([Trial(setting=ALONE, seed=3)], workshop, ignore)
    (x, y), (x_test, y_test) = raw("Small", 3), raw("Test", 3)
    deviation = np.where(x.std(0) == 0, 1, x.std(0))
    found = answers(stack.member(0), (x_test - x.mean(0)) / deviation) * y.std() + y.mean()
    gaps = found - y_test
    final = {name: values[-1] for name, values in member.history.items()}
    assert final["test/mse"] == pytest.approx((gaps**2).mean(), rel=1e-5)
    assert final["test/mae"] == pytest.approx(abs(gaps).mean(), rel=1e-5)
    assert final["test/r2"] == pytest.approx(1 - (gaps**2).mean() / y_test.var(), rel=1e-4)
    assert member.facts["constant/test_mse"] == pytest.approx(((y.mean() - y_test) ** 2).mean())


def test_a_teacher_answers_in_rentals(workshop):
    artifact = logits_for(Trial(setting=TAUGHT, seed=1))
    saved, teacher = workshop.get_or_make(artifact), workshop.get_or_make(artifact.teacher)
    (x, y), scale = raw("Small", 1), teacher.facts["scale"]
    np.testing.assert_allclose(scale["input_means"], x.mean(0), atol=1e-9)
    assert scale["mean"] == pytest.approx(y.mean())
    standardised = (x - x.mean(0)) / np.array(scale["input_deviations"])
    expected = answers(teacher.tensors, standardised) * y.std() + y.mean()
    np.testing.assert_allclose(saved.tensors["logits"][0, :, 0], expected, rtol=1e-4, atol=1e-2)
    x_test, y_test = raw("Test", 1)
    on_test = answers(teacher.tensors, (x_test - x.mean(0)) / np.array(scale["input_deviations"]))
    mse = ((on_test * y.std() + y.mean() - y_test) ** 2).mean()
    assert saved.facts["through_link/test_mse"] == pytest.approx(mse, rel=1e-4)
    assert saved.facts["teacher/test_mse"] == pytest.approx(mse, rel=1e-4)


def test_both_terms_of_the_loss_are_on_one_scale():
    """A teacher that answers with the very values is, to the student, the values."""
    split = BIKE_SHARING.split("Small", 0)
    parts = hold_out(300, 0.2, 0)
    perfect = split.labels[parts.learn][None, :, None]
    trial, teacher = Trial(setting=TAUGHT, seed=0), {OUTPUTS: perfect}
    member = _in_own_units(Member([trial], 0, split, parts, teacher, {}))
    own = member.split[parts.learn]
    torch.testing.assert_close(member.taught(OUTPUTS, 0)[:, 0], own.labels)
    assert own.labels.mean().abs() < 1e-5
    assert own.labels.std(correction=0) == pytest.approx(1, abs=1e-5)
    assert member.split.labels.mean().abs() > 1e-4  # what is held out is no part of the scale


def test_a_candidate_knows_nothing_of_the_test_set(workshop):
    candidate = replace(ALONE, rule=RULE)
    members = members_of([Trial(setting=candidate, seed=0)], workshop)
    assert len(members) == 5
    assert all(member.test is None and not member.facts for member in members)
    (result,) = train_students([Trial(setting=candidate, seed=0)], workshop, ignore)
    assert not [name for name in {**result.history, **result.facts} if "test" in name]
    assert set(result.history) >= {"validation/mse", "validation/mae", "part/mse"}
    oracle = replace(ALONE, rule=Oracle(score="mse"))
    (result,) = train_students([Trial(setting=oracle, seed=0)], workshop, ignore)
    assert len(result.history["oracle/mse"]) == 1


def test_lambda_one_ignores_the_teacher(workshop):
    trials = [Trial(setting=s, seed=2) for s in (weighing(1), ALONE)]
    one, two = train_students(trials, workshop, ignore)
    for name in set(one.history) - {"train/soft"}:
        assert one.history[name] == two.history[name], name


def test_a_student_equals_its_solo_run(workshop):
    """To float rounding: 300 objects leave a last batch that is no multiple of 8."""
    settings = (ALONE, TAUGHT, NOISY, weighing(0.1))
    trials = [Trial(setting=setting, seed=seed) for setting in settings for seed in (0, 1)]
    together = train_students(trials, workshop, ignore)
    for result in together:
        (alone,) = train_students([result.trial], workshop, ignore)
        for name, values in result.history.items():
            assert values == pytest.approx(alone.history[name], rel=1e-5, abs=1e-7), name


def test_a_teacher_of_train_never_saw_what_its_student_is_scored_on(workshop):
    scored = replace(REG_ON_TRAIN, rule=HoldOut(score="mse"))
    artifact = logits_for(Trial(setting=scored, seed=1_000)).teacher
    member = prepare(artifact, workshop)
    held = BIKE_SHARING.rows(1_000).train[hold_out(9_000, 0.2, 1_000).validate]
    assert len(member.rows) == artifact.objects == 7_200
    assert not set(member.rows.tolist()) & set(held.tolist())


def test_noise_is_on_standardised_features_and_unbounded(workshop):
    artifact = logits_for(Trial(setting=NOISY, seed=0))
    member = prepare(artifact.teacher, workshop)
    learnt = member.pixels[member.rows]
    assert learnt.mean(0).abs().max() < 1e-4
    shifted = member.inputs(learnt) - learnt
    assert shifted.std() == pytest.approx(0.1, rel=0.05)
    assert member.inputs(learnt).min() < -1
    assert len(workshop.get_or_make(artifact).tensors["logits"]) == 50


def test_with_the_published_loss_a_network_learns_next_to_nothing(workshop):
    """The sum of two of its inputs: with shapes that agree, it is found at once."""
    as_published = published(replace(REG_SMALL_ALONE, student_split="Train"))
    schedule = Schedule(epochs=4, batch_size=100)
    trials = [
        Trial(setting=replace(s, schedule=schedule, protocol="corrected"), seed=0)
        for s in (as_published, mended(as_published))
    ]
    broadcast, agreeing = (train_students([trial], workshop, ignore)[0] for trial in trials)
    constant = broadcast.facts["constant/test_mse"]
    assert broadcast.final["test/mse"] > 0.7 * constant
    assert agreeing.final["test/mse"] < 0.01 * constant
