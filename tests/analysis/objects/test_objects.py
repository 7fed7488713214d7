"""Answers object by object: by class, and where the teacher is right or wrong."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from invented import study
from scipy import stats

from analysis.evidence.rows import rows_of
from analysis.evidence.verdicts import Word
from analysis.objects import Truth, Unknown, object_lacks, object_sentences, object_views, truth_of
from analysis.objects.agreement import agreements
from analysis.objects.classes import by_class
from search_spaces.rows.bike_sharing import REG_ON_BIG
from search_spaces.rows.garments import ON_BIG, SMALL_ALONE
from trainables.data.domains import FASHION_MNIST
from trainables.objectives.metrics import packed
from trainables.settings.setting import alone

SEEDS, OBJECTS, CLASSES = 6, 600, 4
LABELS = np.arange(OBJECTS) % CLASSES
TRUTH = Truth(("a", "b", "c", "d"), LABELS)


@pytest.fixture
def drawn():
    """A study and its bits by setting and seed: the taught student is much better on class "b",
    much worse on "c", and right where its teacher is right more often than alone.
    """
    draws = np.random.default_rng(5)
    found = study({SMALL_ALONE: [0.7] * SEEDS, ON_BIG: [0.7] * SEEDS}, seeds=SEEDS)
    bits = {}
    for place, one in enumerate(found.trials):
        chance = np.full(OBJECTS, 0.7)
        tags = {}
        if one.setting == ON_BIG.key:
            teacher = draws.random(OBJECTS) < 0.8
            chance = np.choose(LABELS, [0.7, 0.95, 0.4, 0.7]) + np.where(teacher, 0.05, -0.3)
            bits["teacher", one.seed] = teacher
            tags["answers.teacher"] = packed(torch.tensor(teacher))
        right = draws.random(OBJECTS) < chance
        bits[one.setting, one.seed] = right
        tags["answers"] = packed(torch.tensor(right))
        found.trials[place] = replace(one, tags=tags)
    return found, bits


def test_a_class_s_difference_is_that_of_its_own_objects(drawn):
    found, bits = drawn
    (row,) = by_class(rows_of(found), TRUTH)
    for number, one in enumerate(row.classes):
        mine = number == LABELS
        ours, theirs = (
            np.array([bits[key, seed][mine].mean() for seed in range(SEEDS)])
            for key in (ON_BIG.key, SMALL_ALONE.key)
        )
        gaps = ours - theirs
        assert one.found.mean == pytest.approx(gaps.mean())
        assert one.alone == pytest.approx(theirs.mean())
        assert (one.found.low, one.found.high) == pytest.approx(
            stats.t.interval(0.95, SEEDS - 1, gaps.mean(), stats.sem(gaps))
        )
        assert one.verdict.of == CLASSES
    assert [row.that_are(word)[0].name for word in (Word.BETTER, Word.WORSE)] == ["b", "c"]


def test_agreement_is_the_share_right_among_the_teacher_s_right_and_wrong_objects(drawn):
    found, bits = drawn
    right, wrong = agreements(rows_of(found))
    for one, is_right in ((right, True), (wrong, False)):
        at = [bits["teacher", seed] == is_right for seed in range(SEEDS)]
        ours, theirs = (
            [bits[key, seed][objects].mean() for seed, objects in enumerate(at)]
            for key in (ON_BIG.key, SMALL_ALONE.key)
        )
        assert one.teacher_is_right is is_right
        assert (one.student, one.alone) == pytest.approx((np.mean(ours), np.mean(theirs)))
        assert one.share == pytest.approx(np.mean(at))
        assert one.verdict.found.mean == pytest.approx(np.mean(np.subtract(ours, theirs)))
        assert one.verdict.found.p == pytest.approx(stats.ttest_rel(ours, theirs).pvalue)
    assert right.share + wrong.share == pytest.approx(1)


def test_both_stand_in_views_and_nothing_of_them_is_said_again(drawn):
    rows = rows_of(drawn[0])
    classes, agreement = object_views(rows, TRUTH)
    assert list(classes.table["row, by class"])[1:] == ["· a", "· b", "· c", "· d"]
    assert list(agreement.table["row, by class"])[1].startswith("· f∘φ right (")
    assert classes.table.set_index("row, by class")["verdict"]["· b"] == "better"
    assert classes.table.set_index("row, by class")["verdict"]["· c"] == "worse"
    assert not object_sentences(rows, TRUTH)
    assert not object_lacks(rows, TRUTH)


def test_what_is_not_recorded_is_said_in_a_sentence(drawn):
    plain = rows_of(study({SMALL_ALONE: [0.7] * 3, ON_BIG: [0.7] * 3}))
    found = truth_of("invented", plain, FASHION_MNIST)
    assert isinstance(found, Unknown)
    assert "no trial keeps its answers object by object" in found.reason
    assert not list(object_views(plain, found))
    assert len(object_lacks(plain, found)) == 2
    other = truth_of("invented", rows_of(drawn[0]), FASHION_MNIST)
    assert "10,000 test objects on this machine, and the answers in the records" in other.reason
    numbers = rows_of(study({alone(REG_ON_BIG): [1.0] * 3, REG_ON_BIG: [1.0] * 3}))
    assert "has numbers to predict, and no classes" in truth_of("x", numbers).reason
