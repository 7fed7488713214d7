"""The run of a method's training: its curve by epoch, and what it leaves for the records."""

import time
from collections import defaultdict
from collections.abc import Sequence

import torch
from torch import Tensor

from trainables.artifacts.labelled import parts_of
from trainables.artifacts.workshop import Workshop
from trainables.data.domain import Domain
from trainables.data.measures import BALANCED_ACCURACY
from trainables.data.splits import HeldOut
from trainables.distillation.evaluation import parts_of_test
from trainables.links.link import Identity, Link
from trainables.methods.batches import SplitBatches, framed, generators
from trainables.networks.stack import Report, Stack
from trainables.objectives.calibration import Reliability
from trainables.objectives.metrics import Network, packed, quality, with_right
from trainables.randomness import generator
from trainables.results import History, TrialResult, failure_of, history_before
from trainables.settings.trial import Trial

BLOCK = 1_000  # objects that students are evaluated on at a time
IDENTITY = Identity()


class MethodRun:
    """Follows the students of one setting, one a seed, on their domain's test set.

    It is read for the curve alone; no method is told what it says. Where the setting has a rule,
    the students are candidates: they are evaluated on what it holds out of Small instead, and by
    an oracle on the test set once, at the end. (So selection reads labels of Small, also of a
    method that learns from none.)

    link: how that domain is changed, with the same draws for all members where they share the
    objects. before: the share of the work that comes before the first epoch, for the progress
    that is reported.
    """

    before = 0.0

    def __init__(
        self,
        trials: Sequence[Trial],
        report: Report,
        workshop: Workshop,
        epochs: int,
        link: Link = IDENTITY,
    ) -> None:
        self.trials, self.report, self.epochs = list(trials), report, epochs
        self.device, self.keep = workshop.device, workshop.keep
        self.setting = trials[0].setting
        self.target, rule, method = self.setting.target, self.setting.rule, self.setting.method
        assert method
        self.reported = rule is None
        self.group = "test" if rule is None else rule.metric.partition("/")[0]
        self.parts = self._evaluated_on(link)
        self.blocks = self.parts[self.group]
        labels = float(method.labels(self.target))
        self.histories: list[History] = [defaultdict(list) for _ in trials]
        self.facts: list[dict[str, float]] = [{"labels": labels} for _ in trials]
        self.started = time.perf_counter()

    @property
    def seeds(self) -> list[int]:
        """The members' seeds, in their order."""
        return [trial.seed for trial in self.trials]

    def split(self, split: str, domain: Domain | None = None) -> SplitBatches:
        """A split of the target, or of another domain, without what is held out of Small."""
        share = self.setting.withheld_share if domain in (None, self.target) else 0.0
        return SplitBatches(domain or self.target, split, self.seeds, self.device, share)

    def small(self, seed: int) -> HeldOut:
        """Positions within Small of what is learnt from, and of what its rule holds out."""
        return parts_of(self.target, "Small", self.setting.withheld_share, seed)

    def _evaluated_on(self, link: Link) -> dict[str, list[tuple[Tensor, Tensor]]]:
        """By the group that it is recorded in, what students are evaluated on.

        Blocks of inputs [B, D] and labels [B], or [N, B, D] and [N, B] of each member's own.
        """
        target, own = self.target, True
        if not self.setting.reads_test:
            held = [(seed, self.small(seed).validate) for seed in self.seeds]
            sets = [target.split("Small", seed)[places] for seed, places in held]
            purpose = "link/validation"
        else:
            own, purpose = target.draws_test, "link/test"
            sets = [target.test(seed) for seed in (self.seeds if own else [0])]
        inputs = torch.stack([each.inputs() for each in sets])
        draws = generators(purpose, self.seeds if own else [0])
        x, y = framed(link, inputs, target.shape, draws), torch.stack([s.labels for s in sets])
        if not own:  # a stack's first layer of objects that all members see is one wide product
            x, y = x[0], y[0]
        x, y = x.to(self.device), y.to(self.device)
        parts: dict[str, Tensor | slice] = {self.group: slice(None)}
        if self.setting.reads_test:
            parts = parts_of_test(self.setting.rule, y.shape[-1])
        return {
            group: list(zip(x[..., rows, :].split(BLOCK, -2), y[..., rows].split(BLOCK, -1),
                            strict=True))
            for group, rows in parts.items()
        }  # fmt: skip

    def blocks_of(self, place: int) -> list[tuple[Tensor, Tensor]]:
        """The same blocks as the member at this place has them: [B, D] and [B]."""
        return [(x[place], y[place]) if x.dim() == 3 else (x, y) for x, y in self.blocks]

    def note(self, name: str, values: Tensor | Sequence[float]) -> None:
        """Append a value a member to the curve of that name."""
        for history, value in zip(self.histories, _listed(values), strict=True):
            history[name].append(value)

    def fact(self, name: str, values: Tensor | Sequence[float]) -> None:
        """Keep one value a member; of a candidate nothing is recorded but seconds."""
        for facts, value in zip(self.facts, _listed(values), strict=True):
            facts[name] = value

    def epoch(self, network: Network, loss: Tensor) -> None:
        """An epoch has ended: note the mean training loss [N] and the quality."""
        self.note("train/loss", loss)
        done = len(self.histories[0]["train/loss"])
        if self.group != "oracle" or done == self.epochs:
            for group, blocks in self.parts.items():
                found = self.quality(network, blocks)
                for one, values in zip(self.target.measures, found, strict=True):
                    self.note(f"{group}/{one.name}", values)
        self.report(self.before + (1 - self.before) * min(1.0, done / self.epochs))

    def quality(
        self, network: Network, blocks: Sequence[tuple[Tensor, Tensor]] | None = None
    ) -> tuple[Tensor, ...]:
        """The domain's measures [N]: accuracy, mean cross-entropy, ...; of its blocks or these."""
        balanced = BALANCED_ACCURACY in self.target.measures
        return quality(network, blocks or self.blocks, balanced=balanced)

    def results(self, network: Network, students: Stack, part: str = "") -> list[TrialResult]:
        """What the trained students leave; a loss that stopped being finite is a failure.

        students, part: where their weights are: the members themselves, or this part of each.
        """
        if self.reported:
            self._keep(students, part)
        with torch.no_grad():
            answers = ((network(x).transpose(1, 2), y) for x, y in self.blocks)
            reliability, right = with_right(answers)
        seconds = (time.perf_counter() - self.started) / len(self.trials)
        found = zip(self.trials, self.histories, self.facts, reliability, right, strict=True)
        return [self._result(*mine, seconds) for mine in found]

    def _keep(self, students: Stack, part: str) -> None:
        """Weights by the names that the setting's own student has; a LeNet-5 is not that."""
        shape, outputs = self.target.shape, self.target.outputs
        unused = generator("unused", 0)  # never the global one: others may draw from it
        own = self.setting.student.initialised(shape, outputs, unused).state_dict()
        for place, trial in enumerate(self.trials):
            held = students.member(place)
            found = {name: held[f"{part}{name}"] for name in own if f"{part}{name}" in held}
            if {n: v.shape for n, v in found.items()} == {n: v.shape for n, v in own.items()}:
                self.keep(trial.key, found)

    def _result(
        self,
        trial: Trial,
        history: History,
        facts: dict[str, float],
        reliability: Reliability,
        right: Tensor,
        seconds: float,
    ) -> TrialResult:
        failed, rule = failure_of(history["train/loss"]), trial.setting.rule
        kept = history_before(history, failed.epoch) if failed else dict(history)
        if rule:  # a candidate's record says nothing of the test set
            facts = {name: value for name, value in facts.items() if name.endswith("seconds")}
            if not failed:
                kept[f"part/{rule.score}"] = history[rule.metric][-1:]
        told = self.reported and not failed and not self.target.draws_test
        return TrialResult(
            trial,
            kept,
            facts,
            seconds,
            {"student": reliability} if self.reported else {},
            failed.reason if failed else None,
            str(self.device),
            answers=packed(right) if told else None,
        )


def perceptrons(stack: Stack) -> Network:
    """The network that a stack of Mlps is."""
    return lambda x: stack(x) if x.dim() == 3 else stack.shared(x.unsqueeze(0), [len(stack)])


def own_inputs(stack: Stack) -> Network:
    """The network that a stack of any modules is: every member is given the objects."""
    return lambda x: stack(x.expand(len(stack), -1, -1))


def _listed(values: Tensor | Sequence[float]) -> list[float]:
    return [float(v) for v in (values.tolist() if isinstance(values, Tensor) else values)]
