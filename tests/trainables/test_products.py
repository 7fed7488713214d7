"""Products of a stack against PyTorch's own, their gradients, and the bits of a member."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from trainables.products import LARGE, product, shared_product
from trainables.randomness import generator


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=generator(f"test/{shape}", seed))


@pytest.mark.parametrize("inputs", [8, 784], ids=["small, by bmm", "large, by oneDNN"])
@pytest.mark.parametrize("sizes", [[1, 1, 1], [3], [2, 1]])
def test_against_single_products_with_gradients(inputs, sizes):
    x, weight = drawn(len(sizes), 64, inputs), drawn(3, 32, inputs)
    assert (64 * inputs * 32 >= LARGE) == (inputs == 784)
    x.requires_grad_(), weight.requires_grad_()
    answer = shared_product(x, weight, sizes)
    weights = drawn(*answer.shape)
    found = torch.autograd.grad((answer * weights).sum(), [x, weight])
    rows = x.repeat_interleave(torch.tensor(sizes), 0)
    expected = torch.einsum("nbi,noi->nbo", rows, weight)
    wanted = torch.autograd.grad((expected * weights).sum(), [x, weight])
    torch.testing.assert_close(answer, expected, atol=1e-3, rtol=1e-4)
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, atol=2e-3, rtol=1e-4)
    if len(sizes) == 3:
        assert torch.equal(product(x, weight), answer)


@given(members=st.integers(1, 40), place=st.data(), batch=st.sampled_from([8, 32, 40, 64]))
@settings(max_examples=25, deadline=None)
def test_no_company_changes_a_bit(members, place, batch):
    mine = place.draw(st.integers(0, members - 1))
    x, weight = drawn(1, batch, 784), drawn(40, 64, 784)[:members].requires_grad_()
    upstream = drawn(40, batch, 64)[:members]
    together = shared_product(x, weight, [members])
    (gradient,) = torch.autograd.grad((together * upstream).sum(), [weight])
    single = weight[mine : mine + 1].detach().requires_grad_()
    alone = shared_product(x, single, [1])
    (own,) = torch.autograd.grad((alone * upstream[mine]).sum(), [single])
    assert torch.equal(together[mine], alone[0])
    assert torch.equal(gradient[mine], own[0])


def test_one_model_is_an_ordinary_linear_layer():
    x, weight = drawn(5, 7), drawn(3, 7)
    assert torch.equal(product(x, weight), torch.nn.functional.linear(x, weight))
