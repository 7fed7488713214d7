"""Every method trained on real data for seconds: what it leaves, and its known cases."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from search_spaces.rows.garments import SMALL_ALONE
from search_spaces.rows.methods import PIXELS_OF
from search_spaces.transfer.transfer_known import OMITTED
from trainables.artifacts.workshop import ignore
from trainables.cohorts.cohort import Cohort, form_cohorts
from trainables.cohorts.kinds import cost, memory
from trainables.data.domains import FASHION_MNIST, MNIST
from trainables.links.fixed import Dilation, Noise
from trainables.links.link import Identity
from trainables.methods.adversarial.adda import Adda
from trainables.methods.adversarial.dann import Dann
from trainables.methods.batches import generators
from trainables.methods.data_free import teacher_alone
from trainables.methods.data_free.class_impressions import ClassImpressions
from trainables.methods.data_free.dafl import DataFree
from trainables.methods.data_free.zero_shot import ZeroShot
from trainables.methods.federated.clients import local_batches
from trainables.methods.federated.fedavg import FedAvg
from trainables.methods.federated.pfedme import PFedMe
from trainables.methods.self_supervised.barlow_twins import BarlowTwins
from trainables.methods.self_supervised.instance_features import InstanceFeatures
from trainables.networks.lenet import WHOLE, LeNet
from trainables.networks.perceptron import Mlp
from trainables.objectives import Distillation
from trainables.randomness import generator
from trainables.schedule import Schedule
from trainables.settings.columns import columns_of, name_of
from trainables.settings.trial import Trial
from trainables.teacher import Teacher

LARGE = Schedule(epochs=2, batch_size=256)
SMALL = {"split": "Small"}
TEACHER = Teacher(domain=FASHION_MNIST, split="Small", schedule=Schedule(epochs=8, batch_size=64))


def made_by(method, epochs=2, batch_size=512, learning_rate=1e-2, target=FASHION_MNIST):
    schedule = Schedule(epochs=epochs, batch_size=batch_size, learning_rate=learning_rate)
    base = replace(SMALL_ALONE, target=target)
    if method.asks_teacher:
        weight = 0.5 if method.small else 0.0
        objective = Distillation(hard_label_weight=weight, temperature=1)
        base = replace(base, teacher=TEACHER, objective=objective)
    return replace(base, method=method, schedule=schedule)


GARMENTS = PIXELS_OF[FASHION_MNIST]
FEW = {"impressions": 20, "steps": 15}
METHODS = {
    "dann": made_by(Dann(**SMALL, source_link=Noise(), small=True), batch_size=64),
    "dann → noise": made_by(
        Dann(**SMALL, target_link=Noise()),
        target=MNIST,
        epochs=4,
        batch_size=64,
        learning_rate=0.05,
    ),
    "dann, LeNet-5": made_by(
        Dann(**SMALL, source=MNIST, lenet=True),
        target=MNIST,
        batch_size=16,
        learning_rate=0.03,
    ),
    "adda": made_by(
        Adda(**SMALL, source_link=Dilation(), first=LARGE), batch_size=64, learning_rate=2e-4
    ),
    "class_impressions": made_by(ClassImpressions(**FEW), batch_size=64),
    "class_impressions + Small": made_by(ClassImpressions(**FEW, small=True), batch_size=64),
    "zero_shot": made_by(ZeroShot(**FEW), batch_size=64),
    "zero_shot, augmented": made_by(ZeroShot(**FEW, augmented=True), batch_size=64),
    "data_free": made_by(DataFree(pixels=GARMENTS, steps=40), batch_size=64),
    "data_free, convolutional": made_by(
        DataFree(pixels=GARMENTS, steps=5, channels=(8, 4), rate=0.2), batch_size=64
    ),
    "fedavg": made_by(FedAvg(local_epochs=1), batch_size=64, learning_rate=0.1),
    "fedavg, shards": made_by(FedAvg(local_epochs=1, deal="shards"), batch_size=64),
    "pfedme": made_by(
        PFedMe(local_rounds=3, local_rate=0.05, share=1), batch_size=24, learning_rate=0.05
    ),
    "instance_features": made_by(InstanceFeatures(**SMALL, pretraining=LARGE), batch_size=64),
    "barlow_twins": made_by(BarlowTwins(**SMALL, pretraining=LARGE), batch_size=64),
}


def train(setting, workshop, *seeds):
    trials = [Trial(setting=setting, seed=seed) for seed in seeds]
    return setting.method.train(trials, workshop, ignore)


def accuracy_of(weights, setting):
    """On the test set, of the setting's own network with these weights."""
    student = setting.student.build(setting.target.shape, setting.target.outputs)
    student.load_state_dict(weights)
    test = setting.target.test(0)
    objects = test.inputs().unflatten(1, setting.target.shape)
    with torch.no_grad():
        return float((student(objects).argmax(1) == test.labels).float().mean())


@pytest.mark.parametrize("name", METHODS)
def test_a_method_leaves_what_a_trial_leaves_whatever_its_company(name, workshop):
    """To the bit: a seed's student does not depend on the other seeds of its cohort."""
    setting = METHODS[name]
    kept = {}
    results = train(setting, replace(workshop, keep=kept.__setitem__), 7, 8)
    (alone,) = train(setting, workshop, 8)
    one, other = results
    assert [r.trial.seed for r in results] == [7, 8]
    assert one.failure is None
    assert len(one.history["test/accuracy"]) >= setting.schedule.epochs
    assert one.final["test/accuracy"] > 0.12  # chance is 0.1
    assert one.history != other.history
    assert sum(one.reliability["student"].objects) == 10_000
    assert "test/cross_entropy_integral" not in one.final  # epochs of methods are not alike
    assert other.history == alone.history
    assert other.reliability == alone.reliability
    has_own = getattr(setting.method, "lenet", False)
    assert list(kept) == ([] if has_own else [result.trial.key for result in results])
    if kept and getattr(setting.method, "target_link", Identity()) == Identity():
        by_itself = accuracy_of(kept[one.trial.key], setting)
        assert by_itself == pytest.approx(one.final["test/accuracy"], abs=2e-4)


def test_impressions_of_a_lenet_count_as_progress(workshop, monkeypatch):
    def untrained(run):
        return [LeNet(WHOLE, generator("lenet", k)).requires_grad_(False) for k in run.seeds]

    monkeypatch.setattr(teacher_alone, "train_lenets", untrained)
    method = ZeroShot(impressions=8, steps=20, lenet=True)
    setting = made_by(method, target=MNIST, epochs=2, batch_size=16)
    shares = []
    method.train([Trial(setting=setting, seed=k) for k in (0, 1)], workshop, shares.append)
    assert shares == sorted(shares)
    assert len(set(shares)) == 4  # nothing, one seed's impressions, one epoch, all
    assert shares[0] == 0
    assert shares[1] > 0.25
    assert shares[-1] == 1


def test_a_method_is_a_cohort_of_its_own_kind():
    trials = [Trial(setting=s, seed=k) for s in METHODS.values() for k in range(4)]
    cohorts = form_cohorts([*trials, Trial(setting=SMALL_ALONE, seed=0)], workers=1)
    kinds = {cohort.kind for cohort in cohorts}
    assert kinds == {setting.method.name for setting in METHODS.values()} | {"student"}
    for cohort in cohorts:
        assert len({member.setting.key for member in cohort.members}) == 1
        assert cohort.cost > 0
    behind = {a for trial in trials for a in trial.setting.method.artifacts(trial)}
    for member in (*trials, *behind):
        assert cost(member) > 0
        assert memory(member) > 0
    label = trials[0].setting.method.label(FASHION_MNIST)
    assert Cohort("dann", tuple(trials[:2])).name == f"{label} (2)"


def test_impressions_are_made_once_for_the_student_alone_and_with_small():
    alone, beside = METHODS["class_impressions"], METHODS["class_impressions + Small"]
    (one,), (other,) = (
        setting.method.artifacts(Trial(setting=setting, seed=0)) for setting in (alone, beside)
    )
    assert one == other
    assert one.needs[0].recipe == TEACHER
    assert cost(one) > 0
    assert METHODS["dann"].method.artifacts(Trial(setting=METHODS["dann"], seed=0)) == []


def test_names_and_columns():
    row = columns_of(METHODS["dann"])
    assert row["method"] == "dann ← noise of FashionMNIST + Small"
    assert row["gets"] == (
        "labelled noise of FashionMNIST-Small, unlabelled FashionMNIST-Small + Small"
    )
    assert row["labels"] == 2_000
    assert row["student"] == "FashionMNIST-Small"
    changed = columns_of(METHODS["dann → noise"])
    assert (changed["student"], changed["method"]) == ("MNIST-Small", "dann ← MNIST → noise")
    assert columns_of(METHODS["dann, LeNet-5"])["student_network"] == "LeNet-5 6-16-120-84"
    assert "method" not in columns_of(SMALL_ALONE)
    assert name_of(METHODS["zero_shot"]) == "FashionMNIST · zero_shot"
    keys = [setting.key for setting in METHODS.values()]
    assert len(set(keys)) == len(keys)


def test_fedavg_of_one_client_is_plain_training(workshop):
    """Against a network, a loop and an optimiser of PyTorch's own."""
    method = FedAvg(clients=1, share=1, local_epochs=1)
    setting = made_by(method, epochs=1, batch_size=1024, learning_rate=0.1)
    (result,) = train(setting, workshop, 3)
    start = Mlp((784, 64, 10), generator("init/student", 3))
    network = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
    for place, mine in ((0, start.layers[0]), (2, start.layers[1])):
        network[place].load_state_dict(mine.state_dict())
    sgd = torch.optim.SGD(network.parameters(), lr=0.1)
    domain, big = FASHION_MNIST.load(), FASHION_MNIST.rows(3).big
    order = torch.randperm(len(big), generator=generator("clients/deal", 3))
    rows = big[order].view(1, 1, -1)
    for (batch,) in local_batches(rows, 1, 1024, generators("order/clients", [3])):
        x, y = domain.train.pixels[batch].float() / 255, domain.train.labels[batch]
        sgd.zero_grad()
        nn.functional.cross_entropy(network(x), y).backward()
        sgd.step()
    answers = network(domain.test.inputs())
    loss = nn.functional.cross_entropy(answers, domain.test.labels).item()
    assert result.final["test/cross_entropy"] == pytest.approx(loss, rel=1e-4)


def test_adaptation_reaches_the_student_and_its_absence_does_not(workshop):
    """Without it the critic changes nothing; the curve is of the source alone."""
    adapted = replace(METHODS["dann"], method=Dann(**SMALL, source_link=Noise()))
    bare = replace(METHODS["dann"], method=Dann(**SMALL, source_link=Noise(), adapt=False))
    (one,), (other,) = train(adapted, workshop, 0), train(bare, workshop, 0)
    assert one.history["train/loss"] != other.history["train/loss"]


def test_the_omitted_class_is_known_once_the_constant_is_added(workshop):
    short = replace(
        OMITTED,
        student=SMALL_ALONE.student,
        schedule=Schedule(epochs=1, batch_size=1024),
        teacher=replace(TEACHER, domain=MNIST),
    )
    result, other = train(short, workshop, 0, 1)
    (alone,) = train(short, workshop, 1)
    assert alone.history == other.history
    facts = result.facts
    assert facts["corrected/constant"] > 0
    assert facts["corrected/omitted_test_accuracy"] > facts["omitted_test_accuracy"]
    assert facts["all_test_accuracy"] == pytest.approx(result.final["test/accuracy"], abs=1e-4)
