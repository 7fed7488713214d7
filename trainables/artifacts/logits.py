"""A teacher's logits on φ of the student's split, computed once for all students.

Of a regression its answers, in the domain's unit: teacher and student standardise by objects of
their own.

A link that draws gives a fixed, recorded number of samples. A student's epoch e uses sample
e mod samples, so that its training never runs a teacher.
"""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from trainables.artifacts.artifact import LogitsArtifact
from trainables.artifacts.store import Saved
from trainables.artifacts.workshop import Workshop
from trainables.data.augment import ChannelScale
from trainables.data.domain import Shape
from trainables.data.standardise import Scale
from trainables.links.link import Map, apply
from trainables.networks.stack import Report
from trainables.networks.stacking.way import outputs_of
from trainables.objectives.calibration import measure as measure_reliability
from trainables.objectives.metrics import packed
from trainables.objectives.tasks import quality_of
from trainables.randomness import generator

BLOCK = 10_000  # objects at a time
LOGITS = "logits"  # among the tensors; named features stand beside it
RELIABILITY = "through_link/reliability"  # among the facts: a Reliability, as a dictionary
ANSWERS = "through_link/answers"  # which test objects it has right, packed; old ones lack it


def compute_logits(
    artifacts: Sequence[LogitsArtifact], workshop: Workshop, report: Report
) -> list[Saved]:
    """Logits [samples, n, 10] of each; facts: the quality of the teacher on its own domain, and
    of f∘φ on the student's.

    Raises ValueError where a teacher answers with NaN or infinity.
    """
    saved = []
    for done, artifact in enumerate(artifacts):
        report(done / len(artifacts))
        saved.append(_compute(artifact, workshop))
    return saved


def _compute(artifact: LogitsArtifact, workshop: Workshop) -> Saved:
    started, target = time.perf_counter(), artifact.target
    own = workshop.get_or_make(artifact.teacher).facts
    scale = Scale(**own["scale"]) if "scale" in own else None
    teacher = _LinkedTeacher(
        workshop.teacher(artifact.teacher),
        workshop.link(artifact.link, artifact.vae),
        target.shape,
        artifact.classes,
        scale,
        ChannelScale(**own["channels"]) if "channels" in own else None,
        {name: artifact.teacher.recipe.network.features[name] for name in artifact.features},
    )
    split = target.split(artifact.split, artifact.seed)
    test = target.test(artifact.seed)
    draws = generator("link/student", artifact.seed)
    inputs = split.inputs().to(workshop.device)
    samples = [teacher.answers(inputs, draws) for _ in range(artifact.link.samples)]
    tensors = {name: torch.stack([each[name] for each in samples]) for name in samples[0]}
    if not all(bool(value.isfinite().all()) for value in tensors.values()):
        raise ValueError(f"the teacher {artifact.teacher.key} answers with NaN or infinity")
    on_test = teacher.answers(test.inputs().to(workshop.device), draws)[LOGITS]
    quality = quality_of(target)(on_test[None], test.labels[None])
    facts: dict[str, Any] = {}
    for measure, value in zip(target.measures, quality, strict=True):
        facts[f"through_link/test_{measure.name}"] = value.item()
        if (on_its_own := f"test_{measure.name}") in own:
            facts[f"teacher/{on_its_own}"] = own[on_its_own]
    facts |= {"teacher/seconds": own["seconds"], "logits/seconds": time.perf_counter() - started}
    if behind := artifact.vae:
        found = workshop.get_or_make(behind).facts
        recorded = [name for name in behind.recipe.recorded if name in found]
        facts |= {f"{behind.kind}/{name}": found[name] for name in recorded}
    if target.is_classification:
        reliability = measure_reliability([(on_test.T[None], test.labels)])[0]
        facts["through_link/test_calibration_error"] = reliability.error
        facts[RELIABILITY] = reliability._asdict()
        if not target.draws_test:  # else each seed has objects of its own
            facts[ANSWERS] = packed(on_test.argmax(-1) == test.labels)
    return Saved(tensors, facts)


class _LinkedTeacher(NamedTuple):
    """f∘φ of objects of `shape`, stored flat.

    classes: its own for the student's. scale, channels: what its inputs and answers are in.
    features: paths of those that are kept, by name.
    """

    teacher: nn.Module
    link: Map
    shape: Shape
    classes: tuple[int, ...] | None
    scale: Scale | None
    channels: ChannelScale | None
    features: dict[str, str]

    @torch.no_grad()
    def answers(self, inputs: Tensor, draws: torch.Generator) -> dict[str, Tensor]:
        """f(φ(inputs)): [n, D] → LOGITS [n, outputs] and named features [n, ...], on the CPU."""
        blocks: dict[str, list[Tensor]] = {name: [] for name in (LOGITS, *self.features)}
        for x in inputs.split(BLOCK):
            own = self.scale.inputs(x) if self.scale else x
            seen = apply(self.link, own, self.shape, draws)
            with outputs_of(self.teacher, self.features) as found:
                found[LOGITS] = self.teacher(self.channels.inputs(seen) if self.channels else seen)
            for name, values in found.items():
                blocks[name].append(values.cpu())
        answers = {name: torch.cat(values) for name, values in blocks.items()}
        if self.classes is not None:
            answers[LOGITS] = answers[LOGITS][:, list(self.classes)]
        if self.scale:
            answers[LOGITS] = self.scale.in_units(answers[LOGITS])
        return answers
