"""The rival at once: N plain students by torch.func, with a plain loop, on one device.

One module, N stacked sets of parameters, `vmap(grad(loss))` over them and the fused Adam on the
stacked tensors: PyTorch's own way to train many networks (its tutorial "Model ensembling").
"""

import copy
from typing import Any

import torch
from torch import Tensor
from torch.func import functional_call, grad, stack_module_state, vmap
from torch.nn import functional

from benchmarks.gpu.rivals.plain import TESTED, Data, perceptron
from benchmarks.gpu.work import BATCH, SEEDS
from trainables.data.domain import Domain
from trainables.networks.stack import Report
from trainables.schedule import Schedule


def train_mapped(
    count: int, domain: Domain, device: torch.device, schedule: Schedule, report: Report
) -> float:
    """So many students of five seeds by the λ-loss, each with its own λ; their mean accuracy."""
    data = Data.of(domain, device)
    rows = torch.stack([domain.rows(seed).small for seed in range(SEEDS)]).to(device)
    xs, ys = data.x[rows], data.y[rows]  # [seeds, n, D], [seeds, n]
    seeds = torch.arange(count, device=device).remainder(SEEDS).unsqueeze(1)
    torch.manual_seed(0)
    models = [perceptron(784, 64, 10) for _ in range(count)]
    stacked, _ = stack_module_state(models)
    values = {name: value.detach().to(device) for name, value in stacked.items()}
    base = copy.deepcopy(models[0]).to("meta")
    weights = torch.arange(count, device=device) / count
    soft = torch.rand(count, rows.shape[1], 10, device=device).softmax(-1)
    optimiser = torch.optim.Adam(values.values(), fused=True)

    def loss(own: dict[str, Tensor], x: Tensor, y: Tensor, q: Tensor, weight: Tensor) -> Tensor:
        logits: Tensor = functional_call(base, own, (x,))
        gentle = -(q * (logits / 2).log_softmax(-1)).sum(-1).mean()
        hard = functional.cross_entropy(logits, y)
        whole: Tensor = weight * hard + (1 - weight) * 4 * gentle
        return whole

    gradients = vmap(grad(loss))
    members = torch.arange(count, device=device).unsqueeze(1)
    curve = []
    for epoch in range(schedule.epochs):
        order = torch.rand(count, rows.shape[1], device=device).argsort(1)
        for mine in order.split(BATCH, 1):
            found = gradients(
                values, xs[seeds, mine], ys[seeds, mine], soft[members, mine], weights
            )
            for name, value in values.items():
                value.grad = found[name]
            optimiser.step()
        if epoch in schedule.measured_epochs:
            curve.append(_accuracy(base, values, data))
        report(epoch / schedule.epochs)
    return float(torch.stack(curve)[-1])


@torch.no_grad()
def _accuracy(base: torch.nn.Module, values: dict[str, Tensor], data: Data) -> Tensor:
    def answer(own: dict[str, Tensor], x: Tensor) -> Any:
        return functional_call(base, own, (x,))

    answers = vmap(answer, in_dims=(0, None))
    right = torch.zeros((), device=data.test_y.device)
    for x, y in zip(data.test_x.split(TESTED), data.test_y.split(TESTED), strict=True):
        right += (answers(values, x).argmax(-1) == y).float().mean(0).sum()
    accuracy: Tensor = right / len(data.test_y)
    return accuracy
