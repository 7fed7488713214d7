"""The ELBO's terms against other formulas, and their gradients against autograd's."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import norm

from trainables.artifacts.elbo import (
    bernoulli_reconstruction,
    gaussian_kl,
    kl_gradients,
    reconstruction_gradient,
)


def test_bernoulli_reconstruction():
    logits, targets = np.random.default_rng(0).normal(size=(2, 4, 6))
    targets, p = expit(targets), expit(logits.clip(-1, 1))
    expected = -(targets * np.log(p) + (1 - targets) * np.log(1 - p)).sum(-1).mean()
    ours = bernoulli_reconstruction(torch.tensor(logits), torch.tensor(targets), 1.0)
    assert ours.item() == pytest.approx(expected)


def test_gaussian_kl_by_sampling():
    mean, std = 0.7, 0.4
    samples = norm(mean, std).rvs(400_000, random_state=0)
    sampled = (norm(mean, std).logpdf(samples) - norm(0, 1).logpdf(samples)).mean()
    ours = gaussian_kl(torch.tensor([[mean]]), torch.tensor([[std]])).item()
    assert ours == pytest.approx(sampled, abs=0.01)
    assert gaussian_kl(torch.zeros(1, 3), torch.ones(1, 3)).item() == 0


@given(
    seed=st.integers(0, 10**6),
    shape=st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(1, 7)),
    bound=st.sampled_from([0.5, 4.59511985]),
)
def test_gradients_are_those_of_the_terms(seed, shape, bound):
    draw = torch.Generator().manual_seed(seed)
    logits, mean = torch.randn(2, *shape, generator=draw, dtype=torch.float64)
    targets, std = torch.rand(2, *shape, generator=draw, dtype=torch.float64)
    leaves = [leaf.requires_grad_() for leaf in (logits, mean, std)]
    loss = bernoulli_reconstruction(logits, targets, bound) + gaussian_kl(mean, std)
    expected = torch.autograd.grad(loss.sum(), leaves)
    with torch.no_grad():
        ours = reconstruction_gradient(logits, targets, bound), *kl_gradients(mean, std)
    for mine, theirs in zip(ours, expected, strict=True):
        torch.testing.assert_close(mine, theirs)
