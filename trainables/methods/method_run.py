"""The run of a method's training: its curve by epoch, and what it leaves for the records."""

import time
from collections import defaultdict
from collections.abc import Sequence

import torch
from torch import Tensor

from trainables.data.datasets import load
from trainables.links.link import Identity, Link
from trainables.methods.batches import framed
from trainables.networks.stack import Report, Stack
from trainables.objectives.calibration import Reliability, measure
from trainables.objectives.metrics import Network, quality
from trainables.randomness import generator
from trainables.results import History, TrialResult, failure_of, history_before
from trainables.settings.trial import Trial

BLOCK = 1_000  # test objects at a time
IDENTITY = Identity()


class MethodRun:
    """Follows the students of one setting, one a seed, on their domain's test set.

    The test set is read for the curve alone; no method is told what it says. link: how that
    domain is changed, with the same draws for all members. before: the share of the work that
    comes before the first epoch, for the progress that is reported.
    """

    before = 0.0

    def __init__(
        self,
        trials: Sequence[Trial],
        report: Report,
        device: torch.device,
        epochs: int,
        link: Link = IDENTITY,
    ) -> None:
        method = trials[0].setting.method
        assert method
        self.trials, self.report, self.device, self.epochs = list(trials), report, device, epochs
        test = load(method.domain).test
        x = framed(link, test.inputs()[None], [generator("link/test", 0)])[0]
        self.test = list(
            zip(x.to(device).split(BLOCK), test.labels.to(device).split(BLOCK), strict=True)
        )
        self.histories: list[History] = [defaultdict(list) for _ in trials]
        self.facts: list[dict[str, float]] = [{"labels": float(method.labels)} for _ in trials]
        self.started = time.perf_counter()

    @property
    def seeds(self) -> list[int]:
        """The members' seeds, in their order."""
        return [trial.seed for trial in self.trials]

    def note(self, name: str, values: Tensor | Sequence[float]) -> None:
        """Append a value a member to the curve of that name."""
        for history, value in zip(self.histories, _listed(values), strict=True):
            history[name].append(value)

    def fact(self, name: str, values: Tensor | Sequence[float]) -> None:
        """Keep one value a member."""
        for facts, value in zip(self.facts, _listed(values), strict=True):
            facts[name] = value

    def epoch(self, network: Network, loss: Tensor) -> None:
        """An epoch has ended: note the mean training loss [N] and the quality on the test set."""
        self.note("train/loss", loss)
        accuracy, cross_entropy = self.quality(network)
        self.note("test/accuracy", accuracy)
        self.note("test/cross_entropy", cross_entropy)
        done = min(1.0, len(self.histories[0]["train/loss"]) / self.epochs)
        self.report(self.before + (1 - self.before) * done)

    def quality(self, network: Network) -> tuple[Tensor, Tensor]:
        """Accuracy and mean cross-entropy [N] on the test set."""
        return quality(network, self.test)

    def results(self, network: Network) -> list[TrialResult]:
        """What the trained students leave; a loss that stopped being finite is a failure."""
        with torch.no_grad():
            answers = ((network(x).transpose(1, 2), y) for x, y in self.test)
            reliability = measure(answers)
        seconds = (time.perf_counter() - self.started) / len(self.trials)
        found = zip(self.trials, self.histories, self.facts, reliability, strict=True)
        return [self._result(*mine, seconds) for mine in found]

    def _result(
        self,
        trial: Trial,
        history: History,
        facts: dict[str, float],
        reliability: Reliability,
        seconds: float,
    ) -> TrialResult:
        failed = failure_of(history["train/loss"])
        return TrialResult(
            trial,
            history_before(history, failed.epoch) if failed else dict(history),
            facts,
            seconds,
            {"student": reliability},
            failed.reason if failed else None,
            str(self.device),
        )


def perceptrons(stack: Stack) -> Network:
    """The network that a stack of Perceptrons is."""
    return lambda x: stack.shared(x.unsqueeze(0), [len(stack)])


def own_inputs(stack: Stack) -> Network:
    """The network that a stack of any modules is: every member is given the objects."""
    return lambda x: stack(x.expand(len(stack), -1, -1))


def _listed(values: Tensor | Sequence[float]) -> list[float]:
    return [float(v) for v in (values.tolist() if isinstance(values, Tensor) else values)]
