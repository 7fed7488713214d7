"""A member equals its solo run to the bit, whatever its company (docs/design, "Decisions")."""

from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

import trainables.cohorts.capacity as capacity_module
import trainables.distillation.evaluation as evaluation_module
from search_spaces.rows.published import published
from search_spaces.smoke import LINK, RECIPE, taught
from trainables.artifacts.artifact import TeacherArtifact, VaeArtifact
from trainables.artifacts.workshop import ignore
from trainables.cohorts.capacity import OF_A_CORE, Capacity, capacity_of
from trainables.cohorts.cohort import form_cohorts
from trainables.cohorts.kinds import cost, memory
from trainables.data.datasets import load
from trainables.data.domain import Domain, DomainData, Objects
from trainables.data.domains import FASHION_MNIST, MNIST, MnistLike
from trainables.distillation.evaluation import parts_of_test
from trainables.distillation.pruning import dropped
from trainables.distillation.student import _Training, fit, train_students
from trainables.links.fixed import Dilation, Noise
from trainables.networks.perceptron import Mlp
from trainables.objectives import Distillation, Hinton
from trainables.objectives.answers import OUTPUTS
from trainables.randomness import generator
from trainables.schedule import Schedule
from trainables.settings.scoring import CrossValidation, HoldOut, Oracle, Pruning
from trainables.settings.setting import Setting, alone
from trainables.settings.trial import Trial
from trainables.teacher import Teacher

LONG = Schedule(epochs=40, batch_size=64)  # 40 epochs of 800 objects: 520 steps
BASE = replace(taught(FASHION_MNIST), schedule=LONG, held_out=0.2)
STUDENT, TEACHER = (784, 64, 10), (784, 256, 128, 64, 64, 10)


def weighing(hard_label_weight, temperature=1.0, base=BASE):
    """A setting with another λ and T."""
    objective = Distillation(hard_label_weight=hard_label_weight, temperature=temperature)
    return replace(base, objective=objective)


MIXED = [
    Trial(setting=setting, seed=seed)
    for setting, seed in [
        (weighing(0.25, 4), 0),
        (weighing(0.9), 1),
        (replace(BASE, link=Noise(draws=2)), 0),
        (replace(BASE, schedule=replace(LONG, learning_rate=3e-3)), 1),
        (alone(BASE), 0),
        (replace(BASE, objective=Hinton(temperature=2)), 2),
    ]
]


def logits_of(trials, workshop):
    """Each member's logits on 500 test objects, by trial."""
    members, stack = fit(trials, workshop, ignore)
    inputs = load("FashionMNIST").test.inputs()[:500]
    answers = {}
    for place, member in enumerate(members):
        network = Mlp(STUDENT, generator("unused", 0))
        network.load_state_dict(stack.member(place))
        answers[member.trials[0].key] = network(inputs).detach()
    return answers


def test_a_student_equals_its_solo_run_to_the_bit(workshop):
    together = logits_of(MIXED, workshop)
    reverse = logits_of(MIXED[::-1][:4], workshop)
    for trial in MIXED:
        (alone,) = logits_of([trial], workshop).values()
        assert torch.equal(together[trial.key], alone)
        if trial.key in reverse:
            assert torch.equal(reverse[trial.key], alone)


@pytest.mark.parametrize("rate", [1e-3, 1e-2])
def test_a_student_is_what_plain_pytorch_would_train(workshop, rate):
    """Autograd, torch.optim's plain Adam and the textbook's losses, over the same batches."""
    schedule = Schedule(epochs=4, batch_size=64, learning_rate=rate)
    setting = replace(weighing(0.25, 4), schedule=schedule, held_out=0)
    (member,), stack = fit([Trial(setting=setting, seed=0)], workshop, ignore)
    plain = Mlp(STUDENT, generator("init/student", 0))
    optimiser = torch.optim.Adam(plain.parameters(), lr=rate, foreach=False, fused=False)
    x, y = member.split.inputs(), member.split.labels
    soft = (member.teacher[OUTPUTS][0] / 4).softmax(-1)
    order = generator("order/student", 0)
    for _ in range(schedule.epochs):
        for rows in torch.randperm(len(x), generator=order).split(64):
            logits = plain(x[rows])
            gentle = functional.cross_entropy(logits / 4, soft[rows]) * 16
            optimiser.zero_grad()
            (0.25 * functional.cross_entropy(logits, y[rows]) + 0.75 * gentle).backward()
            optimiser.step()
    for name, value in plain.state_dict().items():
        torch.testing.assert_close(stack.member(0)[name], value, atol=2e-4, rtol=0)


def test_a_teacher_is_what_plain_pytorch_would_train(workshop):
    schedule = Schedule(epochs=4, batch_size=64)
    recipe = Teacher(domain=FASHION_MNIST, split="Small", schedule=schedule)
    (found,) = workshop.makers["teacher"](
        [TeacherArtifact(recipe=recipe, seed=0)], workshop, ignore
    )
    plain = Mlp(TEACHER, generator("init/teacher", 0))
    optimiser = torch.optim.Adam(plain.parameters(), foreach=False, fused=False)
    split = FASHION_MNIST.split("Small", 0)
    x, y, order = split.inputs(), split.labels, generator("order/teacher", 0)
    for _ in range(schedule.epochs):
        for rows in torch.randperm(len(x), generator=order).split(64):
            optimiser.zero_grad()
            functional.cross_entropy(plain(x[rows]), y[rows]).backward()
            optimiser.step()
    for name, value in plain.state_dict().items():
        torch.testing.assert_close(found.tensors[name], value, atol=2e-4, rtol=0)


@given(
    company=st.permutations(range(9)).flatmap(
        lambda order: st.integers(1, 9).map(lambda n: order[:n])
    ),
    batch_size=st.sampled_from([8, 40, 64]),
)
@settings(max_examples=10, deadline=None)
def test_no_company_and_no_place_changes_a_bit(workshop, company, batch_size):
    """Of what is recorded of a trial: a launch that was killed deals its cohorts otherwise.

    (Batches of 8 objects or a multiple: a member's rows are then aligned, which MKL's products
    want for that. Others agree to rounding.)
    """
    schedule = Schedule(epochs=1, batch_size=batch_size)
    trials = [
        Trial(
            setting=replace(
                weighing(n / 9, 1 + n),
                schedule=replace(schedule, learning_rate=(1e-3, 3e-3, 1e-2)[n % 3]),
            ),
            seed=n % 2,
        )
        for n in company
    ]
    together = train_students(trials, workshop, ignore)
    (alone,) = train_students(trials[:1], workshop, ignore)
    assert together[0].trial == alone.trial
    assert together[0].history == alone.history
    assert together[0].reliability == alone.reliability


@pytest.mark.parametrize(
    "artifacts",
    [
        [
            TeacherArtifact(
                recipe=Teacher(
                    domain=domain,
                    split="Small",
                    schedule=Schedule(epochs=3, batch_size=64, learning_rate=rate),
                ),
                source_link=link,
                seed=seed,
            )
            for domain, link, seed, rate in [
                (FASHION_MNIST, None, 0, 1e-3),
                (MNIST, None, 1, 2e-3),
                (FASHION_MNIST, Noise(), 0, 1e-3),
            ]
        ],
        [
            VaeArtifact(
                recipe=replace(RECIPE, schedule=Schedule(epochs=3, batch_size=64)),
                held_out=held_out,
                seed=seed,
            )
            for seed, held_out in [(0, 0.0), (1, 0.2), (2, 0.0)]
        ],
    ],
    ids=["teachers", "VAEs"],
)
def test_an_artifact_equals_its_solo_run_to_the_bit(workshop, artifacts):
    maker = workshop.makers[artifacts[0].kind]
    for artifact, member in zip(artifacts, maker(artifacts, workshop, ignore), strict=True):
        (alone,) = maker([artifact], workshop, ignore)
        for name, value in alone.tensors.items():
            assert torch.equal(member.tensors[name], value)
        for name in set(alone.facts) - {"seconds"}:
            assert member.facts[name] == alone.facts[name]


def test_lambda_one_ignores_the_teacher(workshop):
    """To the bit, in all that is measured: the soft term has weight zero."""
    short = Schedule(epochs=3, batch_size=64)
    with_teacher = replace(weighing(1, 5), schedule=short)
    plain = Distillation(hard_label_weight=1)
    bare = Setting(target=FASHION_MNIST, schedule=short, held_out=0.2, objective=plain)
    one, two = train_students(
        [Trial(setting=with_teacher, seed=4), Trial(setting=bare, seed=4)], workshop, ignore
    )
    for name in set(one.history) - {"train/soft"}:
        assert one.history[name] == two.history[name], name


def test_the_same_seed_gives_the_same_result(workshop):
    trials = MIXED[:2]
    one, two = (train_students(trials, workshop, ignore) for _ in range(2))
    assert [r.history for r in one] == [r.history for r in two]


def test_a_member_that_explodes_fails_alone(workshop):
    """NaN stays with its member: the others are equal to the bit, and its trial says when."""
    wild = replace(BASE, schedule=Schedule(epochs=3, batch_size=64, learning_rate=1e38))
    calm = replace(BASE, schedule=Schedule(epochs=3, batch_size=64))
    trials = [Trial(setting=wild, seed=0), Trial(setting=calm, seed=0)]
    failed, fine = train_students(trials, workshop, ignore)
    assert "epoch 0" in failed.failure
    assert fine.failure is None
    harmless = replace(BASE, schedule=Schedule(epochs=3, batch_size=64, learning_rate=2e-3))
    company = [Trial(setting=harmless, seed=0), trials[1]]
    assert train_students(company, workshop, ignore)[1].history == fine.history


def test_published_attempts_go_on_with_one_network(workshop):
    row = alone(published(taught(FASHION_MNIST)))
    trials = [Trial(setting=row, seed=k) for k in range(3)]
    results = train_students(trials, workshop, ignore)
    losses = [value for result in results for value in result.history["train/loss"]]
    assert len(losses) == 60
    assert losses[20] < losses[19] * 1.5  # no fresh network: a fresh one starts above 1
    assert losses[59] < losses[19] < losses[0]
    last_alone = train_students(trials[2:], workshop, ignore)[0]
    assert last_alone.history == results[2].history


def test_curves_and_facts_are_whole(workshop):
    settings = [
        replace(taught(FASHION_MNIST), link=Dilation(), held_out=0.2),
        replace(taught(MNIST), link=LINK, held_out=0.2),
    ]
    results = train_students([Trial(setting=s, seed=0) for s in settings], workshop, ignore)
    for result in results:
        assert set(result.history) == {
            "train/loss",
            "train/hard",
            "train/soft",
            "validation/accuracy",
            "validation/cross_entropy",
            "test/accuracy",
            "test/cross_entropy",
        }
        assert all(len(values) == 2 for values in result.history.values())
        assert result.facts["teacher/test_accuracy"] > 0.2
        assert result.facts["teacher/seconds"] > 0
        for name in ("student", "teacher"):
            assert sum(result.reliability[name].objects) == 10_000
        right = zip(*result.reliability["student"][::2], strict=True)
        accuracy = sum(objects * share for objects, share in right) / 10_000
        assert accuracy == pytest.approx(result.final["test/accuracy"], abs=1e-4)
        right = zip(*result.reliability["teacher"][::2], strict=True)
        accuracy = sum(objects * share for objects, share in right) / 10_000
        assert accuracy == pytest.approx(result.facts["through_link/test_accuracy"], abs=1e-4)
        losses = result.history["test/cross_entropy"]
        assert result.final["test/cross_entropy_integral"] == pytest.approx(sum(losses) / 2)


def test_a_long_schedule_is_measured_at_some_epochs(workshop):
    """The curve's points are those of asking after every epoch; I is the area under them."""
    assert Schedule(epochs=20, batch_size=64).measured_epochs == tuple(range(20))
    long = Schedule(epochs=23, batch_size=64)
    measured = (*range(10), 14, 19, 22)
    assert long.measured_epochs == measured
    trials = [Trial(setting=replace(BASE, schedule=long, held_out=0), seed=0)]
    (found,) = train_students(trials, workshop, ignore)
    curve = dict(found.curve("test/cross_entropy"))
    assert tuple(curve) == tuple(dict(found.curve("train/loss"))) == measured
    for epochs in (1, 15, 20):
        schedule = Schedule(epochs=epochs, batch_size=64)
        short = [Trial(setting=replace(BASE, schedule=schedule, held_out=0), seed=0)]
        (one,) = train_students(short, workshop, ignore)
        assert one.final["test/cross_entropy"] == curve[epochs - 1]
    area = np.trapezoid(list(curve.values()), measured)
    assert found.final["test/cross_entropy_integral"] == pytest.approx(area)


def test_a_failed_trial_keeps_what_was_measured_before(workshop):
    wild = Schedule(epochs=25, batch_size=64, learning_rate=5e3)
    trials = [Trial(setting=replace(BASE, schedule=wild, held_out=0), seed=0)]
    with patch.object(_Training, "_train_epoch", _breaking_in_epoch(17)):
        (found,) = train_students(trials, workshop, ignore)
    assert "epoch 17" in found.failure
    assert len(found.history["train/loss"]) == 17
    assert dict(found.curve("test/accuracy")).keys() == {*range(10), 14}


def _breaking_in_epoch(bad):
    whole = _Training._train_epoch

    def train_epoch(training, epoch):
        whole(training, epoch)
        if epoch == bad:
            training.students.members[0].history["train/loss"][-1] = float("nan")

    return train_epoch


def test_cohorts_are_dealt_by_shape_cost_and_workers():
    trials = [
        Trial(setting=s, seed=i) for s in (BASE, replace(BASE, held_out=0)) for i in range(9)
    ]
    cohorts = form_cohorts(trials, workers=2)
    assert sorted(len(c.members) for c in cohorts) == [4, 4, 5, 5]
    assert sorted(t.key for c in cohorts for t in c.members) == sorted(t.key for t in trials)
    assert [c.cost for c in cohorts] == sorted((c.cost for c in cohorts), reverse=True)
    many = form_cohorts([Trial(setting=BASE, seed=i) for i in range(1_000)], workers=2)
    assert len(many) % 2 == 0  # no worker idles while another does the odd one
    assert max(c.cost for c in many) <= OF_A_CORE.work + cost(many[0].members[0])


def test_a_cohort_fits_into_memory():
    """Of a schedule so short that work alone would put thousands into one cohort."""
    tiny = replace(BASE, schedule=Schedule(epochs=1, batch_size=64))
    many = form_cohorts([Trial(setting=tiny, seed=i) for i in range(5_000)], workers=2)
    assert max(sum(map(memory, c.members)) for c in many) <= OF_A_CORE.memory * 1.01
    assert max(c.cost for c in many) < OF_A_CORE.work / 2
    weights = 784 * 64 + 64 * 10
    assert 4 * 4 * weights < memory(many[0].members[0]) < 4 * 4 * weights + 2**21


def test_a_gpu_takes_a_thousand_students_as_a_few_cohorts(monkeypatch):
    """What a GPU of 60 GiB and 50 TFLOP/s would answer; half of one is half as much."""
    monkeypatch.setattr(capacity_module, "free_memory", lambda device: 60 * 2**30)
    monkeypatch.setattr(capacity_module, "product_rate", lambda device: 50e12)
    whole, half = (capacity_of(torch.device("cuda"), share) for share in (1.0, 0.5))
    assert whole == Capacity(work=75_000, memory=42 * 2**30)
    assert half == Capacity(work=37_500, memory=21 * 2**30)
    standard = replace(BASE, schedule=Schedule(epochs=50, batch_size=64))
    trials = [Trial(setting=standard, seed=i) for i in range(1_000)]
    assert len(form_cohorts(trials, workers=1)) > 10
    cohorts = form_cohorts(trials, workers=1, capacity=whole)
    assert len(cohorts) <= 2
    assert max(cohort.cost for cohort in cohorts) <= whole.work
    scarce = form_cohorts(trials, workers=1, capacity=replace(whole, memory=2**29))
    assert max(sum(map(memory, c.members)) for c in scarce) <= 2**29 * 1.01


def test_a_cpu_is_not_asked(monkeypatch):
    monkeypatch.setattr(capacity_module, "product_rate", None)
    assert capacity_of(torch.device("cpu")) == OF_A_CORE


def test_attempts_of_a_network_stay_together():
    rows = [published(taught(FASHION_MNIST)), published(taught(MNIST))]
    trials = [Trial(setting=row, seed=k) for k in range(5) for row in rows]
    cohorts = form_cohorts(trials, workers=8)
    assert sorted(len(c.members) for c in cohorts) == [5, 5]
    assert all(len({t.setting.key for t in c.members}) == 1 for c in cohorts)


# ---- candidates: folds, pruning, and a test set that is never read ----

FOLDS = CrossValidation(folds=5)


def candidate(rule=FOLDS, **changes):
    return replace(taught(FASHION_MNIST), rule=rule, **changes)


def test_each_fold_is_a_student_that_never_saw_it(workshop):
    trial = Trial(setting=candidate(), seed=1_000)
    members, stack = fit([trial], workshop, ignore)
    assert [m.part for m in members] == [0, 1, 2, 3, 4]
    held = torch.cat([m.parts.validate for m in members])
    assert sorted(held.tolist()) == list(range(1_000))
    for place, member in enumerate(members):
        assert not set(member.parts.learn.tolist()) & set(member.parts.validate.tolist())
        network = Mlp(STUDENT, generator("unused", 0))
        network.load_state_dict(stack.member(place))
        images = member.split[member.parts.validate]
        right = (network(images.inputs()).argmax(-1) == images.labels).float().mean()
        assert member.history["validation/accuracy"][-1] == pytest.approx(float(right), abs=1e-6)


def test_folds_need_not_divide_the_objects(workshop):
    """1,000 objects in 7 folds of 142: six are in no fold, and always learnt from."""
    (found,) = train_students(
        [Trial(setting=candidate(CrossValidation(folds=7)), seed=1_000)], workshop, ignore
    )
    folds = [score * 142 for score in found.history["part/accuracy"]]
    assert len(folds) == 7
    assert folds == pytest.approx([round(right) for right in folds], abs=1e-3)


def test_a_candidate_s_score_is_the_mean_of_its_folds(workshop):
    (found,) = train_students([Trial(setting=candidate(), seed=1_000)], workshop, ignore)
    folds = found.history["part/accuracy"]
    assert len(folds) == 5
    assert found.final["validation/accuracy"] == pytest.approx(sum(folds) / 5)
    assert found.final["epochs_trained"] == 2 * 5
    assert not any(name.startswith(("test", "oracle", "through")) for name in found.final)
    assert set(found.facts) <= {"teacher/seconds", "logits/seconds", "vae/seconds"}
    assert found.reliability == {}


def test_an_oracle_selects_by_one_half_and_is_checked_on_the_other(workshop):
    """The same half for every setting and seed; both together are the whole test set."""
    settings = [candidate(Oracle()), candidate(Oracle(selects_by=0.5))]
    trials = [Trial(setting=setting, seed=1_000) for setting in settings]
    whole, half = (train_students([trial], workshop, ignore)[0].final for trial in trials)
    for measure in ("accuracy", "cross_entropy"):
        selects, rest = (half[f"{group}/{measure}"] for group in ("oracle", "oracle_rest"))
        assert selects != rest
        assert (selects + rest) / 2 == pytest.approx(whole[f"oracle/{measure}"])
    parts = [parts_of_test(settings[1].rule, 10_000) for _ in range(2)]
    for rows, again in zip(*(part.values() for part in parts), strict=True):
        assert rows.tolist() == again.tolist()
    assert sorted(parts[0]["oracle"].tolist() + parts[0]["oracle_rest"].tolist()) == [
        *range(10_000)
    ]


def test_no_candidate_can_read_the_test_set(workshop, monkeypatch):
    """The test labels are poisoned: no score moves, and nothing but an oracle sees it."""
    trials = [Trial(setting=candidate(), seed=1_000)]
    oracle = [Trial(setting=candidate(Oracle()), seed=1_000)]
    before = train_students(trials, workshop, ignore)[0].history
    claimed = train_students(oracle, workshop, ignore)[0].final["oracle/accuracy"]
    whole = load("FashionMNIST")
    poisoned = DomainData(whole.train, Objects(whole.test.pixels, (whole.test.labels + 1) % 10))
    monkeypatch.setattr(MnistLike, "load", lambda domain: poisoned)
    evaluation_module._test_sets.cache_clear()
    try:
        assert train_students(trials, workshop, ignore)[0].history == before
        lie = train_students(oracle, workshop, ignore)[0].final["oracle/accuracy"]
        assert abs(lie - claimed) > 0.1  # the poison works where the test set is read
    finally:
        evaluation_module._test_sets.cache_clear()


def test_a_candidate_s_trial_asks_for_no_test_object(workshop, monkeypatch):
    """Its teacher's answers are there; then no domain's test set is touched at all."""
    again = CrossValidation(again=True)
    trials = [Trial(setting=candidate(rule), seed=1_000) for rule in (CrossValidation(), again)]
    train_students(trials[:1], workshop, ignore)  # makes what the students learn from
    evaluation_module._test_sets.cache_clear()

    def refuse(domain, seed):
        raise AssertionError(f"a candidate asked for the test set of {domain.name}")

    monkeypatch.setattr(Domain, "test", refuse)
    for trial in trials:
        (found,) = train_students([trial], workshop, ignore)
        assert found.failure is None
    with pytest.raises(AssertionError, match="asked for the test set of FashionMNIST"):
        train_students([Trial(setting=candidate(Oracle()), seed=1_000)], workshop, ignore)


def test_what_is_pruned_leaves_and_the_others_do_not_notice(workshop):
    """The stack is compacted; survivors end where they end without pruning."""
    epochs = Schedule(epochs=6, batch_size=64)
    weights = (0.1, 0.4, 0.7, 1.0)
    scores = {}
    for pruning in (None, Pruning(group=4, rungs=(0.5,), keep=0.5, alpha=0)):
        rule = HoldOut(pruning=pruning)
        trials = [
            Trial(setting=weighing(w, base=candidate(rule, schedule=epochs)), seed=seed)
            for w in weights
            for seed in (1_000, 1_001)
        ]
        scores[pruning] = train_students(trials, workshop, ignore)
    whole, cut = scores.values()
    dropped = {r.trial.setting.objective.hard_label_weight for r in cut if r.pruned}
    assert len(dropped) == 2
    for full, one in zip(whole, cut, strict=True):
        length = 3 if one.pruned else 6
        assert len(one.history["validation/accuracy"]) == length
        assert one.final["epochs_trained"] == length
        expected = full.history["validation/cross_entropy"][:length]
        assert one.history["validation/cross_entropy"] == expected
    means = {
        w: sum(
            r.history["validation/accuracy"][2]
            for r in whole
            if r.trial.setting.objective.hard_label_weight == w
        )
        for w in weights
    }
    assert dropped == set(sorted(weights, key=means.__getitem__)[:2])
    assert all("after 3 epochs: rank" in r.pruned for r in cut if r.pruned)


def test_pruning_by_the_paired_test():
    best = [0.80 + 0.001 * k for k in range(10)]
    same = [v - 0.0005 * (-1) ** k for k, v in enumerate(best)]
    worse = [v - 0.01 - 0.001 * k for k, v in enumerate(best)]
    rule = Pruning(keep=1.0, alpha=0.05)
    found = dropped({"best": best, "same": same, "worse": worse}, rule, higher_is_better=True)
    assert set(found) == {"worse"}
    assert found["worse"].startswith("behind the best in too many seeds and folds (")
    assert "p =" not in " ".join(found.values())  # folds share what they learn from: no test
    assert dropped({"best": best, "worse": worse}, rule, higher_is_better=False).keys() == {"best"}
    assert dropped({"a": best, "b": [float("nan")] * 10}, rule, higher_is_better=True) == {}
    assert dropped({"a": best, "b": best}, rule, higher_is_better=True) == {}
