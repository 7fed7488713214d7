"""FedAvg: federated averaging (McMahan et al. 2017, Algorithm 1).

In each round a server sends its weights to a random tenth of the clients, each trains them on its
own objects, and their mean, weighted by the number of objects, becomes the server's weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import torch

from trainables.artifacts.workshop import Workshop
from trainables.checks import check_choice, check_real, check_whole
from trainables.data.domains import IMAGE_SPLITS, PIXELS, STUDENT_HIDDEN_SIZES
from trainables.methods.batches import SplitBatches, generators
from trainables.methods.federated.clients import (
    Federation,
    local_batches,
    partition_iid,
    partition_shards,
    weighted_mean,
)
from trainables.methods.method import TrainableMethod
from trainables.methods.method_run import MethodRun
from trainables.networks.optimisers import load
from trainables.networks.perceptron import weight_count
from trainables.networks.stack import Report
from trainables.results import TrialResult
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial


@dataclass(frozen=True, kw_only=True)
class FedAvg(TrainableMethod):
    """An epoch of the setting's schedule is a round; batch size and rate are a client's (SGD).

    deal: how objects are partitioned: "iid", or "shards", two of one label each for a client.
    share: C, of the clients that take part in a round. local_epochs: E.
    goal: an accuracy; the first round that reaches it is recorded.
    """

    name: ClassVar[str] = "fedavg"
    deal: str = "iid"
    clients: int = 100
    share: float = 0.1
    local_epochs: int = 5
    hidden_sizes: tuple[int, ...] = STUDENT_HIDDEN_SIZES
    goal: float = 0.97

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice(self, "deal", ("iid", "shards"))
        check_whole(self, "clients", at_least=1)
        check_whole(self, "local_epochs", at_least=1)
        check_real(self, "share", above=0.0, at_most=1.0)
        object.__setattr__(self, "hidden_sizes", tuple(self.hidden_sizes))

    @property
    def knowledge(self) -> str:
        """The clients' objects."""
        dealt = "IID" if self.deal == "iid" else "two shards each"
        return f"labelled {self.domain}-Big on {self.clients} clients, {dealt}"

    @property
    def labels(self) -> int:
        """All labels of the clients."""
        return IMAGE_SPLITS["Big"]

    @property
    def variant(self) -> str:
        """How objects are partitioned."""
        return "IID" if self.deal == "iid" else "two shards"

    @property
    def student_sizes(self) -> tuple[int, ...]:
        """Layer sizes of the student."""
        return (PIXELS, *self.hidden_sizes, 10)

    @property
    def slots(self) -> int:
        """Clients that take part in a round: max(C · K, 1)."""
        return max(round(self.share * self.clients), 1)

    def work(self, setting: Setting) -> float:
        """With such small batches passes over the weights cost as much as three products."""
        objects = IMAGE_SPLITS["Big"] // self.clients * self.slots * self.local_epochs
        return 24 * weight_count(self.student_sizes) * objects * setting.schedule.epochs / 1e9

    def train(
        self, trials: Sequence[Trial], workshop: Workshop, report: Report
    ) -> list[TrialResult]:
        """Train the clients of all seeds as one stack, round by round."""
        schedule = trials[0].setting.schedule
        run = MethodRun(trials, report, workshop.device, schedule.epochs)
        seeds = run.seeds
        split = SplitBatches(self.domain, "Big", seeds, workshop.device)
        owned = self._partition(split, seeds)
        sgd = partial(torch.optim.SGD, fused=True)
        federation = Federation(
            split, self.slots, self.student_sizes, seeds, schedule.learning_rate, sgd
        )
        chosen, orders = generators("clients/chosen", seeds), generators("order/clients", seeds)
        sizes = torch.full((len(seeds), self.slots), float(owned.shape[2]))
        for _ in range(schedule.epochs):
            picked = torch.stack([torch.randperm(self.clients, generator=g) for g in chosen])
            rows = owned[torch.arange(len(seeds))[:, None], picked[:, : self.slots]]
            federation.send()
            total, steps = torch.zeros(len(seeds) * self.slots), 0
            for batch in local_batches(rows, self.local_epochs, schedule.batch_size, orders):
                loss = federation.loss(batch)
                federation.clients.step(loss)
                total, steps = total + loss.detach().cpu(), steps + 1
            load(federation.server, weighted_mean(federation.apart(), sizes))
            mean = total.view(len(seeds), -1).mean(1) / steps
            run.epoch(federation.network(), mean)
        self._rounds_to_goal(run)
        return run.results(federation.network())

    def _partition(self, split: SplitBatches, seeds: Sequence[int]) -> torch.Tensor:
        """Rows of the domain that each client owns: [N, clients, n]."""
        parts = []
        draws = generators("clients/deal", seeds)
        for rows, draw in zip(split.rows, draws, strict=True):
            labels = split.labels[rows]
            iid = self.deal == "iid"
            dealt = (
                partition_iid(labels, self.clients, draw)
                if iid
                else partition_shards(labels, self.clients, 2, draw)
            )
            parts.append(rows[dealt])
        return torch.stack(parts)

    def _rounds_to_goal(self, run: MethodRun) -> None:
        """Note the first round, from 1, whose global model reaches the goal, if one does."""
        for history, facts in zip(run.histories, run.facts, strict=True):
            reached = [r for r, a in enumerate(history["test/accuracy"], 1) if a >= self.goal]
            if reached:
                facts["rounds_to_goal"] = float(reached[0])
