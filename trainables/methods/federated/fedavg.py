"""FedAvg: federated averaging (McMahan et al. 2017, Algorithm 1).

In each round a server sends its weights to a random tenth of the clients, each trains them on its
own objects, and their mean, weighted by the number of objects, becomes the server's weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch

from trainables.artifacts.workshop import Workshop
from trainables.checks import check_choice, check_real, check_whole
from trainables.data.domain import Domain
from trainables.errors import BadInputError
from trainables.methods.batches import SplitBatches, generators
from trainables.methods.federated.clients import (
    Federation,
    local_batches,
    partition_iid,
    partition_shards,
    weighted_mean,
)
from trainables.methods.method import TrainableMethod, sizes_of
from trainables.methods.method_run import MethodRun
from trainables.networks.perceptron import weight_count
from trainables.networks.stack import Report
from trainables.objectives.objective import Objective
from trainables.results import TrialResult
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial
from trainables.teacher import Teacher

SHARDS = 2  # of a client, where objects are dealt in shards


@dataclass(frozen=True, kw_only=True)
class FedAvg(TrainableMethod):
    """An epoch of the setting's schedule is a round; batch size and rate are a client's (SGD).

    deal: how objects are partitioned: "iid", or "shards", two of one label each for a client.
    share: C, of the clients that take part in a round. local_epochs: E.
    goal: an accuracy; the first round that reaches it is recorded.
    """

    name: ClassVar[str] = "fedavg"
    small_may_be: ClassVar[tuple[bool, ...]] = (False,)
    deal: str = "iid"
    clients: int = 100
    share: float = 0.1
    local_epochs: int = 5
    goal: float = 0.97

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice(self, "deal", ("iid", "shards"))
        check_whole(self, "clients", at_least=1)
        check_whole(self, "local_epochs", at_least=1)
        check_real(self, "share", above=0.0, at_most=1.0)
        check_real(self, "goal", above=0.0, at_most=1.0)

    def check(self, target: Domain, teacher: Teacher | None, objective: Objective) -> None:
        """Every client gets an object of each of its shards."""
        objects, pieces = target.split_sizes["Big"], 1 if self.deal == "iid" else SHARDS
        if objects < pieces * self.clients:
            raise BadInputError(
                f"FedAvg.clients is {self.clients}, and {target.name}-Big has {objects} objects: "
                f"give at most {objects // pieces}"
            )

    def knowledge(self, target: Domain) -> str:
        """The clients' objects."""
        dealt = "IID" if self.deal == "iid" else "two shards each"
        return f"labelled {target.name}-Big on {self.clients} clients, {dealt}"

    def labels(self, target: Domain) -> int:
        """All labels of the clients."""
        return target.split_sizes["Big"]

    def variant(self, target: Domain) -> str:
        """How objects are partitioned."""
        return "IID" if self.deal == "iid" else "two shards"

    @property
    def slots(self) -> int:
        """Clients that take part in a round: max(C · K, 1)."""
        return max(round(self.share * self.clients), 1)

    def work(self, setting: Setting) -> float:
        """With such small batches passes over the weights cost as much as three products."""
        big = setting.target.split_sizes["Big"]
        objects = big // self.clients * self.slots * self.local_epochs
        return 24 * weight_count(sizes_of(setting)) * objects * setting.schedule.epochs / 1e9

    def train(
        self, trials: Sequence[Trial], workshop: Workshop, report: Report
    ) -> list[TrialResult]:
        """Train the clients of all seeds as one stack, round by round."""
        schedule = trials[0].setting.schedule
        run = MethodRun(trials, report, workshop, schedule.epochs)
        seeds = run.seeds
        split = run.split("Big")
        owned = self._partition(split, seeds)
        sizes, rate = sizes_of(run.setting), schedule.learning_rate
        federation = Federation(split, self.slots, sizes, seeds, rate)
        chosen, orders = generators("clients/chosen", seeds), generators("order/clients", seeds)
        objects = torch.full((len(seeds), self.slots), float(owned.shape[2]))
        for _ in range(schedule.epochs):
            picked = torch.stack([torch.randperm(self.clients, generator=g) for g in chosen])
            rows = owned[torch.arange(len(seeds))[:, None], picked[:, : self.slots]]
            federation.send()
            total, steps = torch.zeros(len(seeds) * self.slots), 0
            for batch in local_batches(rows, self.local_epochs, schedule.batch_size, orders):
                loss = federation.loss(batch)
                federation.clients.step(loss)
                total, steps = total + loss.detach().cpu(), steps + 1
            federation.server.load(weighted_mean(federation.apart(), objects))
            mean = total.view(len(seeds), -1).mean(1) / steps
            run.epoch(federation.network(), mean)
        self._rounds_to_goal(run)
        return run.results(federation.network(), federation.server)

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
                else partition_shards(labels, self.clients, SHARDS, draw)
            )
            parts.append(rows[dealt])
        return torch.stack(parts)

    def _rounds_to_goal(self, run: MethodRun) -> None:
        """Note the first round, from 1, whose global model reaches the goal, if one does."""
        for history, facts in zip(run.histories, run.facts, strict=True):
            curve = history.get("test/accuracy", ())
            reached = [r for r, a in enumerate(curve, 1) if a >= self.goal]
            if reached:
                facts["rounds_to_goal"] = float(reached[0])
