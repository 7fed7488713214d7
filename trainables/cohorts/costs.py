"""Predicted work and memory of a cohort's members."""

import itertools
from collections.abc import Sequence

from trainables.artifacts.artifact import Artifact, LogitsArtifact, TeacherArtifact, VaeArtifact
from trainables.data.domains import CLASSES, IMAGE_SPLITS, PIXELS
from trainables.methods.data_free.impressions import ImpressionsArtifact
from trainables.objectives.metrics import BLOCK
from trainables.settings.trial import Trial

Work = Artifact | Trial


def cost(member: Work) -> float:
    """Predicted work of one member in GFLOP: three products a weight and object trained on.

    (Forward, gradient of the weights, gradient of the inputs: 6 operations; evaluation 2.)
    """
    match member:
        case Trial(setting=setting) if setting.method:
            return setting.method.work(setting)
        case Trial(setting=setting):
            weights, epochs = _weights(setting.student_sizes), setting.schedule.epochs
            trained = 6 * weights * setting.training_objects * epochs
            measured = len(setting.schedule.measured_epochs)
            tests = 0 if not setting.reads_test else 1 if setting.rule else measured
            objects = setting.domain.split_sizes["Test"]
            return setting.parts * (trained + 2 * weights * objects * tests) / 1e9
        case TeacherArtifact(recipe=recipe):
            return 6 * _weights(member.sizes) * member.objects * recipe.schedule.epochs / 1e9
        case VaeArtifact(recipe=recipe):
            hidden, latent = recipe.hidden_size, recipe.latent_size
            weights = 3 * PIXELS * hidden + 4 * hidden * latent
            # as measured: its elementwise work doubles the time of its products
            return 12 * weights * IMAGE_SPLITS[recipe.garments] * recipe.schedule.epochs / 1e9
        case LogitsArtifact(teacher=teacher, link=link, split=split):
            through = 2 * (_weights(teacher.sizes) + (200_000 if link.vae else 0))
            sizes = teacher.domain.split_sizes
            return through * (sizes[split] * link.samples + sizes["Test"]) / 1e9
        case ImpressionsArtifact():
            return member.work
    raise TypeError(f"no cost is known for {type(member).__name__}")


def memory(member: Work) -> int:
    """Predicted bytes of one member: weights, gradients, two moments; targets; activations.

    A student's targets are logits of every sample, an epoch's probabilities and what of them is
    gathered; its largest activations are those of a block of test objects.
    """
    match member:
        case Trial(setting=setting):
            weights, samples = _weights(setting.student_sizes), setting.link.samples
            outputs = setting.student_sizes[-1]
            targets = 4 * outputs * setting.training_objects * (samples + 2)
            activations = 8 * BLOCK * sum(setting.student_sizes[1:])
            return setting.parts * (16 * weights + targets + activations)
        case TeacherArtifact():
            seen = member.objects + member.domain.split_sizes["Test"]  # each has its own
            return 16 * _weights(member.sizes) + 4 * seen * member.sizes[0]
        case VaeArtifact(recipe=recipe):
            weights = 3 * PIXELS * recipe.hidden_size
            return 16 * weights + 24 * recipe.schedule.batch_size * PIXELS
        case LogitsArtifact(teacher=teacher, link=link, split=split):
            objects = teacher.domain.split_sizes[split]
            return 4 * teacher.sizes[-1] * objects * link.samples
        case ImpressionsArtifact(method=method):
            return 16 * CLASSES * method.impressions * PIXELS
    raise TypeError(f"no memory is known for {type(member).__name__}")


def _weights(sizes: Sequence[int]) -> int:
    return sum(a * b for a, b in itertools.pairwise(sizes))
