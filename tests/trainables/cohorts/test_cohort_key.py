"""What students of one cohort may differ in, and what they may not."""

from dataclasses import replace

import pytest
from few import Few

from search_spaces.rows.bike_sharing import REG_ON_BIG
from search_spaces.rows.garments import ON_BIG, ON_MNIST, on_generated, vae_link
from search_spaces.rows.published import published
from trainables.artifacts.artifact import LogitsArtifact, TeacherArtifact, VaeArtifact
from trainables.cohorts.cohort import form_cohorts
from trainables.data.augment import Augment
from trainables.data.domains import FASHION_MNIST, MNIST
from trainables.distillation.requirements import logits_for
from trainables.distillation.student import student_cohort_key
from trainables.links.fixed import Dilation, Noise
from trainables.networks.convolutional import ConvNet
from trainables.networks.network import Perceptron
from trainables.objectives import Distillation, Hinton, Regression
from trainables.settings.course import Course
from trainables.settings.population import Population
from trainables.settings.scoring import CrossValidation, Halving, HoldOut
from trainables.settings.setting import alone
from trainables.settings.trial import Trial

ONE = ON_BIG


def key(setting, seed=0):
    return student_cohort_key(Trial(setting=setting, seed=seed))


def scheduled(**changes):
    return replace(ONE, schedule=replace(ONE.schedule, **changes))


FREE = {
    "λ": replace(ONE, objective=Distillation(hard_label_weight=0.9)),
    "T": replace(ONE, objective=Distillation(temperature=7)),
    "T²": replace(ONE, objective=Distillation(soft_term_times_t_squared=False)),
    "Hinton's weights": replace(ONE, objective=Hinton(temperature=3)),
    "rate": scheduled(learning_rate=1e-2),
    "weight decay": scheduled(weight_decay=0.1),
    "numbers that change": replace(ONE, course=Course({9: {"schedule.learning_rate": 1e-4}})),
    "link": replace(ONE, link=Noise(draws=7)),
    "link that dilates": replace(ONE, link=Dilation()),
    "teacher": ON_MNIST,
    "no teacher": alone(ONE),
    "VAE": on_generated("small"),
    "a teacher's classes": replace(ONE, teacher=replace(ONE.teacher, classes=range(10))),
}
BOUND = {
    "target": replace(ONE, target=Few()),
    "student": replace(ONE, student=Perceptron(hidden=(32,))),
    "kind of student": replace(ONE, student=ConvNet(channels=(4,))),
    "split": replace(ONE, student_split="Train"),
    "held-out part": replace(ONE, held_out=0.2),
    "epochs": scheduled(epochs=49),
    "batch size": scheduled(batch_size=32),
    "optimiser": scheduled(optimiser="sgd"),
    "rate's course": scheduled(rate="cosine"),
    "warm-up": scheduled(warm_up=0.1),
    "augmentation": scheduled(augment=Augment(flip=True)),
    "normalisation": scheduled(normalise=True),
    "selection of the epoch": scheduled(select_epoch=True),
    "protocol": replace(ONE, protocol="published"),
    "rule": replace(ONE, rule=HoldOut()),
}


@pytest.mark.parametrize("name", FREE)
def test_these_are_free(name):
    assert FREE[name].key != ONE.key
    assert key(FREE[name]) == key(ONE)


@pytest.mark.parametrize("name", BOUND)
def test_these_are_not(name):
    assert key(BOUND[name]) != key(ONE)


def test_seeds_are_free_and_the_rest_of_a_rule_is_not():
    assert key(ONE, 0) == key(ONE, 77)
    rules = (
        CrossValidation(folds=5),
        HoldOut(held_out=0.2),
        HoldOut(held_out=0.2, score="cross_entropy"),
        HoldOut(held_out=0.2, pruning=Halving()),
        HoldOut(held_out=0.2, population=Population()),
        HoldOut(held_out=0.2, population=Population(seed=1)),
    )
    assert len({key(replace(ONE, rule=rule)) for rule in rules}) == len(rules)


def test_numbers_of_a_regression_are_free_and_its_faults_are_not():
    other = replace(REG_ON_BIG, objective=Regression(hard_label_weight=0.1))
    broadcast = replace(REG_ON_BIG, objective=Regression(broadcast=True))
    assert key(other) == key(alone(REG_ON_BIG)) == key(REG_ON_BIG) != key(broadcast)
    assert key(published(REG_ON_BIG)) != key(REG_ON_BIG)


def test_all_that_is_free_is_one_cohort():
    trials = [Trial(setting=setting, seed=seed) for setting in FREE.values() for seed in (0, 1)]
    (cohort,) = form_cohorts(trials, workers=1)
    assert len(cohort.members) == 2 * len(FREE)
    bound = [Trial(setting=setting, seed=0) for setting in BOUND.values()]
    assert len(form_cohorts(bound, workers=1)) == len(BOUND)


# ---- artifacts ----


def teacher(seed=0, link=None, **changes):
    return TeacherArtifact(recipe=replace(ONE.teacher, **changes), source_link=link, seed=seed)


def test_teachers_share_a_stack_where_networks_and_numbers_of_objects_agree():
    schedule, one = ONE.teacher.schedule, teacher()
    free = [
        teacher(seed=1),
        teacher(domain=MNIST),
        teacher(link=Noise()),
        teacher(schedule=replace(schedule, learning_rate=1e-2, weight_decay=0.1)),
    ]
    bound = [
        teacher(split="Small"),
        teacher(link=Dilation()),
        teacher(network=Perceptron(hidden=(8,))),
        teacher(domain=Few()),
        teacher(schedule=replace(schedule, epochs=1)),
        teacher(schedule=replace(schedule, optimiser="sgd")),
        replace(one, held_out=0.2, withheld_from="Train"),
        TeacherArtifact(recipe=REG_ON_BIG.teacher, seed=0),
    ]
    assert len({artifact.key for artifact in (one, *free, *bound)}) == 1 + len(free) + len(bound)
    assert {artifact.cohort_key for artifact in free} == {one.cohort_key}
    assert len({artifact.cohort_key for artifact in bound} - {one.cohort_key}) == len(bound)


def test_vaes_of_one_recipe_share_a_stack():
    recipe = vae_link("small").recipe
    one = VaeArtifact(recipe=recipe, seed=0)
    assert VaeArtifact(recipe=recipe, seed=1, held_out=0.2, part=3).cohort_key == one.cohort_key
    turned = replace(recipe, classes=(*range(1, 10), 0))
    for other in (turned, replace(recipe, labels="all"), replace(recipe, latent_size=2)):
        assert VaeArtifact(recipe=other, seed=0).cohort_key != one.cohort_key


def test_logits_are_those_of_a_teacher_a_link_and_the_student_s_objects():
    made = logits_for(Trial(setting=on_generated("small"), seed=5))
    assert isinstance(made, LogitsArtifact)
    assert made.target == FASHION_MNIST
    assert made.teacher.vae == made.vae
    assert [artifact.kind for artifact in made.and_behind()] == ["logits", "teacher", "vae", "vae"]
    others = [
        replace(on_generated("small"), objective=Distillation(hard_label_weight=0.9)),
        replace(on_generated("small"), student=ConvNet(channels=(4,))),
        replace(on_generated("small"), schedule=replace(ONE.schedule, epochs=1)),
    ]
    for other in others:  # none of these says what a teacher answers
        assert logits_for(Trial(setting=other, seed=5)).key == made.key
    assert logits_for(Trial(setting=on_generated("small"), seed=6)).key != made.key
