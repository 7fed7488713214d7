"""Methods whose fields are searched: scored on what is held out of Small, which nothing sees."""

from dataclasses import replace

import pytest
from tile_methods import TILES, methods_on, train

from trainables.errors import BadInputError
from trainables.results import is_test
from trainables.settings.columns import name_of
from trainables.settings.scoring import CrossValidation, HoldOut, Oracle, Pruning

METHODS, SHARE = methods_on(TILES), 0.25
SPOILT = methods_on(replace(TILES, spoilt=(5, SHARE)))
RULE = HoldOut(held_out=SHARE, score="balanced_accuracy")


def scored(setting, rule=RULE):
    return replace(setting, rule=rule)


@pytest.mark.parametrize("name", METHODS)
def test_nothing_sees_what_is_held_out_nor_the_test_set(name, workshop):
    """With other objects and labels there every student, its teacher too, learns the same."""
    (one,) = train(scored(METHODS[name]), workshop, 5)
    (other,) = train(scored(SPOILT[name]), workshop, 5)
    for curve in ("train/loss", "train/domain_loss", "pretraining/loss"):
        assert one.history.get(curve) == other.history.get(curve)
    assert one.final["validation/balanced_accuracy"] > 0.3
    assert other.final["validation/accuracy"] < one.final["validation/accuracy"]
    (reported,) = train(METHODS[name], workshop, 5)
    learnt = reported.history["train/loss"] != one.history["train/loss"]
    assert learnt is (name not in ("fedavg", "pfedme", "adda → noise + Small") or "Small" in name)


@pytest.mark.parametrize("name", METHODS)
def test_a_candidates_record_says_nothing_of_the_test_set(name, workshop):
    result, other = train(scored(METHODS[name]), workshop, 5, 6)
    (alone,) = train(scored(METHODS[name]), workshop, 6)
    assert alone.history == other.history
    measures = ("accuracy", "cross_entropy", "balanced_accuracy")
    assert not any(is_test(curve) or "test" in curve for curve in result.history)
    assert all(len(result.history[f"validation/{each}"]) > 1 for each in measures)
    assert result.history["part/balanced_accuracy"] == [
        result.history["validation/balanced_accuracy"][-1]
    ]
    assert all(fact.endswith("seconds") for fact in result.facts)
    assert result.reliability == {}
    assert result.final["epochs_trained"] == len(result.history["train/loss"])


@pytest.mark.parametrize("name", ["dann", "zero_shot", "fedavg", "barlow_twins"])
def test_an_oracle_reads_the_test_set_once_of_a_student_that_saw_all(name, workshop):
    (result,) = train(scored(METHODS[name], Oracle()), workshop, 5)
    (reported,) = train(METHODS[name], workshop, 5)
    assert result.history["oracle/accuracy"] == reported.history["test/accuracy"][-1:]
    assert result.history["part/accuracy"] == result.history["oracle/accuracy"]
    assert result.history["train/loss"] == reported.history["train/loss"]
    assert not any(is_test(curve) or "rest" in curve for curve in result.history)
    assert all(fact.endswith("seconds") for fact in result.facts)


def test_other_rules_are_refused_in_one_line():
    setting = METHODS["dann"]
    assert name_of(scored(setting)).endswith("dann ← noise of Tiles · hold-out")
    for rule in (CrossValidation(folds=4), HoldOut(pruning=Pruning())):
        with pytest.raises(BadInputError, match=r"give rule=HoldOut\(\)") as caught:
            scored(setting, rule)
        assert "\n" not in str(caught.value)


def test_the_halves_of_the_test_set_make_up_the_whole(workshop):
    (half,) = train(scored(METHODS["fedavg"], Oracle(selects_by=0.5)), workshop, 5)
    (whole,) = train(scored(METHODS["fedavg"], Oracle()), workshop, 5)
    parts = [half.final[f"{group}/accuracy"] for group in ("oracle", "oracle_rest")]
    assert sum(parts) / 2 == pytest.approx(whole.final["oracle/accuracy"])
    assert half.history["part/accuracy"] == half.history["oracle/accuracy"]
