"""What each kind of work costs: predicted operations and memory of one member of a cohort.

Training takes three products a weight and object: forward, the gradient of the weights and that
of the inputs, 2 operations each; evaluation takes one. Memory counts 16 bytes a weight: the
weight, its gradient and Adam's two moments, as float32.
"""

from trainables.artifacts.artifact import LogitsArtifact, TeacherArtifact, VaeArtifact
from trainables.data.domains import CLASSES, IMAGE_SPLITS, PIXELS
from trainables.methods.data_free.impressions import ImpressionsArtifact
from trainables.methods.method import method_of
from trainables.networks.perceptron import weight_count
from trainables.objectives.metrics import BLOCK
from trainables.settings.trial import Trial

TRAINED, EVALUATED = 6, 2  # operations a weight and object
TRAINED_BYTES = 16  # a weight
VAE_LINK_WEIGHTS = 200_000  # of encoder and digit decoder, roughly


def student_cost(trial: Trial) -> float:
    """GFLOP of training, and of evaluation on the test set where the setting may read it."""
    setting = trial.setting
    weights, epochs = weight_count(setting.student_sizes), setting.schedule.epochs
    trained = TRAINED * weights * setting.training_objects * epochs
    measured = len(setting.schedule.measured_epochs)
    tests = 0 if not setting.reads_test else 1 if setting.rule else measured
    objects = setting.domain.split_sizes["Test"]
    return setting.parts * (trained + EVALUATED * weights * objects * tests) / 1e9


def student_memory(trial: Trial) -> int:
    """Bytes: weights; the teacher's logits; activations of a block of test objects.

    Of the logits every sample is held, an epoch's probabilities, and what of them is gathered.
    """
    setting = trial.setting
    weights, samples = weight_count(setting.student_sizes), setting.link.samples
    outputs = setting.student_sizes[-1]
    targets = 4 * outputs * setting.training_objects * (samples + 2)
    activations = 8 * BLOCK * sum(setting.student_sizes[1:])
    return setting.parts * (TRAINED_BYTES * weights + targets + activations)


def method_cost(trial: Trial) -> float:
    """GFLOP, as its method predicts."""
    return method_of(trial).work(trial.setting)


def teacher_cost(artifact: TeacherArtifact) -> float:
    """GFLOP of training."""
    weights, epochs = weight_count(artifact.sizes), artifact.recipe.schedule.epochs
    return TRAINED * weights * artifact.objects * epochs / 1e9


def teacher_memory(artifact: TeacherArtifact) -> int:
    """Bytes: weights, and the objects, of which each teacher has its own."""
    seen = artifact.objects + artifact.domain.split_sizes["Test"]
    return TRAINED_BYTES * weight_count(artifact.sizes) + 4 * seen * artifact.sizes[0]


def vae_cost(artifact: VaeArtifact) -> float:
    """GFLOP of training; elementwise work doubles the time of the products, as measured."""
    recipe = artifact.recipe
    hidden, latent = recipe.hidden_size, recipe.latent_size
    weights = 3 * PIXELS * hidden + 4 * hidden * latent
    objects = IMAGE_SPLITS[recipe.garments] * recipe.schedule.epochs
    return 2 * TRAINED * weights * objects / 1e9


def vae_memory(artifact: VaeArtifact) -> int:
    """Bytes: weights, and what a batch's images become on the way."""
    recipe = artifact.recipe
    weights = 3 * PIXELS * recipe.hidden_size
    return TRAINED_BYTES * weights + 24 * recipe.schedule.batch_size * PIXELS


def logits_cost(artifact: LogitsArtifact) -> float:
    """GFLOP of one evaluation of link and teacher on every sample, and on the test set."""
    weights = weight_count(artifact.teacher.sizes) + (VAE_LINK_WEIGHTS if artifact.link.vae else 0)
    sizes = artifact.teacher.domain.split_sizes
    objects = sizes[artifact.split] * artifact.link.samples + sizes["Test"]
    return EVALUATED * weights * objects / 1e9


def logits_memory(artifact: LogitsArtifact) -> int:
    """Bytes of the logits."""
    objects = artifact.teacher.domain.split_sizes[artifact.split]
    return 4 * artifact.teacher.sizes[-1] * objects * artifact.link.samples


def impressions_cost(artifact: ImpressionsArtifact) -> float:
    """GFLOP, as the method predicts."""
    return artifact.method.making(weight_count(artifact.teacher.sizes))


def impressions_memory(artifact: ImpressionsArtifact) -> int:
    """Bytes of the inputs, which are what is trained."""
    return TRAINED_BYTES * CLASSES * artifact.method.impressions * PIXELS
