"""What the code behind Grabovoy and Strijov 2021 does otherwise (its repository is public).

Read in the notebook of github.com/andriygav/BayesianDistilation (commit 09c362b), written anew:

- Nothing is drawn: the likelihood is that of the means, so variances are in the KL alone.
- The loss is CE / B + 0.2 · KL, for a batch of B objects: the KL is not divided by m.
- The prior is trained too, its means and variances, at a rate of 1e-5.
- "Without distillation" the prior's means are the student's own initial weights, not 0.
- "Full" takes the teacher's *prior* variance, not its posterior's.
- Units are dropped by a mask [in, out] laid over weights that are stored [out, in], so that of a
  layer of which units are dropped the weights that stay belong to many of them.
- LeakyReLU, where the paper has ReLU.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from trainables.methods.batches import generators
from trainables.methods.bayesian.evidence import kl_between
from trainables.methods.bayesian.gaussian_network import LOG_VARIANCE, GaussianMlp
from trainables.methods.method_run import MethodRun, perceptrons
from trainables.networks.products.layout import LEAKY_RELU
from trainables.networks.stack import Stack
from trainables.networks.stacking.rows import batches, shuffled
from trainables.objectives.losses import hard_cross_entropy
from trainables.results import TrialResult

ACTIVATION = LEAKY_RELU
KL_WEIGHT, PRIOR_RATE = 0.2, 1e-5
EVERY = 100  # steps between two points of their curves
MEAN_LOSS = "mean_test_cross_entropy"  # over the training, a fact
PRIOR = "prior."  # before the names of the prior's parameters in a posterior's artifact


class Published:
    """A stack of networks and their priors, which start at the networks' own Gaussians.

    log_variances: of the prior by name [N, ...]; those of the network where None.
    """

    def __init__(
        self, stack: Stack, device: torch.device, log_variances: Mapping[str, Tensor] | None = None
    ) -> None:
        self.stack = stack
        own = stack.parameters
        shapes = [tuple(own[f"layers.{k}.weight"].shape[1:]) for k in range(len(own) // 4)]
        sizes = (shapes[0][1], *(out for out, _ in shapes))
        blank = [GaussianMlp(sizes, 0.0, torch.Generator()) for _ in range(len(stack))]
        self.prior = Stack(blank, [PRIOR_RATE] * len(stack), device)
        self.prior.load({**own, **(log_variances or {})})

    def step(self, x: Tensor, y: Tensor) -> Tensor:
        """One step of the networks, then one of their priors; the networks' losses [N]."""
        likelihood = hard_cross_entropy(self.stack(x), y) / x.shape[1]
        loss = likelihood + KL_WEIGHT * kl_between(self.stack.parameters, fixed(self.prior))
        self.stack.step(loss)
        self.prior.step(KL_WEIGHT * kl_between(fixed(self.stack), self.prior.parameters))
        return loss


def train(
    run: MethodRun, student: Stack, log_variances: Mapping[str, Tensor]
) -> list[TrialResult]:
    """Students of all of Train; a fact is the mean of the test cross-entropy over their training.

    That is measured after each EVERY steps, as theirs, and its mean is taken by the trapezoid
    rule: times the steps between first and last it is the area whose difference they print, S.
    """
    split, schedule = run.split("Train"), run.setting.schedule
    published = Published(student, run.device, log_variances)
    orders, steps, curve = generators("order/student", run.seeds), 0, []
    for _ in range(schedule.epochs):
        total = torch.zeros(len(student), device=run.device)
        for places in batches(shuffled(len(split), orders), schedule.batch_size):
            x, y = split.at(places)
            total += published.step(x, y).detach() * places.shape[1] / len(split)
            steps += 1
            if steps % EVERY == 0 and run.reported:
                curve.append(run.quality(perceptrons(student))[1])
        run.epoch(perceptrons(student), total)
    if len(curve) > 1:
        run.fact(MEAN_LOSS, torch.trapezoid(torch.stack(curve), dim=0) / (len(curve) - 1))
    return run.results(perceptrons(student), student)


def fixed(stack: Stack) -> dict[str, Tensor]:
    """A stack's parameters, without their gradients."""
    return {name: value.detach() for name, value in stack.parameters.items()}


def masked(
    posterior: Mapping[str, Tensor], student: Sequence[int], kept: Sequence[Tensor]
) -> dict[str, Tensor]:
    """What the code's masks leave of a teacher's parameters; arguments as in `reduced`.

    student: of one hidden layer.
    """
    last, found = len(kept), {}
    for end in ("", LOG_VARIANCE):
        weight = posterior[f"layers.0.weight{end}"]
        mask = torch.zeros(weight.shape[::-1], dtype=torch.bool)
        mask[:, kept[0]] = True
        found[f"layers.0.weight{end}"] = weight.flatten()[mask.flatten()].view(student[1], -1)
        found[f"layers.0.bias{end}"] = posterior[f"layers.0.bias{end}"][kept[0]]
        whole = posterior[f"layers.{last}.weight{end}"]
        columns = torch.zeros(whole.shape[::-1], dtype=torch.bool)
        columns[kept[-1]] = True
        found[f"layers.1.weight{end}"] = whole.flatten()[columns.flatten()].view(student[2], -1)
        found[f"layers.1.bias{end}"] = posterior[f"layers.{last}.bias{end}"]
    return found


def prior_variances(
    posterior: Mapping[str, Tensor], student: Sequence[int], kept: Sequence[Tensor]
) -> dict[str, Tensor]:
    """Log variances that its masks leave of the teacher's own prior, which "full" passes on."""
    start = len(PRIOR)
    own = {name[start:]: v for name, v in posterior.items() if name.startswith(PRIOR)}
    left = masked(own, student, kept)
    return {name: value for name, value in left.items() if name.endswith(LOG_VARIANCE)}
