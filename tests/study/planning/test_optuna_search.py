"""The search on known objectives: no seed, no test set, and no worse than Optuna one by one."""

from dataclasses import replace

import numpy as np
import optuna
import pytest
from scipy import stats

from records.choice import Outcome
from search_spaces.base.search import Branch, Search
from search_spaces.base.space import Space
from search_spaces.joint import SPACE as JOINT
from search_spaces.rows.garments import ON_BIG, ON_BIG_NOISE, on_mnist_vae
from study.planning.optuna_search import OptunaSearch
from trainables.errors import BadInputError
from trainables.settings.scoring import CrossValidation, HoldOut, Oracle, Pruning

NOISE = 0.004  # of a score: the standard error over two seeds of five folds, as seen
RATES = (1e-4, 1e-1)
SEARCH = Search(base=on_mnist_vae("all"), settings=40, round_size=8)


def quality(setting):
    """A smooth stand-in for validation accuracy, best (0.8) at λ = 0.7, T = 3, rate 0.002."""
    gap = (setting.hard_label_weight - 0.7) ** 2 + np.log(setting.temperature / 3) ** 2 / 4
    return 0.8 - 0.1 * (gap + np.log(setting.schedule.learning_rate / 0.002) ** 2 / 4)


def scored(accuracy, cross_entropy):
    return {"accuracy": accuracy, "cross_entropy": cross_entropy}


def walk(rounds, search=SEARCH, score=quality):
    asked, walker = [], OptunaSearch(search)
    for _ in range(rounds):
        settings = walker.ask(search.round_size)
        scores = [score(setting) for setting in settings]
        walker.tell([Outcome(None if s is None else scored(s, 1 - s)) for s in scores])
        asked += settings
    return asked


@pytest.mark.parametrize("sampler", ["tpe", "gp", "cmaes", "random", "qmc", "nsga2"])
def test_every_sampler_walks_the_same_way_again(sampler):
    search = replace(SEARCH, sampler=sampler)
    asked = walk(3, search)
    assert asked == walk(3, search)
    assert len({s.key for s in asked}) > 16  # evolution may ask a thing twice; it trains once
    assert all(0 <= s.hard_label_weight <= 1 and 0.5 <= s.temperature <= 20 for s in asked)
    other = walk(1, replace(search, seed=1))
    assert {s.key for s in other}.isdisjoint(s.key for s in asked)


def test_a_shorter_last_round_is_the_beginning_of_a_whole_one():
    walker, again = OptunaSearch(SEARCH), OptunaSearch(SEARCH)
    assert walker.ask(3) == again.ask(8)[:3]


def noisy_best(settings, draws):
    """The true quality of what looks best under noise like that of ten folds and seeds."""
    seen = [quality(setting) + draws.normal(0, NOISE) for setting in settings]
    return quality(settings[int(np.argmax(seen))])


def batched(sampler, repeat, settings=64):
    draws = np.random.default_rng(repeat)
    search = replace(SEARCH, sampler=sampler, seed=repeat, learning_rate=RATES)
    return noisy_best(
        walk(settings // 8, search, lambda s: quality(s) + draws.normal(0, NOISE)), draws
    )


def one_by_one(repeat, settings=64):
    """Optuna's own TPE, told each score before the next question."""
    draws = np.random.default_rng(repeat)
    study = optuna.create_study(
        direction="maximize", sampler=optuna.samplers.TPESampler(seed=repeat)
    )
    asked = []
    for _ in range(settings):
        trial = study.ask()
        setting = SEARCH.setting(
            {
                "lambda": trial.suggest_float("lambda", 0, 1),
                "temperature": trial.suggest_float("temperature", 0.5, 20, log=True),
                "learning_rate": trial.suggest_float("learning_rate", *RATES, log=True),
            }
        )
        study.tell(trial, quality(setting) + draws.normal(0, NOISE))
        asked.append(setting)
    return noisy_best(asked, draws)


MARGIN = NOISE / 2  # a difference that no score of the study could show


def test_in_rounds_it_finds_what_one_by_one_finds_and_more_than_chance():
    """20 repeats: not worse by the margin (non-inferiority), and better than random search."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    ours = np.array([batched("tpe", repeat) for repeat in range(20)])
    theirs = [one_by_one(repeat) for repeat in range(20)]
    chance = [batched("random", repeat) for repeat in range(20)]
    assert stats.ttest_rel(ours + MARGIN, theirs, alternative="greater").pvalue < 0.05
    assert stats.wilcoxon(ours, chance, alternative="greater").pvalue < 0.05


def test_failed_and_pruned_settings_are_told_as_such():
    walker = OptunaSearch(SEARCH)
    walker.ask(4)
    walker.tell(
        [
            Outcome(None),
            Outcome(scored(0.8, 0.6)),
            Outcome(scored(0.7, 0.7), pruned_at=15),
            Outcome(None),
        ]
    )
    told = walker.study.get_trials(deepcopy=False)
    states = [trial.state.name for trial in told]
    assert states == ["FAIL", "COMPLETE", "PRUNED", "FAIL"]
    assert told[2].intermediate_values == {15: 0.7}
    assert len(walker.ask(8)) == 8


def test_cross_entropy_is_made_small():
    search = replace(SEARCH, rule=CrossValidation(score="cross_entropy"))
    walker = OptunaSearch(search)
    walker.ask(2)
    walker.tell([Outcome(scored(0.9, 0.9)), Outcome(scored(0.1, 0.1))])
    assert walker.study.best_value == 0.1


def test_phi_and_its_own_parameter_are_one_conditional_space():
    search = JOINT.searches[0]
    asked = walk(6, replace(search, settings=48), lambda s: 0.8 if s.link.name == "noise" else 0.7)
    assert {s.link.name for s in asked} == {"identity", "noise", "dilation", "VAE"}
    assert len({s.link.std for s in asked if s.link.name == "noise"}) == 3
    assert len({s.schedule.learning_rate for s in asked}) == 48
    names = [s.link.name for s in asked]
    assert names[24:].count("noise") > names[:8].count("noise")  # it learns which φ is better


def test_candidates_winner_and_oracle_are_settings_of_their_own():
    setting = SEARCH.setting({"lambda": 0.3, "temperature": 2.0})
    assert setting.rule == CrossValidation()
    assert not setting.reads_test
    assert SEARCH.reported(setting) == replace(
        on_mnist_vae("all"), hard_label_weight=0.3, temperature=2.0
    )
    assert SEARCH.as_oracle(setting).reads_test
    assert min(SEARCH.selection_seeds) >= 1_000  # those of the reported settings are fresh


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"base": None}, "needs a base, or branches"),
        ({"rule": Oracle()}, "never scored on the test set"),
        ({"sampler": "tpa"}, "tpe"),
        ({"hard_label_weight": (0, 2)}, "must be ≥ 0 and ≤ 1"),
        ({"temperature": (0, 2)}, "must be > 0"),
        ({"temperature": (2, 1)}, "low < high"),
        ({"round_size": 12, "rule": CrossValidation(pruning=Pruning())}, "multiple of that"),
        ({"name": "a b"}, "letters, digits"),
        ({"base": replace(ON_BIG, held_out=0.2)}, "its rule says what is held out"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(wrong, says):
    with pytest.raises(BadInputError, match=says):
        replace(SEARCH, **wrong)


def test_rules_and_pruning_check_themselves():
    for make, says in (
        (lambda: CrossValidation(folds=1), "≥ 2"),
        (lambda: HoldOut(held_out=0), "must be > 0"),
        (lambda: CrossValidation(score="f1"), "accuracy"),
        (lambda: Pruning(rungs=(0.6, 0.3)), "rising"),
        (lambda: Pruning(keep=0), "must be > 0"),
        (lambda: Space(name="x", about="", searches=(SEARCH, SEARCH)), "two searches alike"),
    ):
        with pytest.raises(BadInputError, match=says):
            make()


def test_a_branch_s_variants_are_found_by_their_name():
    branch = Branch(name="noise", settings=(("0.1", ON_BIG_NOISE), ("0", ON_BIG)), parameter="std")
    search = Search(branches=(branch,))
    assert search.setting({"link": "noise", "noise.std": "0"}).link == ON_BIG.link
