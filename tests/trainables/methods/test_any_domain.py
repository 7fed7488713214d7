"""Every method on coloured images that are not square, of few and unequal classes."""

from dataclasses import replace

import pytest
import torch
from scipy.special import softmax
from sklearn.metrics import accuracy_score, balanced_accuracy_score, log_loss
from tile_methods import BRIEF, TILES, TRAIN, made_by, methods_on, train

from trainables.methods.adversarial.adda import Adda
from trainables.methods.adversarial.critic import Sides
from trainables.methods.method import sizes_of
from trainables.methods.method_run import MethodRun
from trainables.methods.self_supervised.barlow_twins import BarlowTwins
from trainables.networks.perceptron import Mlp
from trainables.settings.columns import columns_of, name_of
from trainables.settings.trial import Trial

METHODS = methods_on(TILES)
MOST = 0.6  # more than are right of a student that always names the commonest class


@pytest.mark.parametrize("name", METHODS)
def test_a_method_learns_any_domain_whatever_its_company(name, workshop):
    """Each seed has a test set of its own; to the bit it does not depend on the other seeds."""
    setting = METHODS[name]
    one, other = train(setting, workshop, 7, 8)
    (alone,) = train(setting, workshop, 8)
    assert one.failure is None
    # Two of three classes are what a student knows that saw no blue one.
    assert one.final["test/balanced_accuracy"] > (0.6 if name == "omitted_class" else 0.85)
    assert one.final["test/accuracy"] > MOST
    assert one.history != other.history
    assert other.history == alone.history
    assert other.reliability == alone.reliability
    assert {k: v for k, v in other.facts.items() if not k.endswith("seconds")} == {
        k: v for k, v in alone.facts.items() if not k.endswith("seconds")
    }
    assert sum(one.reliability["student"].objects) == TILES.split_sizes["Test"]


@pytest.mark.parametrize("name", ["dann", "fedavg", "pfedme", "barlow_twins", "omitted_class"])
def test_the_test_set_may_be_the_same_for_all_seeds(name, workshop):
    """Then the first seed, whose own test set that is, is measured as with a set of its own."""
    setting = METHODS[name]
    method = replace(setting.method, **({} if name != "dann" else {"source": None}))
    shared = replace(TILES, own_test=True)
    teacher = setting.teacher and replace(setting.teacher, domain=shared)
    common = replace(setting, target=shared, method=method, teacher=teacher)
    one, _ = train(common, workshop, 0, 1)
    (own,) = train(setting, workshop, 0)
    for curve in own.history:
        assert one.history[curve] == pytest.approx(own.history[curve], rel=1e-4)


def test_columns_and_names_say_the_domains():
    row = columns_of(METHODS["dann + Small"])
    assert row["method"] == "dann ← OtherTiles + Small"
    assert row["gets"] == "labelled OtherTiles-Big, unlabelled Tiles-Big + Small"
    assert row["labels"] == 160 + 48
    assert "source=OtherTiles " in row["method_parameters"]
    own = columns_of(METHODS["adda"])
    assert own["method"] == "adda ← dilation of Tiles"
    assert own["labels"] == 208
    assert columns_of(METHODS["omitted_class"])["gets"] == (
        "a teacher of Tiles, unlabelled Tiles-Big without blues"
    )
    assert name_of(METHODS["fedavg"]) == "Tiles · fedavg two shards"
    for setting in METHODS.values():
        assert setting.method.work(setting) > 0


def started(setting, workshop):
    trials = [Trial(setting=setting, seed=seed) for seed in (0, 1)]
    return MethodRun(trials, lambda _: None, workshop, 1)


@pytest.mark.parametrize("own_test", [True, False])
def test_the_measures_are_scikit_learns(own_test, workshop):
    """Of two fixed networks, for test objects that all seeds share and for those of each seed."""
    target = replace(TILES, own_test=own_test)
    run = started(replace(METHODS["fedavg"], target=target), workshop)
    weights = torch.randn(2, target.inputs, 3, generator=torch.Generator().manual_seed(0))
    found = run.quality(lambda x: x @ weights)
    for place in (0, 1):
        test = target.test(place)
        logits = (test.inputs().double() @ weights[place].double()).numpy()
        expected = (
            accuracy_score(test.labels, logits.argmax(1)),
            log_loss(test.labels, softmax(logits, axis=1), labels=[0, 1, 2]),
            balanced_accuracy_score(test.labels, logits.argmax(1)),
        )
        assert [values[place].item() for values in found] == pytest.approx(expected, rel=1e-5)


def test_hidden_layers_are_kept_when_a_last_layer_is_learned_on_them(workshop):
    setting = METHODS["barlow_twins"]
    run, method = started(setting, workshop), setting.method
    encoder = method._pretrain(run)
    student = method._probe(run, encoder, run.split("Small"))
    for place in (0, 1):
        for name in (f"layers.{place}.weight", f"layers.{place}.bias"):
            assert torch.equal(student.parameters[name], encoder[name])
    own = Mlp(sizes_of(setting), torch.Generator())
    own.load_state_dict(student.member(1))
    x, y = run.split("Small").all()
    probed = nn_accuracy(own, x[1], y[1])
    assert probed > MOST
    own.layers[-1] = Mlp(sizes_of(setting), torch.Generator()).layers[-1]
    assert nn_accuracy(own, x[1], y[1]) < probed  # it is the last layer that learned


def nn_accuracy(network, x, y):
    with torch.no_grad():
        return (network(x).argmax(-1) == y).float().mean()


def test_only_the_encoder_is_adapted(workshop):
    """ADDA leaves the classifier of the source as it was, and the critic sees all layers below."""
    setting = made_by(Adda(**TRAIN, first=BRIEF), epochs=1)
    run, method = started(setting, workshop), setting.method
    sides = Sides(method, run)
    student = method._first_stage(run, sides)
    before = {name: value.detach().clone() for name, value in student.parameters.items()}
    method._second_stage(run, sides, student, setting.schedule)
    for name, value in student.parameters.items():
        assert torch.equal(value, before[name]) is name.startswith("layers.2.")


def test_progress_never_goes_back(workshop):
    setting = made_by(BarlowTwins(pretraining=BRIEF), epochs=6)
    shares = []
    setting.method.train([Trial(setting=setting, seed=0)], workshop, shares.append)
    assert shares == sorted(shares)
    assert shares[5] == pytest.approx(0.5)
    assert shares[-1] == 1
