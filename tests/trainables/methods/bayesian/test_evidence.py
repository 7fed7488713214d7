"""The evidence bound, against PyTorch's own divergence and a posterior in closed form."""

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from trainables.methods.batches import generators
from trainables.methods.bayesian.evidence import Evidence, gaussian_kl, kl_between, standard
from trainables.methods.bayesian.gaussian_network import LOG_VARIANCE, GaussianMlp
from trainables.networks.stack import Stack

CPU = torch.device("cpu")
NOISE = 0.5  # the variance of what is observed


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_the_divergence_is_pytorchs_and_so_are_its_gradients():
    given = [drawn(3, 40, seed=k).requires_grad_() for k in range(4)]
    mean, variance, own_mean, own_variance = given
    found, weights = gaussian_kl(*given), torch.tensor([1.0, -2.0, 0.5])
    q, p = Normal(mean, (variance / 2).exp()), Normal(own_mean, (own_variance / 2).exp())
    expected = kl_divergence(q, p).sum(-1)
    assert torch.allclose(found, expected, rtol=1e-5)
    ours = torch.autograd.grad(found @ weights, given)
    theirs = torch.autograd.grad(expected @ weights, given)
    for one, other in zip(ours, theirs, strict=True):
        assert torch.allclose(one, other, rtol=1e-4, atol=1e-5)


def test_a_networks_divergence_is_the_sum_over_all_its_parameters():
    models = [GaussianMlp((5, 7, 3), -1.0, torch.Generator().manual_seed(k)) for k in (0, 1)]
    stack = Stack(models, [1e-3] * 2, CPU)
    prior = standard(stack.parameters, 2.0)
    expected = [
        sum(
            kl_divergence(Normal(mean, (value / 2).exp()), Normal(0.0, 2.0)).sum().item()
            for name, value in model.named_parameters()
            if name.endswith(LOG_VARIANCE)
            for mean in [model.get_parameter(name.removesuffix(LOG_VARIANCE))]
        )
        for model in models
    ]
    assert kl_between(stack.parameters, prior).tolist() == pytest.approx(expected, rel=1e-5)


def test_draws_have_the_moments_of_what_is_drawn():
    """Of a single layer: x Mᵀ + b, and a variance of x² (S²)ᵀ + s²."""
    model = GaussianMlp((4, 3), -2.0, torch.Generator().manual_seed(3))
    stack, objects = Stack([model], [1e-3], CPU), 40_000
    x = drawn(1, 1, 4).expand(1, objects, 4).contiguous()
    with torch.no_grad():
        answers = stack(x, None, [drawn(1, objects, 3, seed=5)])[0]
        means = x[0, :1] @ model.layers[0].weight.T + model.layers[0].bias
    spread = torch.tensor(-2.0).exp() * ((x[0, 0] ** 2).sum() + 1)
    assert torch.allclose(answers.mean(0), means[0], atol=0.02)
    assert answers.var(0).tolist() == pytest.approx([spread.item()] * 3, rel=0.03)


def test_a_linear_gaussian_model_ends_at_its_exact_posterior():
    """With orthogonal inputs that posterior is diagonal, so that mean field can be exact.

    Precision of a weight: 1 / s₀² + Σ x² / β; its mean: (m₀ / s₀² + Σ x y / β) / precision.
    """
    objects = 48
    x = torch.linalg.qr(drawn(objects, 5).double()).Q * torch.tensor([1.0, 2.0, 3.0, 4.0, 6.0])
    y = x @ torch.tensor([1.0, -1.0, 0.5, 0.0, 2.0]).double() + NOISE**0.5 * drawn(objects, seed=9)
    model = GaussianMlp((5, 1), -4.0, torch.Generator().manual_seed(1))
    prior = standard({name: value[None] for name, value in model.named_parameters()})
    prior["layers.0.weight"] = torch.tensor([[[0.5, -0.5, 0.0, 1.0, 0.0]]])
    prior["layers.0.weight" + LOG_VARIANCE] = torch.tensor([[[0.0, -1.0, 1.0, -2.0, 0.5]]])
    prior["layers.0.bias" + LOG_VARIANCE] = torch.tensor([[-20.0]])

    def likelihood(outputs, values):
        return ((outputs.squeeze(-1) - values) ** 2).mean(-1) / (2 * NOISE)

    stack = Stack([model], [0.05], CPU)
    with torch.no_grad():
        stack.parameters["layers.0.bias"].zero_()
        stack.parameters["layers.0.bias" + LOG_VARIANCE].fill_(-20.0)
    evidence = Evidence(prior, objects, loss=likelihood)
    draws, seen = generators("noise/test", [0]), (x.float()[None], y.float()[None])
    ends = []
    for step in range(3_000):
        stack.set_rate_factor(1.0 if step < 1_000 else 0.03)
        stack.step(evidence.of(stack, *seen, draws).loss)
        if step >= 2_000:
            ends.append(torch.stack([v.detach().clone().flatten() for v in weights(stack)]))
    mean, log_variance = torch.stack(ends).mean(0)

    variance = prior["layers.0.weight" + LOG_VARIANCE].flatten().double().exp()
    precision = 1 / variance + (x**2).sum(0) / NOISE
    weighed = prior["layers.0.weight"].flatten().double() / variance + x.T @ y / NOISE
    assert mean.tolist() == pytest.approx((weighed / precision).tolist(), abs=0.02)
    deviation = (log_variance / 2).exp()
    assert deviation.tolist() == pytest.approx((precision**-0.5).tolist(), rel=0.03)


def weights(stack):
    return (stack.parameters["layers.0.weight" + end] for end in ("", LOG_VARIANCE))
