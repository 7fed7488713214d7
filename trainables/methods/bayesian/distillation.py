"""Bayesian distillation: the student's prior is its teacher's posterior (Grabovoy, Strijov 2021).

A. V. Grabovoy and V. V. Strijov, "Bayesian distillation of deep learning models", Automation and
Remote Control 82 (2021), 1846-1856. The student too is a mean-field Gaussian that learns Small by
its evidence bound. What it answers is what the network of its posterior's means does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from trainables.artifacts.artifact import Artifact
from trainables.artifacts.workshop import Workshop
from trainables.checks import check_choice, check_flag, check_real
from trainables.data.domain import Domain
from trainables.distillation.requirements import logits_for
from trainables.errors import BadInputError
from trainables.methods.bayesian import as_published, reduction
from trainables.methods.bayesian.evidence import standard
from trainables.methods.bayesian.posterior import PosteriorArtifact
from trainables.methods.bayesian.reduction import check_reducible, widths_of
from trainables.methods.bayesian.students import (
    gaussian_students,
    learn_small,
    means_of,
    plain_students,
    stacked,
)
from trainables.methods.method import TrainableMethod, sizes_of
from trainables.methods.method_run import MethodRun
from trainables.networks.network import Network, Perceptron
from trainables.networks.perceptron import weight_count
from trainables.networks.stack import Report
from trainables.objectives.objective import Objective
from trainables.results import TrialResult
from trainables.settings.method import check_plain
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial
from trainables.teacher import Teacher

PRIORS = ("standard", "mean", "full", "none")
TAUGHT = ("mean", "full")  # those that the teacher gives
DRAWN_WORK = 4  # times the work of a plain network: two products a layer, draws, and the KL


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
        if self.start != usual:
            said += ", own start" if self.start == "own" else ", teacher's start"
        if self.kept == "snr" and self.asks_teacher:
            said += ", by SNR"
        return f"{said}, as published" if self.as_published else said

    def artifacts(self, trial: Trial) -> list[Artifact]:
        """The teacher's posterior, the same for all that start or end with it."""
        return [*self._made_of(trial)]

    def _made_of(self, trial: Trial) -> list[PosteriorArtifact]:
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
        run = MethodRun(trials, report, workshop, trials[0].setting.schedule.epochs)
        found = self._posteriors(run, workshop)
        if self.as_published:
            taught = stacked([as_published.masked(*one) for one in found], run.device)
            priors = [as_published.prior_variances(*one) for one in found if self.prior == "full"]
            start = means_of(taught)
            student = gaussian_students(run, start, 1.0, as_published.ACTIVATION)
            return as_published.train(run, student, stacked(priors, run.device))
        taught = stacked([reduction.reduced(*one) for one in found], run.device)
        start = taught if self.start == "teacher" else {}
        if self.prior == "none":
            return learn_small(run, plain_students(run, means_of(start)))
        student = gaussian_students(run, start, self.deviation)
        prior = standard(student.parameters, self.prior_deviation)
        if self.prior in TAUGHT:
            prior |= taught if self.prior == "full" else means_of(taught)
        return learn_small(run, student, prior, self.kl_weight)

    def _posteriors(
        self, run: MethodRun, workshop: Workshop
    ) -> Sequence[tuple[Mapping[str, Tensor], tuple[int, ...], list[Tensor]]]:
        """Each seed's posterior, the student's sizes, and the units that stay.

        Empty where it has no teacher. The facts of the posteriors go to the records.
        """
        found, sizes = [], sizes_of(run.setting)
        for trial, facts in zip(run.trials, run.facts, strict=True):
            for artifact in self._made_of(trial):
                saved = workshop.get_or_make(artifact)
                facts |= {f"teacher/{name}": value for name, value in saved.facts.items()}
                posterior, hidden = saved.tensors, len(artifact.sizes) - 2
                widths = widths_of(hidden, sizes[1:-1])
                if self.kept == "snr":
                    kept = reduction.clearest_units(posterior, widths)
                else:
                    kept = reduction.random_units(posterior, widths, trial.seed)
                found.append((posterior, sizes, kept))
        return found
