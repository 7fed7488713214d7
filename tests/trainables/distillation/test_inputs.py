"""What a student sees of its objects: as they are, changed at random, or standardised."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from few import Few
from torch.nn import functional

from search_spaces.rows.bike_sharing import REG_SMALL_ALONE
from trainables.artifacts.workshop import ignore
from trainables.data.augment import Augment
from trainables.distillation.member import members_of
from trainables.distillation.student import fit, train_students
from trainables.distillation.student_stack import StudentStack
from trainables.errors import BadInputError
from trainables.networks.convolutional import ConvNet
from trainables.networks.network import Perceptron
from trainables.networks.perceptron import Mlp
from trainables.objectives import Distillation
from trainables.randomness import generator
from trainables.schedule import Schedule
from trainables.settings.scoring import HoldOut
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial
from trainables.teacher import Teacher


@dataclass(frozen=True, kw_only=True)
class Channels(Few):
    """The same pixels, as images of four channels."""

    @property
    def shape(self):
        return (4, 14, 14)


DOMAIN = Channels()
SHORT = Schedule(epochs=3, batch_size=16)
TEACHER = Teacher(domain=DOMAIN, network=Perceptron(hidden=(16,)), schedule=SHORT)
PLAIN = Setting(
    target=DOMAIN, student=Perceptron(hidden=(16,)), teacher=TEACHER, schedule=SHORT,
    held_out=0.25,
)  # fmt: skip
CHANGES = Augment(rotation=20, crop=2, flip=True, erase=0.1)


def with_schedule(**changes):
    return replace(PLAIN, schedule=replace(SHORT, **changes))


AUGMENTED, NORMALISED = with_schedule(augment=CHANGES), with_schedule(normalise=True)
BOTH = with_schedule(augment=CHANGES, normalise=True)


def first_batch(setting, workshop, seeds=(0,)):
    """What the members of these seeds see first, [G, 16, D]; and their objects, the same rows."""
    trials = [Trial(setting=setting, seed=seed) for seed in seeds]
    students = StudentStack(members_of(trials, workshop), torch.device("cpu"))
    rows = torch.arange(16).expand(len(seeds), 16)
    held = [member.split[member.parts.learn].inputs()[:16] for member in students.members]
    return students.gather(rows), torch.stack(held)


# ---- random changes ----


def test_the_first_batch_is_the_objects_changed(workshop):
    seen, objects = first_batch(PLAIN, workshop)
    assert torch.equal(seen, objects)
    changed, objects = first_batch(AUGMENTED, workshop, seeds=(5,))
    assert not torch.equal(changed, objects)
    by_hand = CHANGES(objects, DOMAIN.shape, [generator("augment/student", 5)])
    assert torch.equal(changed, by_hand)


def test_what_a_member_sees_changed_does_not_depend_on_its_company(workshop):
    together, _ = first_batch(AUGMENTED, workshop, seeds=(0, 1, 2))
    for seed in range(3):
        alone, _ = first_batch(AUGMENTED, workshop, seeds=(seed,))
        assert torch.equal(together[seed], alone[0])
    assert len({float(each.sum()) for each in together}) == 3


@pytest.mark.parametrize("student", [PLAIN.student, ConvNet(channels=(4,))])
def test_the_same_seed_gives_the_same_bits(workshop, student):
    setting = replace(BOTH, student=student)
    trials = [Trial(setting=setting, seed=seed) for seed in (0, 1)]
    one, again = (train_students(trials, workshop, ignore) for _ in range(2))
    assert [r.history for r in one] == [r.history for r in again]
    (solo,) = train_students(trials[1:], workshop, ignore)
    assert solo.history == one[1].history
    plain = [Trial(setting=replace(PLAIN, student=student), seed=seed) for seed in (0, 1)]
    for result, other in zip(one, train_students(plain, workshop, ignore), strict=True):
        assert result.history["train/loss"] != other.history["train/loss"]


def test_what_is_validated_and_tested_is_not_changed(workshop):
    """A student that learns nothing scores the same, augmented or not."""
    still = [
        replace(setting, schedule=replace(setting.schedule, learning_rate=1e-30))
        for setting in (PLAIN, AUGMENTED)
    ]
    one, other = (train_students([Trial(setting=s, seed=0)], workshop, ignore)[0] for s in still)
    assert one.history["train/loss"] != other.history["train/loss"]
    for name in ("validation/accuracy", "validation/cross_entropy", "test/cross_entropy"):
        assert one.history[name] == other.history[name]


def test_a_table_cannot_be_changed_like_an_image():
    with pytest.raises(BadInputError, match="augment changes images, and Reg has rows of 15"):
        replace(REG_SMALL_ALONE, schedule=Schedule(epochs=1, batch_size=8, augment=CHANGES))
    small = Augment(crop=14)
    with pytest.raises(BadInputError, match=r"Augment\.crop is 14: give fewer pixels than the 14"):
        replace(PLAIN, schedule=replace(SHORT, augment=small))
    with pytest.raises(BadInputError, match=r"Augment\.crop is 14: give fewer pixels than the 14"):
        replace(PLAIN, teacher=replace(TEACHER, schedule=replace(SHORT, augment=small)))


# ---- standardised by channel ----


def standardised(member, objects):
    """By an independent formula: NumPy, float64, of the objects that the member learns from."""
    learnt = member.split.pixels[member.parts.learn].numpy().reshape(-1, 4, 196) / 255
    means, deviations = learnt.mean((0, 2)), learnt.std((0, 2))
    given = objects.pixels.numpy().reshape(-1, 4, 196) / 255
    found = (given - means[:, None]) / deviations[:, None]
    return torch.from_numpy(found.reshape(len(found), -1)).float()


def test_a_normalised_student_is_what_plain_pytorch_would_train_on_standardised_inputs(workshop):
    setting = replace(NORMALISED, objective=Distillation(hard_label_weight=0.5))
    (member,), stack = fit([Trial(setting=setting, seed=1)], workshop, ignore)
    plain = Mlp((784, 16, 10), generator("init/student", 1))
    optimiser = torch.optim.Adam(plain.parameters(), foreach=False, fused=False)
    learnt = member.split[member.parts.learn]
    x, y = standardised(member, learnt), learnt.labels
    assert x.view(-1, 4, 196).std((0, 2), correction=0).numpy() == pytest.approx(np.ones(4))
    soft, order = member.taught("outputs", 0).softmax(-1), generator("order/student", 1)
    for _ in range(SHORT.epochs):
        for rows in torch.randperm(len(x), generator=order).split(16):
            logits = plain(x[rows])
            optimiser.zero_grad()
            hard = functional.cross_entropy(logits, y[rows])
            (0.5 * hard + 0.5 * functional.cross_entropy(logits, soft[rows])).backward()
            optimiser.step()
    for name, value in plain.state_dict().items():
        torch.testing.assert_close(stack.member(0)[name], value, atol=2e-4, rtol=0)
    sets = {"validation": member.split[member.parts.validate], "test": DOMAIN.test(1)}
    for group, objects in sets.items():
        logits = plain(standardised(member, objects))
        right = (logits.argmax(-1) == objects.labels).float().mean()
        assert member.history[f"{group}/accuracy"][-1] == pytest.approx(float(right), abs=1e-6)
        loss = functional.cross_entropy(logits, objects.labels).item()
        assert member.history[f"{group}/cross_entropy"][-1] == pytest.approx(loss, abs=1e-3)


def test_images_are_changed_first_and_standardised_then(workshop):
    """So what comes in from outside of an image is black, as it is."""
    seen, objects = first_batch(BOTH, workshop)
    changed = CHANGES(objects, DOMAIN.shape, [generator("augment/student", 0)])[0]
    (member,) = members_of([Trial(setting=BOTH, seed=0)], workshop)
    learnt = member.split.pixels[member.parts.learn].numpy().reshape(-1, 4, 196) / 255
    means, deviations = learnt.mean((0, 2))[:, None], learnt.std((0, 2))[:, None]
    wanted = (changed.numpy().reshape(16, 4, 196) - means) / deviations
    np.testing.assert_allclose(seen[0].numpy(), wanted.reshape(16, 784), atol=1e-5)


def test_each_member_standardises_by_its_own_objects(workshop):
    """Whatever its company: to the bit, the test set too."""
    trials = [Trial(setting=NORMALISED, seed=seed) for seed in (0, 1)]
    together = train_students(trials, workshop, ignore)
    for trial, result in zip(trials, together, strict=True):
        (solo,) = train_students([trial], workshop, ignore)
        assert solo.history == result.history
        assert solo.reliability == result.reliability


def test_a_candidate_s_fold_is_no_part_of_its_scale(workshop):
    trial = Trial(setting=replace(NORMALISED, held_out=0, rule=HoldOut(held_out=0.25)), seed=0)
    students = StudentStack(members_of([trial], workshop), torch.device("cpu"))
    (member,), (share,) = students.members, students.shares
    inputs, _ = share.held_out
    wanted = standardised(member, member.split[member.parts.validate])
    torch.testing.assert_close(inputs, wanted, atol=1e-5, rtol=0)
    assert share.test is None


@pytest.mark.parametrize("changes", [{"normalise": True}, {"augment": CHANGES}])
def test_a_teacher_may_see_its_objects_so_too(workshop, changes):
    """And what it answers of the student's objects is by its own scale."""
    recipe = replace(TEACHER, schedule=replace(SHORT, **changes))
    plain, other = (
        train_students([Trial(setting=replace(PLAIN, teacher=t), seed=0)], workshop, ignore)[0]
        for t in (TEACHER, recipe)
    )
    assert other.facts["teacher/test_accuracy"] > 0.2
    assert other.facts["through_link/test_accuracy"] == other.facts["teacher/test_accuracy"]
    assert plain.history["train/soft"] != other.history["train/soft"]
