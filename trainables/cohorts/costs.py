"""What each kind of work costs: predicted operations and memory of one member of a cohort.

Training takes three times the products of a forward pass: that, the gradient of the weights and
that of the inputs, 2 operations a product; evaluation takes one. Memory counts 16 bytes a
parameter: itself, its gradient and Adam's two moments, as float32.
"""

import math

from trainables.artifacts.artifact import (
    ColoursArtifact,
    LogitsArtifact,
    PairedArtifact,
    TeacherArtifact,
    VaeArtifact,
)
from trainables.distillation.requirements import selects_first
from trainables.methods.bayesian.distillation import DRAWN_WORK
from trainables.methods.bayesian.posterior import PosteriorArtifact
from trainables.methods.data_free.impressions import ImpressionsArtifact
from trainables.methods.method import method_of
from trainables.networks.network import activations, multiply_adds, parameters_of
from trainables.objectives.metrics import BLOCK
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial

TRAINED, EVALUATED = 6, 2  # operations a multiplication of one forward pass
TRAINED_BYTES = 16  # a parameter


def student_products(setting: Setting) -> int:
    """Multiplications of the student for one object."""
    target = setting.target
    return multiply_adds(setting.student, target.shape, target.outputs)


def student_cost(trial: Trial) -> float:
    """GFLOP of training, and of evaluation on the test set where the setting may read it."""
    setting = trial.setting
    products, epochs = student_products(setting), setting.schedule.epochs
    trained = TRAINED * products * setting.training_objects * epochs
    measured = len(setting.schedule.measured_epochs)
    tests = 0 if not setting.reads_test else 1 if setting.rule else measured
    objects = setting.target.split_sizes["Test"]
    twice = 2 if selects_first(trial) else 1
    return setting.parts * (twice * trained + EVALUATED * products * objects * tests) / 1e9


def student_memory(trial: Trial) -> int:
    """Bytes: parameters; the teacher's logits; activations of a block of test objects.

    Of the logits every sample is held, an epoch's probabilities, and what of them is gathered.
    """
    setting, target = trial.setting, trial.setting.target
    parameters = parameters_of(setting.student, target.shape, target.outputs)
    targets = 4 * target.outputs * setting.training_objects * (setting.link.samples + 2)
    floats = activations(setting.student, target.shape, target.outputs)
    return setting.parts * (TRAINED_BYTES * parameters + targets + 8 * BLOCK * floats)


def method_cost(trial: Trial) -> float:
    """GFLOP, as its method predicts."""
    return method_of(trial).work(trial.setting)


def teacher_cost(artifact: TeacherArtifact) -> float:
    """GFLOP of training."""
    recipe = artifact.recipe
    epochs = recipe.schedule.epochs if recipe.trained else 0
    return TRAINED * artifact.products * artifact.objects * epochs / 1e9


def teacher_memory(artifact: TeacherArtifact) -> int:
    """Bytes: parameters, a batch's activations, and the objects: each teacher has its own."""
    network, shape, domain = artifact.recipe.network, artifact.shape, artifact.domain
    parameters = parameters_of(network, shape, domain.outputs)
    floats = activations(network, shape, domain.outputs)
    seen = artifact.objects + domain.split_sizes["Test"]
    batch = 8 * artifact.recipe.schedule.batch_size * floats
    return TRAINED_BYTES * parameters + batch + 4 * seen * math.prod(shape)


def vae_cost(artifact: VaeArtifact) -> float:
    """GFLOP of training; elementwise work doubles the time of the products, as measured."""
    recipe = artifact.recipe
    objects = recipe.objects.split_sizes[recipe.split] * recipe.schedule.epochs
    return 2 * TRAINED * recipe.weights * objects / 1e9


def vae_memory(artifact: VaeArtifact) -> int:
    """Bytes: weights, and what a batch's images become on the way."""
    recipe = artifact.recipe
    pixels = recipe.schedule.batch_size * recipe.objects.inputs
    return TRAINED_BYTES * recipe.weights + 24 * pixels


def paired_cost(artifact: PairedArtifact) -> float:
    """GFLOP of training."""
    recipe = artifact.recipe
    objects = recipe.objects.split_sizes["Big"] * recipe.schedule.epochs
    return TRAINED * recipe.products * objects / 1e9


def paired_memory(artifact: PairedArtifact) -> int:
    """Bytes: weights, and what a batch's pictures become on the way."""
    recipe = artifact.recipe
    given = recipe.network, recipe.objects.shape, recipe.counterparts.inputs
    batch = 8 * recipe.schedule.batch_size * activations(*given)
    return TRAINED_BYTES * parameters_of(*given) + batch


def colours_cost(artifact: ColoursArtifact) -> float:
    """GFLOP: each value is read twice, for mean and deviation."""
    domains = artifact.recipe.objects, artifact.recipe.counterparts
    return 4 * sum(domain.inputs * domain.split_sizes["Big"] for domain in domains) / 1e9


def colours_memory(artifact: ColoursArtifact) -> int:
    """Bytes of a domain's values as float64, and of their squares."""
    domains = artifact.recipe.objects, artifact.recipe.counterparts
    return 16 * max(domain.inputs * domain.split_sizes["Big"] for domain in domains)


def logits_cost(artifact: LogitsArtifact) -> float:
    """GFLOP of one evaluation of link and teacher on every sample, and on the test set."""
    link = artifact.link.learned.products if artifact.link.learned else 0
    sizes = artifact.target.split_sizes
    objects = sizes[artifact.split] * artifact.link.samples + sizes["Test"]
    return EVALUATED * (artifact.teacher.products + link) * objects / 1e9


def logits_memory(artifact: LogitsArtifact) -> int:
    """Bytes of the logits."""
    objects = artifact.target.split_sizes[artifact.split] * artifact.link.samples
    return 4 * artifact.target.outputs * objects


def impressions_cost(artifact: ImpressionsArtifact) -> float:
    """GFLOP, as the method predicts."""
    return artifact.method.making(artifact.teacher.products, artifact.teacher.domain.outputs)


def impressions_memory(artifact: ImpressionsArtifact) -> int:
    """Bytes of the inputs, which are what is trained."""
    domain = artifact.teacher.domain
    return TRAINED_BYTES * domain.outputs * artifact.method.impressions * domain.inputs


def posterior_cost(artifact: PosteriorArtifact) -> float:
    """GFLOP of training."""
    return DRAWN_WORK * teacher_cost(artifact.teacher)


def posterior_memory(artifact: PosteriorArtifact) -> int:
    """Bytes: a log variance beside each parameter."""
    return 2 * teacher_memory(artifact.teacher)
