"""pFedMe: personal models near a global one, by Moreau envelopes (Dinh et al. 2020, Algorithm 1).

Client k solves min_θ f_k(θ) + λ/2 ‖θ - w‖² for its personal θ, moves its copy of the global w
towards θ, and the server averages the copies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from trainables.artifacts.workshop import Workshop
from trainables.checks import check_flag, check_real, check_whole
from trainables.data.domain import Domain
from trainables.errors import BadInputError
from trainables.methods.batches import SplitBatches, generators
from trainables.methods.federated.by_label import mini_batch, padded, partition_labels
from trainables.methods.federated.clients import Federation, weighted_mean
from trainables.methods.federated.personal import PersonalTests
from trainables.methods.federated.pixels import as_they_are, standardised
from trainables.methods.method import TrainableMethod, sizes_of
from trainables.methods.method_run import MethodRun
from trainables.networks.perceptron import weight_count
from trainables.networks.stack import Report, Stack
from trainables.objectives.objective import Objective
from trainables.results import TrialResult
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial
from trainables.teacher import Teacher


def moreau_step(theta: Stack, losses: Tensor, anchor: dict[str, Tensor], pull: float) -> None:
    """One gradient step on f(θ) + λ/2 ‖θ - w‖² (eq. 7): θ - η (∇f + λ (θ - w)).

    theta: a stack under plain SGD of rate η with weight decay λ, which does all but the last
    term; anchor: w by parameter [N, ...]; pull: η λ.
    """
    theta.step(losses)
    own = theta.parameters
    theta.load({name: own[name] + pull * w for name, w in anchor.items()})


def towards(w: Tensor, theta: Tensor, rate: float) -> Tensor:
    """A step down the Moreau envelope's gradient, w - η λ (w - θ) (eq. 5); rate: η λ."""
    return torch.lerp(w, theta, rate)


@dataclass(frozen=True, kw_only=True)
class PFedMe(TrainableMethod):
    """An epoch of the setting's schedule is a global round; its rate is θ's, its batch size |D|.

    labels_each: how many labels a client has. closeness: λ. inner_steps: K. local_rounds: R.
    local_rate: η, of a client's w. server_rate: β. share: of the clients that the server
    averages; all of them train in each round.

    What the authors' code does beyond the paper: standardised, that each pixel has mean 0 and
    deviation 1; ridge, its μ (0.001), a weight decay of θ; unequal, that clients differ in size
    and are averaged by it.
    """

    name: ClassVar[str] = "pfedme"
    small_may_be: ClassVar[tuple[bool, ...]] = (False,)
    clients: int = 20
    labels_each: int = 2
    closeness: float = 15.0
    inner_steps: int = 5
    local_rounds: int = 20
    local_rate: float = 0.005
    server_rate: float = 1.0
    share: float = 0.25
    standardised: bool = False
    ridge: float = 0.0
    unequal: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("clients", "labels_each", "inner_steps", "local_rounds"):
            check_whole(self, name, at_least=1)
        check_real(self, "closeness", at_least=0.0)
        check_real(self, "share", above=0.0, at_most=1.0)
        check_real(self, "local_rate", above=0.0)
        check_real(self, "server_rate", above=0.0)
        check_real(self, "ridge", at_least=0.0)
        check_flag(self, "standardised")
        check_flag(self, "unequal")

    def check(self, target: Domain, teacher: Teacher | None, objective: Objective) -> None:
        """A client has no more labels than there are."""
        if self.labels_each > target.outputs:
            raise BadInputError(
                f"PFedMe.labels_each is {self.labels_each}, and {target.name} has "
                f"{target.outputs} classes: give no more"
            )

    def knowledge(self, target: Domain) -> str:
        """The clients' objects."""
        clients = f"{self.clients} clients, {self.labels_each} labels each"
        return f"labelled {target.name}-Big on {clients}"

    def labels(self, target: Domain) -> int:
        """All labels of the clients."""
        return target.split_sizes["Big"]

    def variant(self, target: Domain) -> str:
        """Which of its models the table shows: the global one; and what it reads."""
        return "global, pixels standardised" if self.standardised else "global"

    def work(self, setting: Setting) -> float:
        """With such small batches passes over the weights cost several times the products."""
        steps = self.inner_steps * self.local_rounds * setting.schedule.epochs
        objects = steps * self.clients * setting.schedule.batch_size
        return 30 * weight_count(sizes_of(setting)) * objects / 1e9

    def train(
        self, trials: Sequence[Trial], workshop: Workshop, report: Report
    ) -> list[TrialResult]:
        """Train all clients of all seeds: a stack of their θ, and beside it their copies of w."""
        schedule = trials[0].setting.schedule
        run = MethodRun(trials, report, workshop, schedule.epochs)
        seeds, members = run.seeds, len(trials)
        split = run.split("Big")
        dealt = self._partition(run, split)
        owned = [padded(clients) for clients in dealt]
        sizes_of_clients = torch.tensor([[len(own) for own in clients] for clients in dealt])
        rate, sizes = schedule.learning_rate, sizes_of(run.setting)
        decay = self.closeness + self.ridge
        shown = standardised(split.pixels) if self.standardised else as_they_are
        federation = Federation(split, self.clients, sizes, seeds, rate, decay, shown)
        federation.send()
        draws, chosen = generators("order/clients", seeds), generators("clients/chosen", seeds)
        tests = PersonalTests(run, owned, split, shown) if run.reported else None
        for _ in range(schedule.epochs):
            copies = {
                name: value.repeat_interleave(self.clients, 0)
                for name, value in federation.global_weights.items()
            }
            total = torch.zeros(members * self.clients)
            for _ in range(self.local_rounds):
                rows = torch.cat(
                    [
                        mini_batch(mine, objects, schedule.batch_size, draw)
                        for mine, objects, draw in zip(owned, sizes_of_clients, draws, strict=True)
                    ]
                )
                for _ in range(self.inner_steps):
                    loss = federation.loss(rows)
                    pull = schedule.learning_rate * self.closeness
                    moreau_step(federation.clients, loss, copies, pull)
                total += loss.detach().cpu()
                step, theta = self.local_rate * self.closeness, federation.clients.parameters
                copies = {n: towards(w, theta[n].detach(), step) for n, w in copies.items()}
            self._average(federation, copies, sizes_of_clients, chosen)
            if tests:
                run.note("personal/test_accuracy", tests.accuracy(federation.clients))
            mean = total.view(members, -1).mean(1) / self.local_rounds
            run.epoch(federation.network(), mean)
        return run.results(federation.network(), federation.server)

    def _partition(self, run: MethodRun, split: SplitBatches) -> list[list[Tensor]]:
        """Rows of the domain that each client owns, for each seed and client: [n]."""
        draws = generators("clients/deal", run.seeds)
        dealt = run.target.outputs, self.clients, self.labels_each
        return [
            [
                rows[places]
                for places in partition_labels(
                    split.labels[rows], *dealt, draw, unequal=self.unequal
                )
            ]
            for rows, draw in zip(split.rows, draws, strict=True)
        ]

    def _average(
        self,
        federation: Federation,
        copies: dict[str, Tensor],
        objects: Tensor,
        chosen: Sequence[torch.Generator],
    ) -> None:
        """The server's step: w becomes (1 - β) w + β · the mean of some clients' copies.

        objects: of each client, by which the mean is weighted: [N, clients].
        """
        taking = max(round(self.share * self.clients), 1)
        picked = torch.stack(
            [torch.randperm(self.clients, generator=draw)[:taking] for draw in chosen]
        )
        members = torch.arange(len(picked))[:, None]
        some = {
            name: value.unflatten(0, (len(picked), self.clients))[members, picked]
            for name, value in copies.items()
        }
        mean = weighted_mean(some, objects.gather(1, picked).float())
        old = federation.global_weights
        federation.server.load({n: torch.lerp(old[n], mean[n], self.server_rate) for n in old})
