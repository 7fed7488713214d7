"""pFedMe: personal models near a global one, by Moreau envelopes (Dinh et al. 2020, Algorithm 1).

Client k solves min_θ f_k(θ) + λ/2 ‖θ - w‖² for its personal θ, moves its copy of the global w
towards θ, and the server averages the copies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import torch
from torch import Tensor

from trainables.artifacts.workshop import Workshop
from trainables.checks import check_real, check_whole
from trainables.data.domains import IMAGE_SPLITS, PIXELS, STUDENT_HIDDEN_SIZES
from trainables.methods.batches import SplitBatches, generators
from trainables.methods.federated.clients import Federation, partition_labels, weighted_mean
from trainables.methods.method import TrainableMethod
from trainables.methods.method_run import MethodRun
from trainables.networks.optimisers import load
from trainables.networks.perceptron import weight_count
from trainables.networks.stack import Report, Stack
from trainables.results import TrialResult
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial


def moreau_step(theta: Stack, losses: Tensor, anchor: dict[str, Tensor], pull: float) -> None:
    """One gradient step on f(θ) + λ/2 ‖θ - w‖² (eq. 7): θ - η (∇f + λ (θ - w)).

    theta: a stack under plain SGD of rate η with weight decay λ, which does all but the last
    term; anchor: w by parameter [N, ...]; pull: η λ.
    """
    theta.step(losses)
    own = theta.parameters
    load(theta, {name: own[name] + pull * w for name, w in anchor.items()})


def towards(w: Tensor, theta: Tensor, rate: float) -> Tensor:
    """A step down the Moreau envelope's gradient, w - η λ (w - θ) (eq. 5); rate: η λ."""
    return torch.lerp(w, theta, rate)


@dataclass(frozen=True, kw_only=True)
class PFedMe(TrainableMethod):
    """An epoch of the setting's schedule is a global round; its rate is θ's, its batch size |D|.

    labels_each: how many labels a client has. closeness: λ. inner_steps: K. local_rounds: R.
    local_rate: η, of a client's w. server_rate: β. share: of the clients that the server
    averages; all of them train in each round.
    """

    name: ClassVar[str] = "pfedme"
    clients: int = 20
    labels_each: int = 2
    closeness: float = 15.0
    inner_steps: int = 5
    local_rounds: int = 20
    local_rate: float = 0.005
    server_rate: float = 1.0
    share: float = 0.25
    hidden_sizes: tuple[int, ...] = STUDENT_HIDDEN_SIZES

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("clients", "labels_each", "inner_steps", "local_rounds"):
            check_whole(self, name, at_least=1)
        check_real(self, "closeness", at_least=0.0)
        check_real(self, "share", above=0.0, at_most=1.0)
        object.__setattr__(self, "hidden_sizes", tuple(self.hidden_sizes))

    @property
    def knowledge(self) -> str:
        """The clients' objects."""
        return (
            f"labelled {self.domain}-Big on {self.clients} clients, {self.labels_each} labels each"
        )

    @property
    def labels(self) -> int:
        """All labels of the clients."""
        return IMAGE_SPLITS["Big"]

    @property
    def variant(self) -> str:
        """Which of its models the table shows: the global one."""
        return "global"

    @property
    def student_sizes(self) -> tuple[int, ...]:
        """Layer sizes of the student."""
        return (PIXELS, *self.hidden_sizes, 10)

    def work(self, setting: Setting) -> float:
        """With such small batches passes over the weights cost several times the products."""
        steps = self.inner_steps * self.local_rounds * setting.schedule.epochs
        objects = steps * self.clients * setting.schedule.batch_size
        return 30 * weight_count(self.student_sizes) * objects / 1e9

    def train(
        self, trials: Sequence[Trial], workshop: Workshop, report: Report
    ) -> list[TrialResult]:
        """Train all clients of all seeds: a stack of their θ, and beside it their copies of w."""
        schedule = trials[0].setting.schedule
        run = MethodRun(trials, report, workshop.device, schedule.epochs)
        seeds, members = run.seeds, len(trials)
        split = SplitBatches(self.domain, "Big", seeds, workshop.device)
        owned = self._partition(split, seeds)
        sgd = partial(torch.optim.SGD, weight_decay=self.closeness, fused=True)
        federation = Federation(
            split, self.clients, self.student_sizes, seeds, schedule.learning_rate, sgd
        )
        federation.send()
        draws, chosen = generators("order/clients", seeds), generators("clients/chosen", seeds)
        tests = _Personal(run, owned, split)
        for _ in range(schedule.epochs):
            copies = {
                name: value.repeat_interleave(self.clients, 0)
                for name, value in federation.global_weights.items()
            }
            total = torch.zeros(members * self.clients)
            for _ in range(self.local_rounds):
                rows = torch.cat(
                    [
                        _drawn(mine, schedule.batch_size, draw)
                        for mine, draw in zip(owned, draws, strict=True)
                    ]
                )
                for _ in range(self.inner_steps):
                    loss = federation.loss(rows)
                    pull = schedule.learning_rate * self.closeness
                    moreau_step(federation.clients, loss, copies, pull)
                total += loss.detach().cpu()
                step, theta = self.local_rate * self.closeness, federation.clients.parameters
                copies = {n: towards(w, theta[n].detach(), step) for n, w in copies.items()}
            self._average(federation, copies, chosen)
            run.note("personal/test_accuracy", tests.accuracy(federation.clients))
            mean = total.view(members, -1).mean(1) / self.local_rounds
            run.epoch(federation.network(), mean)
        return run.results(federation.network())

    def _partition(self, split: SplitBatches, seeds: Sequence[int]) -> list[Tensor]:
        """Rows of the domain that each client owns, for each seed: [clients, n]."""
        draws = generators("clients/deal", seeds)
        return [
            rows[partition_labels(split.labels[rows], self.clients, self.labels_each, draw)]
            for rows, draw in zip(split.rows, draws, strict=True)
        ]

    def _average(
        self, federation: Federation, copies: dict[str, Tensor], chosen: Sequence[torch.Generator]
    ) -> None:
        """The server's step: w becomes (1 - β) w + β · the mean of some clients' copies."""
        taking = max(round(self.share * self.clients), 1)
        picked = torch.stack(
            [torch.randperm(self.clients, generator=draw)[:taking] for draw in chosen]
        )
        members = torch.arange(len(picked))[:, None]
        some = {
            name: value.unflatten(0, (len(picked), self.clients))[members, picked]
            for name, value in copies.items()
        }
        mean = weighted_mean(some, torch.ones(len(picked), taking))
        old = federation.global_weights
        load(federation.server, {n: torch.lerp(old[n], mean[n], self.server_rate) for n in old})


def _drawn(owned: Tensor, size: int, draw: torch.Generator) -> Tensor:
    """A mini-batch D of each client's own objects: rows [K, n] → [K, size]."""
    places = torch.randint(owned.shape[1], (len(owned), size), generator=draw)
    return owned.gather(1, places.to(owned.device))


class _Personal:
    """Each client's own test set: test objects of its labels, equally many for each client."""

    def __init__(self, run: MethodRun, owned: Sequence[Tensor], split: SplitBatches) -> None:
        inputs, labels = (torch.cat(part) for part in zip(*run.test, strict=True))
        clients = [rows for mine in owned for rows in mine]
        mine = [torch.isin(labels, split.labels[rows]).nonzero().flatten() for rows in clients]
        size = min(map(len, mine))
        self.inputs, self.members = inputs, len(run.trials)
        self.rows = torch.stack(
            [rows[torch.linspace(0, len(rows) - 1, size).long()] for rows in mine]
        )
        self.labels = labels[self.rows]

    @torch.no_grad()
    def accuracy(self, clients: Stack) -> Tensor:
        """The accuracy of personal models on their own tests, averaged by seed: [N]."""
        right = torch.zeros(len(clients))
        for rows, labels in zip(self.rows.split(500, 1), self.labels.split(500, 1), strict=True):
            right += (clients(self.inputs[rows]).argmax(-1) == labels).sum(1).cpu()
        return (right / self.rows.shape[1]).view(self.members, -1).mean(1)
