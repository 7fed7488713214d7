"""Every method trained on real data for seconds: what it leaves, and its known cases."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.datasets import load_sample_images
from torch import nn

from search_spaces.rows.garments import ON_BIG, SMALL_ALONE
from search_spaces.rows.methods import PIXELS_OF
from search_spaces.transfer.transfer_known import OMITTED
from trainables.artifacts.workshop import ignore
from trainables.cohorts.cohort import Cohort, form_cohorts
from trainables.cohorts.kinds import cost, memory
from trainables.data.datasets import load
from trainables.data.splits import split_rows
from trainables.errors import BadInputError
from trainables.links.fixed import Dilation, Noise
from trainables.links.link import Identity
from trainables.links.photographs import PhotographBlend
from trainables.methods.adversarial.adda import Adda
from trainables.methods.adversarial.dann import Dann
from trainables.methods.batches import framed, generators
from trainables.methods.data_free import teacher_alone
from trainables.methods.data_free.class_impressions import ClassImpressions
from trainables.methods.data_free.dafl import DataFree
from trainables.methods.data_free.generators import (
    ConvolutionalGenerator,
    PerceptronGenerator,
    PixelScale,
)
from trainables.methods.data_free.zero_shot import ZeroShot
from trainables.methods.federated.clients import local_batches
from trainables.methods.federated.fedavg import FedAvg
from trainables.methods.federated.pfedme import PFedMe
from trainables.methods.self_supervised.barlow_twins import BarlowTwins
from trainables.methods.self_supervised.instance_features import InstanceFeatures
from trainables.methods.self_supervised.pretraining import make_view, seen
from trainables.networks.lenet import HALF, WHOLE, LeNet5
from trainables.networks.perceptron import Perceptron
from trainables.networks.stack import Stack
from trainables.randomness import generator
from trainables.recipes import Schedule, TeacherRecipe
from trainables.settings.columns import columns_of, name_of
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial

LARGE = Schedule(epochs=2, batch_size=256)
SMALL = {"split": "Small"}
TEACHER = TeacherRecipe(split="Small", schedule=Schedule(epochs=8, batch_size=64))


def made_by(method, epochs=2, batch_size=512, learning_rate=1e-2):
    schedule = Schedule(epochs=epochs, batch_size=batch_size, learning_rate=learning_rate)
    if method.asks_teacher:
        weight = 0.5 if method.small else 0.0
        return Setting(teacher=TEACHER, method=method, hard_label_weight=weight, schedule=schedule)
    return replace(SMALL_ALONE, method=method, schedule=schedule)


GARMENTS = PIXELS_OF["FashionMNIST"]
FEW = {"impressions": 20, "steps": 15}
METHODS = {
    "dann": made_by(Dann(**SMALL, source_link=Noise(), small=True), batch_size=64),
    "dann → noise": made_by(
        Dann(**SMALL, domain="MNIST", source="MNIST", target_link=Noise()),
        epochs=4,
        batch_size=64,
        learning_rate=0.05,
    ),
    "dann, LeNet-5": made_by(
        Dann(**SMALL, domain="MNIST", source="MNIST", lenet=True),
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


@pytest.mark.parametrize("name", METHODS)
def test_a_method_leaves_what_a_trial_leaves_whatever_its_company(name, workshop):
    """To the bit: a seed's student does not depend on the other seeds of its cohort."""
    setting = METHODS[name]
    results = train(setting, workshop, 7, 8)
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


def test_impressions_of_a_lenet_count_as_progress(workshop, monkeypatch):
    def untrained(domain, seeds, device, report):
        return [LeNet5(WHOLE, generator("lenet", k)).requires_grad_(False) for k in seeds]

    monkeypatch.setattr(teacher_alone, "train_lenets", untrained)
    method = ZeroShot(impressions=8, steps=20, domain="MNIST", lenet=True)
    setting = replace(made_by(METHODS["dann"].method, epochs=2, batch_size=16), method=method)
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
    label = trials[0].setting.method.label
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


def test_settings_without_a_method_keep_their_keys():
    assert SMALL_ALONE.key == "39f7b528bf12a43b"
    assert ON_BIG.key == "07b0f3c8b1696945"


def test_names_and_columns():
    row = columns_of(METHODS["dann"])
    assert row["method"] == "dann ← noise of FashionMNIST + Small"
    assert row["gets"] == (
        "labelled noise of FashionMNIST-Small, unlabelled FashionMNIST-Small + Small"
    )
    assert row["labels"] == 2_000
    assert row["student"] == "FashionMNIST-Small"
    assert columns_of(METHODS["dann → noise"])["student"] == "MNIST-Small"
    assert "method" not in columns_of(SMALL_ALONE)
    assert name_of(METHODS["zero_shot"]) == "FashionMNIST · zero_shot"
    keys = [setting.key for setting in METHODS.values()]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (
            lambda: replace(SMALL_ALONE, method=DataFree(pixels=GARMENTS)),
            "data_free has a teacher and no link",
        ),
        (lambda: replace(ON_BIG, method=Dann()), "dann has neither teacher nor link"),
        (lambda: replace(METHODS["dann"], held_out=0.2), "nothing held out"),
        (lambda: FedAvg(deal="equal"), "known are iid, shards"),
        (lambda: FedAvg(share=0), "must be > 0"),
        (lambda: Dann(split="Bog"), "did you mean 'Big'"),
        (lambda: Dann(source="CIFAR"), "unknown Dann.source"),
        (lambda: PFedMe(inner_steps=0), "whole number ≥ 1"),
        (lambda: ZeroShot(rate=-1), "must be > 0"),
        (lambda: BarlowTwins(embedding=0), "whole number ≥ 1"),
        (lambda: DataFree(pixels=GARMENTS, channels=(8,)), "give two numbers"),
        (lambda: DataFree(pixels=GARMENTS, channels=(8, 0)), "give two numbers ≥ 1"),
        (lambda: PixelScale(0, 0), "must be > 0"),
    ],
)
def test_a_wrong_method_is_one_clear_line(make, says):
    with pytest.raises(BadInputError) as caught:
        make()
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_fedavg_of_one_client_is_plain_training(workshop):
    """Against a network, a loop and an optimiser of PyTorch's own."""
    method = FedAvg(clients=1, share=1, local_epochs=1)
    setting = made_by(method, epochs=1, batch_size=1024, learning_rate=0.1)
    (result,) = train(setting, workshop, 3)
    start = Perceptron((784, 64, 10), generator("init/student", 3))
    network = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
    for place, mine in ((0, start.layers[0]), (2, start.layers[1])):
        network[place].load_state_dict(mine.state_dict())
    sgd = torch.optim.SGD(network.parameters(), lr=0.1)
    domain = load("FashionMNIST")
    big = split_rows("FashionMNIST", 3).big
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
        schedule=Schedule(epochs=1, batch_size=1024),
        teacher=replace(TEACHER, domain="MNIST"),
    )
    result, other = train(short, workshop, 0, 1)
    (alone,) = train(short, workshop, 1)
    assert alone.history == other.history
    facts = result.facts
    assert facts["corrected/constant"] > 0
    assert facts["corrected/omitted_test_accuracy"] > facts["omitted_test_accuracy"]
    assert facts["all_test_accuracy"] == pytest.approx(result.final["test/accuracy"], abs=1e-4)


# ---- what the methods are made of ----


def test_lenet_of_a_stack_answers_as_its_members_and_as_pytorchs_own():
    one, other = (LeNet5(HALF, generator("lenet", k)) for k in range(2))
    x = torch.rand(2, 5, 784)
    convolutions = []
    for conv, padding in ((one.layers[0], 2), (one.layers[1], 0)):
        outputs, inputs = conv.weight.shape[:2]
        layer = nn.Conv2d(inputs, outputs, 5, padding=padding)
        layer.load_state_dict({"weight": conv.weight, "bias": conv.bias})
        convolutions += [layer, nn.ReLU(), nn.MaxPool2d(2)]
    linear = [nn.Linear(*layer.weight.shape[::-1]) for layer in one.layers[2:]]
    for theirs, ours in zip(linear, one.layers[2:], strict=True):
        theirs.load_state_dict(ours.state_dict())
    parts = [linear[0], nn.ReLU(), linear[1], nn.ReLU(), linear[2]]
    plain = nn.Sequential(nn.Unflatten(1, (1, 28, 28)), *convolutions, nn.Flatten(), *parts)
    torch.testing.assert_close(one(x[0]), plain(x[0]))
    stack = Stack([one, other], [1e-3] * 2, torch.device("cpu"))
    torch.testing.assert_close(stack(x), torch.stack([one(x[0]), other(x[1])]))
    whole = LeNet5(WHOLE, generator("lenet", 0))
    assert sum(p.numel() for p in whole.parameters()) == 61_706  # LeCun's count


@pytest.mark.parametrize("domain", PIXELS_OF)
def test_the_statistics_of_pixels_are_those_of_the_data(domain):
    pixels = load(domain).train.pixels.double() / 255
    assert PIXELS_OF[domain].mean == pytest.approx(pixels.mean().item(), abs=1e-4)
    assert PIXELS_OF[domain].std == pytest.approx(pixels.std().item(), abs=1e-4)


SCALE = PixelScale(0.3, 0.2)


@pytest.mark.parametrize(
    "make",
    [
        lambda seed: PerceptronGenerator(5, 16, SCALE, seed),
        lambda seed: ConvolutionalGenerator(5, (6, 4), SCALE, seed),
    ],
)
def test_images_of_a_generator_have_the_mean_and_deviation_asked_for(make):
    makers = [make(seed) for seed in (1, 2)]
    z = torch.randn(2, 32, 5, generator=generator("latent", 0))
    images = Stack(makers, [1e-3] * 2, torch.device("cpu"))(z)
    assert images.shape == (2, 32, 784)
    for each, maker, noise in zip(images, makers, z, strict=True):
        torch.testing.assert_close(each, maker(noise))
        assert each.mean().item() == pytest.approx(0.3, abs=1e-4)
        assert each.std(correction=0).item() == pytest.approx(0.2, abs=1e-3)


def test_the_convolutional_generator_is_pytorchs_own():
    maker = ConvolutionalGenerator(5, (6, 4), PixelScale(0.0, 1.0), seed=3)
    enlarge, leaky = nn.Upsample(scale_factor=2), nn.LeakyReLU(0.2)

    def norm(channels):
        return nn.BatchNorm2d(channels, affine=False)

    layers = [
        nn.Linear(5, 6 * 49),
        *(nn.Conv2d(*pair, 3, padding=1) for pair in ((6, 6), (6, 4), (4, 1))),
    ]
    ours = [maker.first, maker.second, maker.third, maker.last]
    for theirs, mine in zip(layers, ours, strict=True):
        theirs.load_state_dict(mine.state_dict())
    first, second, third, last = layers
    shape = nn.Unflatten(1, (6, 7, 7))
    blocks = [enlarge, second, norm(6), leaky, enlarge, third, norm(4), leaky]
    plain = nn.Sequential(first, shape, norm(6), *blocks, last, nn.Tanh(), norm(1), nn.Flatten())
    z = torch.randn(16, 5, generator=generator("latent", 0))
    torch.testing.assert_close(maker(z), plain(z), atol=1e-4, rtol=1e-4)
    products = [
        layer.weight.numel() * pixels
        for layer, pixels in zip(layers, (1, 196, 784, 784), strict=True)
    ]
    assert maker.products == sum(products)


def test_a_smaller_picture_is_framed_in_black():
    images = torch.rand(2, 3, 784)
    draws = generators("frame", [0, 1])
    pictures = framed(Dilation(), images, draws).view(2, 3, 28, 28)
    inner = Dilation()(images.flatten(0, 1), draws[0], None).view(2, 3, 24, 24)
    torch.testing.assert_close(pictures[..., 2:-2, 2:-2], inner)
    assert not pictures[..., :2, :].any()
    assert framed(Identity(), images, draws) is images


def test_a_blended_digit_lies_over_a_patch_of_a_photograph_of_its_own():
    black = torch.zeros(4, 784)
    patches = PhotographBlend()(black, generator("blend", 0), None)
    digits = torch.randint(2, (4, 784)).float()
    torch.testing.assert_close(
        PhotographBlend()(digits, generator("blend", 0), None), (digits - patches).abs()
    )
    assert len(patches.unique(dim=0)) == 4
    photographs = [image.mean(-1) / 255 for image in load_sample_images().images]
    windows = [np.lib.stride_tricks.sliding_window_view(p, (28, 28)) for p in photographs]
    corners = [np.argwhere(abs(w[..., 0, 0] - patches[0, 0].item()) < 1e-5) for w in windows]
    found = [
        np.allclose(window[row, column], patches[0].view(28, 28), atol=1e-5)
        for window, places in zip(windows, corners, strict=True)
        for row, column in places
    ]
    assert any(found)


def test_views_come_from_the_members_generator_alone():
    images, view = torch.rand(2, 40, 784), make_view(0.5)
    torch.manual_seed(1)
    state = torch.get_rng_state()
    one = seen(images, view, generators("view", [0, 1]))
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(2)
    other = seen(images, view, generators("view", [0, 1]))
    assert torch.equal(one, other)
    assert not torch.equal(one[0], seen(images[:1], view, generators("view", [1]))[0])
    assert one.min() >= 0
    assert one.max() <= 1
