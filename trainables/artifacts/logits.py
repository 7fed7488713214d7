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
from torch import Tensor

from trainables.artifacts.artifact import LogitsArtifact
from trainables.artifacts.store import Saved
from trainables.artifacts.workshop import Workshop
from trainables.data.splits import domain_of, source_split
from trainables.data.standardise import Scale
from trainables.links.link import Link
from trainables.networks.perceptron import Perceptron
from trainables.networks.stack import Report
from trainables.networks.vae import Vae
from trainables.objectives.calibration import measure as measure_reliability
from trainables.objectives.tasks import task_of
from trainables.randomness import generator

BLOCK = 10_000  # objects at a time
RELIABILITY = "through_link/reliability"  # among the facts: a Reliability, as a dictionary


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
    started, target = time.perf_counter(), artifact.teacher.domain
    own = workshop.get_or_make(artifact.teacher).facts
    scale = Scale(**own["scale"]) if "scale" in own else None
    teacher = _LinkedTeacher(
        workshop.teacher(artifact.teacher), workshop.vae_of(artifact.link, artifact.vae), scale
    )
    split = source_split(target.name, artifact.split, artifact.seed)
    test = domain_of(target.name, artifact.seed).test
    draws = generator("link/student", artifact.seed)
    inputs = split.inputs().to(workshop.device)
    logits = torch.stack(
        [teacher.logits(inputs, artifact.link, draws) for _ in range(artifact.link.samples)]
    )
    if not bool(logits.isfinite().all()):
        raise ValueError(f"the teacher {artifact.teacher.key} answers with NaN or infinity")
    on_test = teacher.logits(test.inputs().to(workshop.device), artifact.link, draws)
    quality = task_of(target, broadcast=False).quality(on_test[None], test.labels[None])
    facts: dict[str, Any] = {}
    for measure, value in zip(target.measures, quality, strict=True):
        facts[f"teacher/test_{measure.name}"] = own[f"test_{measure.name}"]
        facts[f"through_link/test_{measure.name}"] = value.item()
    facts |= {"teacher/seconds": own["seconds"], "logits/seconds": time.perf_counter() - started}
    if artifact.vae:
        facts["vae/seconds"] = workshop.get_or_make(artifact.vae).facts["seconds"]
    if target.is_classification:
        reliability = measure_reliability([(on_test.T[None], test.labels)])[0]
        facts["through_link/test_calibration_error"] = reliability.error
        facts[RELIABILITY] = reliability._asdict()
    return Saved({"logits": logits}, facts)


class _LinkedTeacher(NamedTuple):
    """A teacher with the VAE of its link, and the scaler of its inputs and answers, if any."""

    teacher: Perceptron
    vae: Vae | None
    scale: Scale | None

    @torch.no_grad()
    def logits(self, inputs: Tensor, link: Link, draws: torch.Generator) -> Tensor:
        """f(φ(inputs)): [n, D] → logits [n, 10] or answers [n, 1], on the CPU."""
        blocks = []
        for x in inputs.split(BLOCK):
            seen = link(self.scale.inputs(x) if self.scale else x, draws, self.vae)
            blocks.append(self.teacher(seen))
        answers = torch.cat(blocks)
        return (self.scale.in_units(answers) if self.scale else answers).cpu()
