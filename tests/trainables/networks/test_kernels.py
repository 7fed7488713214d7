"""Layers of a stack against PyTorch's own, their gradients, and the bits of a member."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from trainables.networks.kernels import layer, shared_layer
from trainables.networks.products.layout import LEAKY_RELU, LINEAR, RELU
from trainables.networks.products.onednn import LARGE, WIDE
from trainables.randomness import generator

PLAIN = {
    LINEAR: lambda x: x,
    RELU: torch.relu,
    LEAKY_RELU: lambda x: functional.leaky_relu(x, 0.01),
}


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=generator(f"test/{shape}", seed))


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [(8, 32), (784, 32), (784, 10)],
    ids=["small", "large, by oneDNN", "narrow"],
)
@pytest.mark.parametrize("sizes", [[1, 1, 1], [3], [2, 1]])
@pytest.mark.parametrize("activation", PLAIN)
def test_against_single_layers_with_gradients(inputs, outputs, sizes, activation):
    x, weight, bias = drawn(len(sizes), 64, inputs), drawn(3, outputs, inputs), drawn(3, outputs)
    assert (64 * inputs * outputs >= LARGE and outputs >= WIDE) == ((inputs, outputs) == (784, 32))
    leaves = [each.requires_grad_() for each in (x, weight, bias)]
    answer = shared_layer(x, weight, bias, sizes, activation)
    weights = drawn(*answer.shape)
    found = torch.autograd.grad((answer * weights).sum(), leaves)
    rows = x.repeat_interleave(torch.tensor(sizes), 0)
    expected = PLAIN[activation](torch.einsum("nbi,noi->nbo", rows, weight) + bias[:, None])
    wanted = torch.autograd.grad((expected * weights).sum(), leaves)
    torch.testing.assert_close(answer, expected, atol=1e-3, rtol=1e-4)
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, atol=2e-3, rtol=1e-4)
    if len(sizes) == 3:
        own = layer(x, weight, bias, activation)
        torch.testing.assert_close(own, answer, atol=1e-3, rtol=1e-4)
        for one, other in zip(
            torch.autograd.grad((own * weights).sum(), leaves), wanted, strict=True
        ):
            torch.testing.assert_close(one, other, atol=2e-3, rtol=1e-4)


def padded(*shape):
    """As a stack keeps them: each member's values begin at an address that MKL treats alike."""
    value = drawn(*shape)
    return functional.pad(value, (0, -shape[-1] % 32))[..., : shape[-1]]


@given(
    members=st.integers(1, 40),
    place=st.data(),
    batch=st.sampled_from([8, 32, 40, 64]) | st.integers(1, 70),
    sizes=st.sampled_from(
        [(784, 64, 10), (15, 32, 1), (33, 33, 3), (9, 7, 2), (5, 3, 1), (100, 256, 80)]
    ),
)
@settings(max_examples=50, deadline=None)
def test_no_company_changes_a_bit(members, place, batch, sizes):
    """A student's two layers, the first one shared: answers and gradients."""
    mine, (inputs, hidden, outputs) = place.draw(st.integers(0, members - 1)), sizes
    x, upstream = drawn(1, batch, inputs), drawn(40, batch, outputs)[:members]
    leaves = [each[:members] for each in (
        padded(40, hidden, inputs), padded(40, hidden),
        padded(40, outputs, hidden), padded(40, outputs),
    )]  # fmt: skip

    def answers(leaves, upstream):
        leaves = [leaf.detach().requires_grad_() for leaf in leaves]
        hidden = shared_layer(x, *leaves[:2], [len(upstream)], RELU)
        logits = layer(hidden, *leaves[2:])
        return logits, *torch.autograd.grad((logits * upstream).sum(), leaves)

    one = slice(mine, mine + 1)
    alone = answers([leaf[one] for leaf in leaves], upstream[one])
    for single, together in zip(alone, answers(leaves, upstream), strict=True):
        assert torch.equal(together[one], single)


def test_one_model_is_an_ordinary_linear_layer():
    x, weight, bias = drawn(5, 7), drawn(3, 7), drawn(3)
    assert torch.equal(layer(x, weight, bias), functional.linear(x, weight, bias))
