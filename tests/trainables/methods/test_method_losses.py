"""Each method's losses against a second formulation, values and gradients, and its known cases."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from lightly.loss import BarlowTwinsLoss
from pytorch_revgrad import RevGrad
from scipy.special import log_softmax, softmax
from scipy.stats import entropy
from torch.nn import functional
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2.functional import rotate

from trainables.methods.adversarial.adda import inverted_loss
from trainables.methods.adversarial.critic import domain_loss
from trainables.methods.adversarial.dann import annealed_rate, reversal_scale, reverse_gradient
from trainables.methods.data_free.class_impressions import impression_loss
from trainables.methods.data_free.dafl import generator_loss, information_loss, one_hot_loss
from trainables.methods.data_free.input_optimisation import random_affine
from trainables.methods.data_free.zero_shot import (
    class_similarity,
    concentrations,
    data_impression_loss,
    draw_soft_targets,
)
from trainables.methods.federated.by_label import partition_labels, unequal_sizes
from trainables.methods.federated.clients import (
    partition_iid,
    partition_shards,
    weighted_mean,
)
from trainables.methods.federated.pfedme import moreau_step, towards
from trainables.methods.omitted_class import best_bias
from trainables.methods.self_supervised.barlow_twins import cross_correlation, redundancy_loss
from trainables.methods.self_supervised.instance_features import instance_loss
from trainables.networks.optimisers.rules import Sgd
from trainables.networks.perceptron import Linear
from trainables.networks.stack import Stack
from trainables.randomness import generator


def drawn(seed, *shape):
    return torch.randn(*shape, generator=generator("test", seed), dtype=torch.float64)


# ---- adversarial ----


@given(seed=st.integers(0, 10**6), scale=st.floats(0, 10))
def test_gradient_reversal_keeps_values_and_turns_gradients(seed, scale):
    x = drawn(seed, 4, 3).requires_grad_()
    weight = drawn(seed + 1, 4, 3)
    y = reverse_gradient(x, scale)
    assert torch.equal(y, x)
    (ours,) = torch.autograd.grad((y * weight).sum(), x)
    torch.testing.assert_close(ours, -scale * weight)
    (theirs,) = torch.autograd.grad((RevGrad(alpha=scale)(x) * weight).sum(), x)
    torch.testing.assert_close(ours, theirs)


def test_only_what_lies_before_the_reversal_is_turned():
    encoder, critic, x = drawn(0, 3, 5).requires_grad_(), drawn(1, 3).requires_grad_(), drawn(2, 5)
    plain = torch.autograd.grad(critic @ (encoder @ x), [encoder, critic])
    turned = torch.autograd.grad(critic @ reverse_gradient(encoder @ x, 2.0), [encoder, critic])
    torch.testing.assert_close(turned[0], -2 * plain[0])
    torch.testing.assert_close(turned[1], plain[1])


def test_schedules_of_dann():
    assert reversal_scale(0) == 0
    assert reversal_scale(0.5) == pytest.approx(math.tanh(2.5))  # the same function, otherwise
    assert 0.9999 < reversal_scale(1) < 1
    assert annealed_rate(0.01, 0) == 0.01
    assert annealed_rate(0.01, 1) == pytest.approx(0.01 * 11**-0.75)


@given(st.integers(0, 10**6))
def test_domain_loss_is_binary_cross_entropy(seed):
    source, target = drawn(seed, 2, 6), drawn(seed + 1, 2, 6)
    both = torch.cat([source, target], dim=1)
    truth = torch.cat([torch.ones_like(source), torch.zeros_like(target)], dim=1)
    expected = functional.binary_cross_entropy_with_logits(both, truth, reduction="none").mean(1)
    torch.testing.assert_close(domain_loss(source, target), expected)
    ones = functional.binary_cross_entropy_with_logits(
        target, torch.ones_like(target), reduction="none"
    )
    torch.testing.assert_close(inverted_loss(target), ones.mean(1))


def test_a_critic_at_chance_loses_log_two():
    assert domain_loss(torch.zeros(8), torch.zeros(8)).item() == pytest.approx(math.log(2))


# ---- from the teacher alone ----


def test_an_impression_climbs_its_own_score_until_it_is_confident():
    logits = drawn(0, 3, 10).requires_grad_()
    classes = torch.tensor([4, 0, 9])
    (gradient,) = torch.autograd.grad(
        impression_loss(logits, classes, torch.ones(3)).sum(), logits
    )
    assert torch.equal(gradient, -functional.one_hot(classes, 10).double())
    sure = (20 * functional.one_hot(classes, 10)).double().requires_grad_()
    (still,) = torch.autograd.grad(
        impression_loss(sure, classes, torch.full((3,), 0.9)).sum(), sure
    )
    assert not still.any()


@given(st.integers(0, 10**6))
def test_class_similarity_is_the_cosine(seed):
    weight = drawn(seed, 10, 7)
    expected = functional.cosine_similarity(weight[:, None], weight[None], dim=-1)
    torch.testing.assert_close(class_similarity(weight), expected)
    alpha = concentrations(class_similarity(weight), 0.5)
    torch.testing.assert_close(alpha.amax(1), torch.full((10,), 0.5, dtype=torch.float64))
    assert bool((alpha > 0).all())
    torch.testing.assert_close(alpha.diagonal(), alpha.amax(1))  # each class is most like itself


@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_soft_targets_have_the_class_similarity_mean(scale):
    alpha = concentrations(class_similarity(drawn(3, 10, 16)), scale)
    draws = 40_000
    drawn_targets = draw_soft_targets(alpha[2].expand(draws, -1), generator("dirichlet", 0))
    torch.testing.assert_close(drawn_targets.sum(1), torch.ones(draws))
    mean = alpha[2] / alpha[2].sum()
    variance = mean * (1 - mean) / (alpha[2].sum() + 1)  # of a Dirichlet distribution
    error = (drawn_targets.double().mean(0) - mean).abs() / (variance / draws).sqrt()
    assert error.max() < 5  # standard errors
    torch.testing.assert_close(drawn_targets.double().var(0), variance, rtol=0.05, atol=1e-4)


@given(seed=st.integers(0, 10**6), temperature=st.sampled_from([1.0, 4.0, 20.0]))
def test_data_impression_loss(seed, temperature):
    logits = drawn(seed, 5, 10).requires_grad_()
    targets = softmax(drawn(seed + 1, 5, 10).numpy(), axis=1)
    loss = data_impression_loss(logits, torch.tensor(targets), temperature)
    z = logits.detach().numpy() / temperature
    np.testing.assert_allclose(loss.detach(), -(targets * log_softmax(z, axis=1)).sum(1))
    (gradient,) = torch.autograd.grad(loss.sum(), logits)
    np.testing.assert_allclose(gradient, (softmax(z, axis=1) - targets) / temperature, atol=1e-12)
    least = data_impression_loss(
        temperature * torch.tensor(targets).log(), torch.tensor(targets), temperature
    )
    np.testing.assert_allclose(least, entropy(targets, axis=1))  # answered as wanted


@given(st.integers(0, 10**6))
def test_generator_loss(seed):
    logits, features = drawn(seed, 2, 8, 10).requires_grad_(), drawn(seed + 1, 2, 8, 5)
    answers = logits.detach().numpy()
    one_hot = [-log_softmax(rows, axis=1).max(1).mean() for rows in answers]
    information = [-entropy(softmax(rows, axis=1).mean(0)) for rows in answers]
    activation = -features.abs().numpy().mean((1, 2))
    expected = np.array(one_hot) + 5 * np.array(information) + 0.1 * activation
    np.testing.assert_allclose(generator_loss(logits, features, 5, 0.1).detach(), expected)
    assert torch.autograd.gradcheck(lambda x: generator_loss(x, features, 5, 0.1), logits)


def test_information_is_least_where_all_classes_are_answered():
    every = 50 * torch.eye(10)
    assert information_loss(every).item() == pytest.approx(-math.log(10), abs=1e-6)
    assert information_loss(every[:1].expand(10, -1)).item() == pytest.approx(0, abs=1e-6)
    assert one_hot_loss(every).item() == pytest.approx(0, abs=1e-6)


def test_posing_by_nothing_changes_nothing():
    shape, draw = (2, 6, 9), generator("pose", 0)
    images = torch.rand(3, 108)
    still = random_affine(images, shape, draw, degrees=0, scale=0, shift=0)
    torch.testing.assert_close(still, images)
    assert (random_affine(images, shape, draw) - images).abs().mean() > 0.01


@pytest.mark.parametrize("shape", [(1, 12, 12), (3, 8, 20)])
def test_posing_turns_in_pixels_whatever_the_images_shape(shape):
    """As torchvision turns one image at a time, also where it is not square."""
    images = torch.rand(4, math.prod(shape), generator=generator("pose", 1))
    turned = random_affine(images, shape, generator("pose", 2), degrees=40, scale=0, shift=0)
    angles = (torch.rand(4, 4, generator=generator("pose", 2)) * 2 - 1)[0] * 40
    for image, angle, ours in zip(images, angles, turned, strict=True):
        theirs = rotate(image.view(shape), angle.item(), InterpolationMode.BILINEAR)
        torch.testing.assert_close(ours.view(shape), theirs, atol=1e-4, rtol=1e-4)


# ---- federations ----


@settings(deadline=None)
@given(seed=st.integers(0, 1_000), clients=st.sampled_from([1, 7, 20]))
def test_objects_are_dealt_once(seed, clients):
    labels = torch.arange(2_000) % 10
    dealt = [
        partition_iid(labels, clients, generator("deal", seed)),
        partition_shards(labels, clients, 2, generator("deal", seed)),
    ]
    for places in dealt:
        assert places.shape[0] == clients
        assert len(places.unique()) == places.numel() >= 2_000 - 2 * clients
    shards = dealt[1].view(clients, 2, -1)
    assert labels[shards].float().std(-1).mean() < 1.5  # a shard holds neighbouring labels


def test_clients_have_the_labels_they_should():
    labels = torch.arange(2_000) % 10
    places = torch.stack(partition_labels(labels, 10, 20, 2, generator("deal", 0)))
    assert len(places.unique()) == places.numel() == 2_000
    for client, mine in enumerate(places):
        assert set(labels[mine].tolist()) == {client % 10, (client + 1) % 10}


def test_clients_share_the_labels_of_any_number_of_classes():
    labels = torch.tensor([0] * 40 + [1] * 9 + [2] * 21)
    places = torch.stack(partition_labels(labels, 3, 4, 2, generator("deal", 0)))
    assert places.shape == (4, 2 * (9 // 3))  # label 1 has three owners, and the fewest objects
    assert len(places.unique()) == places.numel()
    assert [set(labels[mine].tolist()) for mine in places] == [{0, 1}, {1, 2}, {2, 0}, {0, 1}]
    with pytest.raises(ValueError, match="too few"):
        partition_labels(labels, 3, 60, 2, generator("deal", 0))


@given(seed=st.integers(0, 1_000), objects=st.integers(4, 7_000))
def test_clients_of_unequal_size_share_all_objects_of_their_labels(seed, objects):
    sizes = unequal_sizes(objects, 4, generator("sizes", seed))
    assert sum(sizes) == objects
    assert min(sizes) >= 1
    assert sizes[0] <= max(objects // 2, 1)
    labels = torch.arange(2_000) % 10
    dealt = partition_labels(labels, 10, 20, 2, generator("deal", seed), unequal=True)
    assert sorted(torch.cat(dealt).tolist()) == list(range(2_000))
    assert all(
        set(labels[mine].tolist()) == {k % 10, (k + 1) % 10} for k, mine in enumerate(dealt)
    )
    assert len({len(mine) for mine in dealt}) > 5


@given(st.integers(0, 10**6))
def test_aggregation_is_the_mean_weighted_by_objects(seed):
    weights, sizes = drawn(seed, 2, 4, 3, 5), drawn(seed + 1, 2, 4).abs() + 0.1
    ours = weighted_mean({"w": weights}, sizes)["w"]
    for member in range(2):
        expected = np.average(weights[member], axis=0, weights=sizes[member])
        np.testing.assert_allclose(ours[member], expected)


def test_aggregation_is_flower_s():
    answer = json.loads((Path(__file__).parent / "flower" / "fedavg.json").read_text())
    clients, objects = answer["clients"], torch.tensor([answer["objects"]])
    weights = {
        name: torch.tensor([[each[name] for each in clients]], dtype=torch.float64)
        for name in clients[0]
    }
    ours = weighted_mean(weights, objects)
    assert len(objects[0].unique()) == len(clients)  # a plain mean would not do
    for name, theirs in answer["aggregated"].items():
        np.testing.assert_allclose(ours[name][0], theirs, rtol=1e-6)


def personal(rate, closeness):
    """A linear client under the solver's optimiser, its anchor, objects and labels."""
    network, device = Linear(8, 4, generator("test", 0)), torch.device("cpu")
    client = Stack([network], [rate], device, Sgd(), [closeness])
    anchor = {k: drawn(2, *v.shape).float() for k, v in client.parameters.items()}
    return client, anchor, drawn(1, 1, 16, 8).float(), torch.arange(16) % 4


def own_loss(client, x, y):
    return functional.cross_entropy(client(x)[0], y)[None]


@pytest.mark.parametrize("closeness", [0.0, 3.0, 15.0])
def test_a_step_down_the_moreau_envelopes_objective(closeness):
    client, anchor, x, y = personal(0.05, closeness)
    before = {k: v.detach().clone().requires_grad_() for k, v in client.parameters.items()}
    logits = x[0] @ before["weight"][0].T + before["bias"][0]
    distance = sum((before[k] - anchor[k]).square().sum() for k in before)
    objective = functional.cross_entropy(logits, y) + closeness / 2 * distance
    gradients = torch.autograd.grad(objective, list(before.values()))
    moreau_step(client, own_loss(client, x, y), anchor, 0.05 * closeness)
    for (name, old), gradient in zip(before.items(), gradients, strict=True):
        torch.testing.assert_close(client.parameters[name], old - 0.05 * gradient)


def test_without_closeness_a_personal_model_is_its_own_and_with_much_it_is_the_global():
    free, anchor, x, y = personal(0.5, 0.0)
    for _ in range(300):
        moreau_step(free, own_loss(free, x, y), anchor, 0.0)
    alone, _, _, _ = personal(0.5, 0.0)
    for _ in range(300):
        alone.step(own_loss(alone, x, y))
    bound, _, _, _ = personal(1e-6, 1e6)  # one step of rate 1 / λ leads to w - ∇f / λ
    moreau_step(bound, own_loss(bound, x, y), anchor, 1.0)
    for name, value in alone.parameters.items():
        assert torch.equal(free.parameters[name], value)
    for name, w in anchor.items():
        torch.testing.assert_close(bound.parameters[name].detach(), w, atol=1e-5, rtol=1e-5)


def test_the_global_copy_moves_towards_the_personal_model():
    w, theta = drawn(0, 5), drawn(1, 5)
    torch.testing.assert_close(towards(w, theta, 0.3), w - 0.3 * (w - theta))


# ---- self-supervised ----


@settings(deadline=None)
@given(seed=st.integers(0, 10**6), temperature=st.sampled_from([0.1, 1.0]))
def test_instance_loss_is_the_sum_as_written(seed, temperature):
    f = functional.normalize(drawn(seed, 6, 4), dim=1)
    hat = functional.normalize(drawn(seed + 1, 6, 4), dim=1)
    total = 0.0
    for i in range(6):
        total -= log_softmax((f @ hat[i]).numpy() / temperature)[i]
        for j in range(6):
            if j != i:
                total -= math.log(1 - softmax((f @ f[j]).numpy() / temperature)[i])
    assert instance_loss(f, hat, temperature).item() == pytest.approx(total / 6)
    assert torch.autograd.gradcheck(
        lambda x: instance_loss(x, hat, temperature), f.requires_grad_()
    )


@given(st.integers(0, 10**6))
def test_barlow_twins_as_lightly_has_it(seed):
    one, other = drawn(seed, 32, 6).requires_grad_(), drawn(seed + 1, 32, 6)
    ours = redundancy_loss(cross_correlation(one, other), 0.0051)
    theirs = BarlowTwinsLoss(lambda_param=0.0051)(one, other)
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-3)  # it adds 1e-5 to variances
    gradients = [torch.autograd.grad(loss, one)[0] for loss in (ours, theirs)]
    torch.testing.assert_close(*gradients, rtol=1e-2, atol=1e-4)


def test_identity_correlation_loses_nothing():
    assert redundancy_loss(torch.eye(5), 0.1).item() == 0
    assert redundancy_loss(torch.ones(3, 3), 0.1).item() == pytest.approx(0.6)
    z = drawn(0, 64, 4)
    torch.testing.assert_close(
        cross_correlation(z, 3 * z + 1).diagonal(), torch.ones(4, dtype=torch.float64)
    )
    expected = np.corrcoef(z.T, drawn(1, 64, 4).T)[:4, 4:]
    np.testing.assert_allclose(cross_correlation(z, drawn(1, 64, 4)), expected, atol=1e-12)


# ---- the omitted class ----


def test_the_constant_is_what_the_omitted_class_lacks():
    labels = torch.tensor([3, 3, 3, 1, 2, 0])
    logits = 4.0 * functional.one_hot(labels, 10)
    logits[:3, 7] = 6.1  # threes are taken for sevens, by 2.1
    assert best_bias(logits, labels, 3) == 2.25
