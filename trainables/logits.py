"""A teacher's logits on φ of the student's split, computed once for all students (§5 of PROTOCOL).

A link that draws gives a fixed, recorded number of samples; a student's epoch e uses sample
e mod samples, so that its steps never run a teacher.
"""

import time
from collections.abc import Sequence

import torch
from torch import Tensor

from trainables.artifacts import LogitsArtifact
from trainables.calibration import measure
from trainables.datasets import load, source_split
from trainables.losses import hard_cross_entropy
from trainables.models import Perceptron, Vae
from trainables.randomness import generator
from trainables.recipes import TARGET
from trainables.stack import Report
from trainables.store import Saved
from trainables.workshop import Workshop

BLOCK = 10_000
RELIABILITY = "through_link/reliability"  # among the facts: a Reliability, as a dictionary


def compute_logits(
    artifacts: Sequence[LogitsArtifact], workshop: Workshop, report: Report
) -> list[Saved]:
    """Logits [samples, n, 10]; facts: the teacher's own quality, and that of f∘φ on the target."""
    saved = []
    for done, artifact in enumerate(artifacts):
        report(done / len(artifacts))
        saved.append(_compute(artifact, workshop))
    return saved


def _compute(artifact: LogitsArtifact, workshop: Workshop) -> Saved:
    started = time.perf_counter()
    teacher = workshop.teacher(artifact.teacher)
    vae = workshop.vae_of(artifact.link, artifact.vae)
    split = source_split(TARGET, artifact.split, artifact.seed)
    test = load(TARGET).test
    draws = generator("link/student", artifact.seed)
    inputs = split.inputs().to(workshop.device)
    samples = [_ask(artifact, teacher, vae, inputs, draws) for _ in range(artifact.link.samples)]
    logits = torch.stack(samples)
    if not bool(logits.isfinite().all()):
        raise ValueError(f"the teacher {artifact.teacher.key} answers with NaN or infinity")
    on_test = _ask(artifact, teacher, vae, test.inputs().to(workshop.device), draws)
    own = workshop.obtain(artifact.teacher).facts
    reliability = measure([(on_test.T[None], test.labels)])[0]
    facts = {
        "teacher/test_accuracy": own["test_accuracy"],
        "through_link/test_accuracy": float((on_test.argmax(-1) == test.labels).float().mean()),
        "through_link/test_cross_entropy": float(hard_cross_entropy(on_test, test.labels)),
        "through_link/test_calibration_error": reliability.error,
        "teacher/seconds": own["seconds"],
        "logits/seconds": time.perf_counter() - started,
    }
    if artifact.vae:
        facts["vae/seconds"] = workshop.obtain(artifact.vae).facts["seconds"]
    return Saved({"logits": logits}, {**facts, RELIABILITY: reliability._asdict()})


@torch.no_grad()
def _ask(
    artifact: LogitsArtifact,
    teacher: Perceptron,
    vae: Vae | None,
    images: Tensor,
    draws: torch.Generator,
) -> Tensor:
    """f(φ(images)): [n, 784] → logits [n, 10], on the CPU."""
    answers = [teacher(artifact.link(x, draws, vae)) for x in images.split(BLOCK)]
    return torch.cat(answers).cpu()
