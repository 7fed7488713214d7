"""Generalised distillation: the student sees less of the objects that its teacher learns from."""

from dataclasses import replace

import pytest
import torch
from few import Few
from tiles import Tiles

from search_spaces import names
from search_spaces.base.catalogue import load
from search_spaces.generalised.generalised_rentals import ON_SMALL
from trainables.artifacts.logits import LOGITS
from trainables.artifacts.teacher import prepare
from trainables.artifacts.workshop import ignore
from trainables.data.domains import BIKE_SHARING, FASHION_MNIST, MNIST, Generated
from trainables.data.views import Shrunk, Viewed
from trainables.distillation.member import members_of
from trainables.distillation.requirements import all_logits_for, logits_for
from trainables.distillation.student import train_students
from trainables.errors import BadInputError
from trainables.identity import identity
from trainables.links import Dilation, Noise, VaeLink, VaeRecipe
from trainables.methods.adversarial.dann import Dann
from trainables.methods.data_free.class_impressions import ClassImpressions
from trainables.networks import ConvNet, Perceptron
from trainables.objectives import Distillation, Imitation
from trainables.objectives.answers import OUTPUTS, Answers
from trainables.schedule import Schedule
from trainables.settings import CrossValidation, HoldOut, Setting, alone
from trainables.settings.trial import Trial
from trainables.teacher import Teacher

SHORT = Schedule(epochs=3, batch_size=16)
WHOLE = Few()
SEEN = Viewed(of=WHOLE, view=Shrunk(height=7, width=7))
NETWORK = Perceptron(hidden=(20, 20))
TAUGHT = Setting(
    target=SEEN,
    student=NETWORK,
    teacher=Teacher(domain=WHOLE, split="Small", network=NETWORK, schedule=SHORT),
    objective=Distillation(hard_label_weight=0.5, temperature=4),
    schedule=SHORT,
)
NO_MORE = replace(TAUGHT, teacher=replace(TAUGHT.teacher, domain=SEEN))


def trial(setting, seed=0):
    return Trial(setting=setting, seed=seed)


def test_teacher_and_student_have_the_same_objects(workshop):
    logits = logits_for(trial(TAUGHT, 2))
    learnt = prepare(logits.teacher, workshop)
    (member,) = members_of([trial(TAUGHT, 2)], workshop)
    taught = learnt.pixels[learnt.rows]
    assert learnt.labels[learnt.rows].equal(member.split.labels)
    by_view = SEEN.view(taught.float().div(255).unflatten(-1, WHOLE.shape)).flatten(1)
    assert by_view.equal(member.split.pixels)
    # What it is taught is what the teacher says of the whole objects.
    with torch.no_grad():
        said = workshop.teacher(logits.teacher)(taught.float() / 255)
    torch.testing.assert_close(member.teacher[OUTPUTS][0], said)


def test_its_logits_are_those_of_a_student_that_sees_all():
    whole = replace(TAUGHT, target=WHOLE)
    assert logits_for(trial(TAUGHT)).key == logits_for(trial(whole)).key
    assert TAUGHT.key != whole.key
    assert alone(TAUGHT).target == SEEN


def test_a_teacher_of_the_same_view_is_shown_no_more_than_its_student(workshop):
    logits = logits_for(trial(NO_MORE))
    assert logits.target == SEEN
    saved = workshop.get_or_make(logits)
    inputs = SEEN.split("Small", 0).inputs()
    with torch.no_grad():
        said = workshop.teacher(logits.teacher)(inputs)
    torch.testing.assert_close(saved.tensors[LOGITS][0], said)


def test_a_fold_s_teacher_has_not_seen_what_its_student_is_scored_on(workshop):
    candidate = replace(TAUGHT, rule=CrossValidation(folds=4))
    made = all_logits_for(trial(candidate))
    assert [(one.teacher.part, one.teacher.withheld_from) for one in made] == [
        (part, "Small") for part in range(4)
    ]
    learnt = prepare(made[1].teacher, workshop)
    member = members_of([trial(candidate)], workshop)[1]
    assert learnt.labels[learnt.rows].equal(member.split[member.parts.learn].labels)
    (result,) = train_students([trial(candidate)], workshop, ignore)
    assert not result.failure


@pytest.mark.parametrize("network", [NETWORK, ConvNet(channels=(4,))])
def test_a_member_is_its_solo_run_to_the_bit(network, workshop):
    base = replace(TAUGHT, student=network)
    mates = [trial(s, seed) for s in (base, alone(base), replace(NO_MORE, student=network))
             for seed in (0, 1)]  # fmt: skip
    mates += [trial(replace(base, objective=Distillation(hard_label_weight=0.1)), 0)]
    together = train_students(mates, workshop, ignore)
    for one, found in zip(mates, together, strict=True):
        (solo,) = train_students([one], workshop, ignore)
        assert solo.history == found.history
    assert together[0].history != together[2].history


def test_links_read_the_whole_objects(workshop):
    vae = VaeRecipe(
        objects=WHOLE, counterparts=MNIST, labels="small", split="Small", schedule=SHORT
    )
    digits = Teacher(domain=Generated(like=MNIST), split="Small", schedule=SHORT)
    for setting in (
        replace(TAUGHT, link=Noise(draws=2)),
        replace(TAUGHT, link=Dilation()),
        replace(TAUGHT, teacher=digits, link=VaeLink(recipe=vae, draws=2)),
        replace(TAUGHT, held_out=0.25, rule=None),
        replace(TAUGHT, schedule=replace(SHORT, select_epoch=True)),
    ):
        (result,) = train_students([trial(setting)], workshop, ignore)
        assert not result.failure
    other = VaeLink(recipe=replace(vae, objects=FASHION_MNIST))
    with pytest.raises(BadInputError, match="the teacher is shown FewFashionMNIST: give VaeReci"):
        replace(TAUGHT, teacher=Teacher(domain=MNIST), link=other)


def test_the_calendar_is_standardised_by_itself(workshop):
    short = replace(ON_SMALL, schedule=SHORT, teacher=replace(ON_SMALL.teacher, schedule=SHORT))
    (member,) = members_of([trial(short)], workshop)
    assert member.split.pixels.shape == (300, 10)
    assert member.split.pixels.mean(0).abs().max() < 1e-5
    assert logits_for(trial(short)).target == BIKE_SHARING
    (result,) = train_students([trial(short)], workshop, ignore)
    assert result.final["test/mse"] > 0


def test_a_method_that_makes_objects_for_the_teacher_is_refused():
    given = {"method": ClassImpressions(impressions=10), "objective": Distillation()}
    with pytest.raises(BadInputError, match="give both the same view, or the whole domain"):
        replace(TAUGHT, target=Viewed(of=FASHION_MNIST, view=SEEN.view),
                teacher=Teacher(domain=FASHION_MNIST), **given)  # fmt: skip
    with pytest.raises(BadInputError, match="Dann"):
        replace(alone(TAUGHT), method=Dann(source=MNIST))


def test_a_student_that_sees_all_is_as_ever():
    """No setting of the other spaces has another identity, or another teacher's logits."""
    for name in set(names()) - {n for n in names() if n.startswith("generalised")}:
        for setting in load(name)._bases():
            assert setting.shown == setting.target
            assert "Viewed" not in str(setting.plain)


def test_imitation_is_the_paper_s_loss():
    """(1 - λ) · CE(y, σ(g)) + λ · CE(σ(f/T), σ(g)), λ the teacher's weight; T² by its code."""
    draw = torch.Generator().manual_seed(0)
    g, f = (torch.randn(2, 5, 3, generator=draw) for _ in range(2))
    y = torch.randint(3, (2, 5), generator=draw)
    members = [Imitation(hard_label_weight=w, temperature=t) for w, t in ((0.3, 2.0), (0.9, 20.0))]
    given = [one.numbers() for one in members]
    numbers = {name: torch.tensor([each[name] for each in given]) for name in given[0]}
    soft = members[0].prepare(f, y, numbers)
    x = g.clone().requires_grad_()
    terms = members[0].loss(Answers(x), Answers(soft), y, numbers)
    terms.loss.sum().backward()
    again = g.clone().requires_grad_()
    for place, one in enumerate(members):
        w, t = one.hard_label_weight, one.temperature
        log_p = again[place].log_softmax(-1)
        hard = -log_p[torch.arange(5), y[place]].mean()
        imitated = -((f[place] / t).softmax(-1) * log_p).sum(-1).mean()
        loss = w * hard + (1 - w) * t**2 * imitated
        torch.testing.assert_close(terms.loss[place], loss.detach())
        loss.backward()
    torch.testing.assert_close(x.grad, again.grad)


def held_out_of(tiles, workshop):
    """A candidate of these objects seen at 3×5, scored by a hold-out: seed 1."""
    candidate = replace(
        TAUGHT,
        target=Viewed(of=tiles, view=Shrunk(height=3, width=5)),
        teacher=replace(TAUGHT.teacher, domain=tiles),
        schedule=Schedule(epochs=30, batch_size=16, learning_rate=1e-2),
        rule=HoldOut(held_out=0.25),
    )
    (result,) = train_students([trial(candidate, 1)], workshop, ignore)
    return result


def test_a_hold_out_scores_it_on_what_neither_it_nor_its_teacher_has_seen(workshop):
    """Other objects and labels there change the score, and nothing of the training, to the bit."""
    found = held_out_of(Tiles(), workshop)
    spoilt = held_out_of(Tiles(spoilt=(1, 0.25)), workshop)
    assert spoilt.history["train/loss"] == found.history["train/loss"]
    assert spoilt.final["validation/accuracy"] < found.final["validation/accuracy"]
    assert found.final["validation/accuracy"] > 0.8
    others = held_out_of(Tiles(spoilt=(2, 0.25)), workshop)
    assert others.history["train/loss"] != found.history["train/loss"]


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("generalised_digits", "daa98d39f8ece1ec"),
        ("generalised_garments", "947e1066f1c7afa6"),
        ("generalised_known", "9cd1a18d6f59458b"),
        ("generalised_rentals", "44551dbd06d780d9"),
    ],
)
def test_the_keys_of_its_spaces_are_what_was_recorded(name, digest):
    """Of what is listed, and of a candidate of each search: domains, views, schedules, rules."""
    space = load(name)
    made = (*space.settings, *(search.setting({}) for search in space.searches))
    assert identity([setting.key for setting in made]) == digest
