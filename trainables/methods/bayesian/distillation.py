"""Bayesian distillation: the student's prior is its teacher's posterior (Grabovoy, Strijov 2021).

A. V. Grabovoy and V. V. Strijov, "Bayesian distillation of deep learning models", Automation and
Remote Control 82 (2021), 1846-1856. The student too is a mean-field Gaussian that learns Small by
its evidence bound. What it answers is what the network of its posterior's means does.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from trainables.artifacts.artifact import Artifact
from trainables.artifacts.workshop import Workshop
from trainables.checks import check_choice, check_flag, check_real
from trainables.data.domain import Domain
from trainables.distillation.requirements import logits_for
from trainables.errors import BadInputError
from trainables.methods.batches import generators
from trainables.methods.bayesian import as_published, reduction
from trainables.methods.bayesian.evidence import Evidence, standard
from trainables.methods.bayesian.gaussian_network import LOG_VARIANCE, GaussianMlp
from trainables.methods.bayesian.posterior import PosteriorArtifact
from trainables.methods.bayesian.reduction import check_reducible, widths_of
from trainables.methods.method import TrainableMethod, sizes_of
from trainables.methods.method_run import MethodRun, perceptrons
from trainables.networks.network import Network, Perceptron
from trainables.networks.perceptron import Mlp, weight_count
from trainables.networks.stack import Report, Stack
from trainables.networks.stacking.rows import batches, shuffled
from trainables.objectives.losses import hard_cross_entropy
from trainables.objectives.objective import Objective
from trainables.randomness import generator
from trainables.results import TrialResult
from trainables.settings.method import check_plain
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial
from trainables.teacher import Teacher

PRIORS = ("standard", "mean", "full", "none")
TAUGHT = ("mean", "full")  # those that the teacher gives
DRAWN_WORK = 4  # times the work of a plain network: two products a layer, draws, and the KL
Gaussian = dict[str, Tensor]


@dataclass(frozen=True, kw_only=True)
class BayesianDistillation(TrainableMethod):
    """The teacher's posterior N(m, diag s²), reduced to the student's shape, is its prior.

    prior: "full" N(m, s²), "mean" N(m, σ₀² I), "standard" N(0, σ₀² I), with σ₀ prior_deviation;
        or "none": the weights themselves learn, by the cross-entropy alone.
    start: where the student starts, at the "teacher"'s reduced posterior (without a prior at its
        means), or as the student alone does: its "own" draws, each with `deviation`.
    kept: which units stay of the teacher, at "random", or those of the highest signal-to-noise
        ratio, "snr".
    prior_deviation, deviation: of the teacher's own prior and start too.
    kl_weight: of the student's KL; 1 is the evidence bound.
    small: True, unless as_published.
    as_published: as the authors' code trains teacher and student, see the module of that name; the
        student learns all of Train.
    """

    name: ClassVar[str] = "bayesian"
    small: bool = True
    prior: str = "full"
    start: str = "teacher"
    kept: str = "random"
    prior_deviation: float = 1.0
    deviation: float = 0.05
    kl_weight: float = 1.0
    as_published: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice(self, "prior", PRIORS)
        check_choice(self, "start", ("teacher", "own"))
        check_choice(self, "kept", ("random", "snr"))
        check_real(self, "prior_deviation", above=0.0)
        check_real(self, "deviation", above=0.0)
        check_real(self, "kl_weight", at_least=0.0)
        check_flag(self, "as_published")
        if self.small is self.as_published:
            raise BadInputError(
                f"BayesianDistillation.small is {self.small}: it learns from Small, and with "
                "as_published=True from Train instead: give small=False with that alone"
            )
        if (self.prior, self.start) == ("none", "own"):
            raise BadInputError(
                "BayesianDistillation has prior='none' and start='own': that is the student "
                "alone: see alone(setting)"
            )
        starts = "teacher" if self.prior in TAUGHT else "own"
        if self.as_published and (self.prior == "none" or self.start != starts):
            raise BadInputError(
                f"BayesianDistillation has as_published=True, prior={self.prior!r} and "
                f"start={self.start!r}: give prior='standard' with start='own', or 'mean' or "
                "'full' with start='teacher'"
            )

    # ---- what it says of itself ----

    @property
    def asks_teacher(self) -> bool:
        """Unless prior and start are the student's own."""
        return self.prior in TAUGHT or self.start == "teacher"

    def check(self, target: Domain, teacher: Teacher | None, objective: Objective) -> None:
        """The teacher is a perceptron that is trained here, as plainly as the student."""
        if teacher is None:
            return
        if not objective.is_plain:
            raise BadInputError(
                f"{self.name} learns labels under a prior, and {objective.short} weighs a "
                "teacher's answers: give Distillation(hard_label_weight=1)"
            )
        check_plain(f"the teacher's schedule of {self.name}", teacher.schedule)
        plain = isinstance(teacher.network, Perceptron) and teacher.classes is None
        if not plain or teacher.weights is not None or not teacher.trained:
            raise BadInputError(
                f"{self.name} trains its teacher's posterior itself, of a Perceptron: leave "
                "weights, classes and trained of Teacher away, and give network="
                "Perceptron(hidden=(256,)), say"
            )

    def check_student(self, student: Network, teacher: Teacher | None) -> None:
        """The teacher's layers reduce to the student's."""
        assert isinstance(student, Perceptron)
        if teacher:
            assert isinstance(teacher.network, Perceptron)
            check_reducible(teacher.network.hidden, student.hidden)
        if self.as_published and len(student.hidden) != 1:
            raise BadInputError(
                "as_published=True repeats a student of one hidden layer, and this one has "
                f"{len(student.hidden)}: give Perceptron(hidden=(50,)), say"
            )

    def knowledge(self, target: Domain) -> str:
        """The teacher's posterior, where it has any part."""
        own = "a teacher's posterior" if self.asks_teacher else "a prior"
        return f"{own}, labelled {target.name}-Train" if self.as_published else own

    def labels(self, target: Domain) -> int:
        """All of what it learns from."""
        return target.split_sizes[self._split]

    @property
    def _split(self) -> str:
        return "Train" if self.as_published else "Small"

    def variant(self, target: Domain) -> str:
        """Prior and start."""
        said = "no prior" if self.prior == "none" else f"{self.prior} prior"
        usual = "teacher" if self.prior in TAUGHT else "own"
        said += {"teacher": ", teacher's start", "own": ", own start"}[self.start] * (
            self.start != usual
        )
        said += ", by SNR" * (self.kept == "snr" and self.asks_teacher)
        return said + ", as published" * self.as_published

    def artifacts(self, trial: Trial) -> list[Artifact]:
        """The teacher's posterior, the same for all that start or end with it."""
        logits = logits_for(trial)
        if logits is None:
            return []
        made = PosteriorArtifact(
            teacher=logits.teacher,
            seed=trial.seed,
            prior_deviation=self.prior_deviation,
            deviation=self.deviation,
            as_published=self.as_published,
        )
        return [made]

    def needs(self, trial: Trial) -> list[Artifact]:
        """The posterior alone: its teacher's answers are not asked for."""
        return self.artifacts(trial)

    def work(self, setting: Setting) -> float:
        """Work of the student; the posterior is an artifact, counted by itself."""
        objects = setting.target.split_sizes[self._split] * setting.schedule.epochs
        return DRAWN_WORK * 6 * weight_count(sizes_of(setting)) * objects / 1e9

    # ---- how it is trained ----

    def train(
        self, trials: Sequence[Trial], workshop: Workshop, report: Report
    ) -> list[TrialResult]:
        """The seeds of one setting as one stack."""
        run = MethodRun(trials, report, workshop.device, trials[0].setting.schedule.epochs)
        taught, prior_variances = self._of_teacher(run, workshop)
        if self.as_published:
            return as_published.train(run, self._new(run, taught), prior_variances)
        learner = self._plain(run, taught) if self.prior == "none" else self._new(run, taught)
        if self.prior == "none":
            evidence = None
        else:
            prior = standard(learner.parameters, self.prior_deviation)
            if self.prior in TAUGHT:
                means = (name for name in prior if not name.endswith(LOG_VARIANCE))
                prior |= taught if self.prior == "full" else {n: taught[n] for n in means}
            evidence = Evidence(prior, len(run.split(self._split)), self.kl_weight)
        self._learn(run, learner, evidence)
        return run.results(perceptrons(learner))

    def _of_teacher(self, run: MethodRun, workshop: Workshop) -> tuple[Gaussian, Gaussian]:
        """Each seed's posterior in the student's shape, [N, ...] by name, and as published the
        log variances of the teacher's own prior; nothing of either where it has no teacher.
        """
        found: list[tuple[Gaussian, Gaussian]] = []
        sizes = sizes_of(run.setting)
        for trial, facts in zip(run.trials, run.facts, strict=True):
            for artifact in self.artifacts(trial):
                saved = workshop.get_or_make(artifact)
                facts |= {f"teacher/{name}": value for name, value in saved.facts.items()}
                found.append(self._reduced(saved.tensors, sizes, trial.seed))
        return _stacked([a for a, _ in found], run), _stacked([b for _, b in found], run)

    def _reduced(
        self, posterior: Mapping[str, Tensor], sizes: Sequence[int], seed: int
    ) -> tuple[Gaussian, Gaussian]:
        layers = sum(f"layers.{k}.bias" in posterior for k in range(len(posterior)))
        widths = widths_of(layers - 1, sizes[1:-1])
        if self.kept == "snr":
            kept = reduction.clearest_units(posterior, widths)
        else:
            kept = reduction.random_units(posterior, widths, seed)
        if not self.as_published:
            return reduction.reduced(posterior, sizes, kept), {}
        start, length = as_published.PRIOR, len(as_published.PRIOR)
        own = {name[length:]: v for name, v in posterior.items() if name.startswith(start)}
        variances = as_published.masked(own, sizes, kept) if self.prior == "full" else {}
        return as_published.masked(posterior, sizes, kept), {
            name: value for name, value in variances.items() if name.endswith(LOG_VARIANCE)
        }

    def _new(self, run: MethodRun, taught: Gaussian) -> Stack:
        """Gaussian students, at their start."""
        sizes = sizes_of(run.setting)
        variance = 0.0 if self.as_published else 2 * math.log(self.deviation)
        activation = as_published.ACTIVATION if self.as_published else "relu"
        drawn = [generator("init/student", seed) for seed in run.seeds]
        rate = run.setting.schedule.learning_rate
        models = [GaussianMlp(sizes, variance, draw, activation) for draw in drawn]
        learner = Stack(models, [rate] * len(models), run.device)
        if self.start == "teacher":
            learner.load(_means(taught) if self.as_published else taught)
        return learner

    def _plain(self, run: MethodRun, taught: Gaussian) -> Stack:
        """Plain students, at the teacher's means."""
        drawn = [generator("init/student", seed) for seed in run.seeds]
        rate = run.setting.schedule.learning_rate
        models = [Mlp(sizes_of(run.setting), draw) for draw in drawn]
        learner = Stack(models, [rate] * len(models), run.device)
        learner.load(_means(taught))
        return learner

    def _learn(self, run: MethodRun, learner: Stack, evidence: Evidence | None) -> None:
        """Learn Small in the order in which the student alone sees it.

        Curves, by object: the loss, and with a prior the KL and the evidence bound, all in nats.
        """
        split, schedule = run.split(self._split), run.setting.schedule
        orders, draws = (generators(f"{p}/student", run.seeds) for p in ("order", "noise"))
        for _ in range(schedule.epochs):
            total, kl = torch.zeros(2, len(learner), device=run.device)
            for places in batches(shuffled(len(split), orders), schedule.batch_size):
                x, y = split.at(places)
                share = places.shape[1] / len(split)
                if evidence is None:
                    loss = hard_cross_entropy(learner(x), y)
                else:
                    bound = evidence.of(learner, x, y, draws)
                    loss = bound.loss
                    kl += bound.kl.detach() * share / len(split)
                learner.step(loss)
                total += loss.detach() * share
            if evidence is not None:
                run.note("train/kl", kl)
                run.note("train/evidence_bound", (self.kl_weight - 1) * kl - total)
            run.epoch(perceptrons(learner), total)


def _means(gaussian: Gaussian) -> Gaussian:
    return {name: v for name, v in gaussian.items() if not name.endswith(LOG_VARIANCE)}


def _stacked(members: Sequence[Gaussian], run: MethodRun) -> Gaussian:
    if not members:
        return {}
    return {name: torch.stack([m[name] for m in members]).to(run.device) for name in members[0]}
