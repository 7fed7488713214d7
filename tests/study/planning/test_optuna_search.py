"""The search on known objectives: no seed, no test set, and no worse than Optuna one by one."""

from dataclasses import replace

import numpy as np
import optuna
import pytest
from scipy import stats

from records.choice import Outcome
from search_spaces.base import Integers, LogUniform, Search
from search_spaces.base.catalogue import load
from search_spaces.joint import SPACE as JOINT
from search_spaces.rows.garments import ON_BIG_NOISE, on_mnist_vae
from search_spaces.rows.searched import WEIGHT_AND_TEMPERATURE
from study.planning.optuna_search import OptunaSearch
from trainables.errors import BadInputError
from trainables.objectives import Distillation
from trainables.settings.scoring import CrossValidation

NOISE = 0.004  # of a score: the standard error over two seeds of five folds, as seen
RATES = (1e-4, 1e-1)
SEARCH = Search(base=on_mnist_vae("all"), over=WEIGHT_AND_TEMPERATURE, settings=40, round_size=8)


def quality(setting):
    """A smooth stand-in for validation accuracy, best (0.8) at λ = 0.7, T = 3, rate 0.002."""
    weight, temperature = setting.objective.hard_label_weight, setting.objective.temperature
    gap = (weight - 0.7) ** 2 + np.log(temperature / 3) ** 2 / 4
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
    found = [s.objective for s in asked]
    assert all(0 <= o.hard_label_weight <= 1 and 0.5 <= o.temperature <= 20 for o in found)
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
    over = {**WEIGHT_AND_TEMPERATURE, "schedule.learning_rate": LogUniform(*RATES)}
    search = replace(SEARCH, sampler=sampler, seed=repeat, over=over)
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
        weight, temperature, rate = (
            trial.suggest_float("lambda", 0, 1),
            trial.suggest_float("temperature", 0.5, 20, log=True),
            trial.suggest_float("learning_rate", *RATES, log=True),
        )
        setting = replace(
            SEARCH.base,
            objective=Distillation(hard_label_weight=weight, temperature=temperature),
            schedule=replace(SEARCH.base.schedule, learning_rate=rate),
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


def test_what_was_chosen_is_said_by_path():
    search = JOINT.searches[0]
    walker = OptunaSearch(search)
    settings = walker.ask(8)
    for setting, searched in zip(settings, walker.searched(), strict=True):
        base = next(b for b in search.bases() if b.key == searched.base)
        assert base.link.name == setting.link.name
        assert search.setting(searched.chosen) == setting
        assert (
            searched.chosen["objective.hard_label_weight"] == setting.objective.hard_label_weight
        )
        own = {"noise": {"link.std"}, "VAE": {"link.recipe.latent_size"}}.get(
            base.link.name, set()
        )
        everywhere = {"base", *WEIGHT_AND_TEMPERATURE, "schedule.learning_rate"}
        assert searched.chosen.keys() == searched.ranges.keys() == everywhere | own
        untuned = {
            "objective.hard_label_weight": 0.5, "objective.temperature": 1.0,
            "schedule.learning_rate": 1e-3, "link.std": 0.1, "link.recipe.latent_size": 64,
        }  # fmt: skip
        assert searched.untuned == {p: v for p, v in untuned.items() if p in searched.chosen}


def test_a_choice_of_optuna_s_is_the_field_s_value():
    over = {"link.draws": LogUniform(1, 2)}
    with pytest.raises(BadInputError, match=r"link.draws=1.0: Noise.draws is 1.0"):
        Search(base=ON_BIG_NOISE, over=over)
    walker = OptunaSearch(Search(base=ON_BIG_NOISE, over={"link.draws": Integers(2, 5)}))
    assert {setting.link.draws for setting in walker.ask(8)} <= {2, 3, 4, 5}


# As before a search was over any field: what is asked as number 24, once its space's earlier
# settings have had the scores 0, 7/11, 3/11, ... in turn (hard labels, T, rate, epochs).
ASKED = [
    ("vae_lambda", "search", (0.36525923087921, 4.786926142497912, 0.001, 50)),
    ("tuned_table", "identity", (0.835702257324017, 9.456932885772503, 0.001, 50)),
    ("tuned_table", "mnist_vae_small", (0.013877219380806785, 10.211658568148595, 0.001, 50)),
    ("regression_lambda", "search", (0.45384120049027915, 0.001, 300)),
    ("regression_lambda", "epochs", (1.0, 0.001, 800)),
    ("joint", "alone", (1.0, 1.0, 0.00018712847078200363, 50)),
]


@pytest.mark.parametrize(("space", "name", "expected"), ASKED)
def test_the_built_in_searches_ask_for_what_they_asked_for(space, name, expected):
    walker = OptunaSearch(next(s for s in load(space).searches if s.name == name))
    for first in (0, 8, 16):
        settings = walker.ask(8)
        scores = [7 * number % 11 / 11 for number in range(first, first + 8)]
        walker.tell([Outcome({"accuracy": s, "mse": s}) for s in scores])
    last = settings[-1]
    assert (
        *weights(last.objective),
        last.schedule.learning_rate,
        last.schedule.epochs,
    ) == expected


def weights(objective):
    """λ, and T where there is one."""
    names = ("hard_label_weight", "temperature")
    return [getattr(objective, name) for name in names if hasattr(objective, name)]
