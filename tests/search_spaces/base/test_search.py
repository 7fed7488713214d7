"""What a search makes of choices, and which searches are refused, in which words."""

from dataclasses import dataclass, replace
from operator import attrgetter

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_spaces.base import Choice, Integers, LogUniform, Search, Space, Uniform
from search_spaces.rows.bike_sharing import REG_ON_BIG
from search_spaces.rows.garments import (
    ON_BIG,
    ON_BIG_NOISE,
    VAE,
    on_mnist_vae,
)
from trainables.data.domains import GENERATED_MNIST, MNIST
from trainables.errors import BadInputError
from trainables.links import Dilation, Identity, Link, Noise
from trainables.networks import ConvNet
from trainables.networks.network import Perceptron
from trainables.objectives import Distillation, Hinton
from trainables.settings.course import Course
from trainables.settings.lineage import Stage
from trainables.settings.population import Population
from trainables.settings.scoring import CrossValidation, Halving, HoldOut, Oracle, Pruning
from trainables.teacher import Teacher

WEIGHT = {"objective.hard_label_weight": Uniform(0, 1)}
SEARCH = Search(base=on_mnist_vae("all"), over=WEIGHT)
LINKS = Choice(Identity(), Noise(), Dilation())


def test_candidates_winner_and_oracle_are_settings_of_their_own():
    search = replace(SEARCH, over=WEIGHT | {"objective.temperature": LogUniform(0.5, 20)})
    chosen = {"objective.hard_label_weight": 0.3, "objective.temperature": 2.0}
    setting, tuned = search.setting(chosen), Distillation(hard_label_weight=0.3, temperature=2.0)
    assert setting.rule == CrossValidation()
    assert not setting.reads_test
    assert search.reported(setting) == replace(on_mnist_vae("all"), objective=tuned)
    assert search.as_oracle(setting).reads_test
    assert min(search.selection_seeds) >= 1_000  # those of the reported settings are fresh
    assert not {*search.selection_seeds} & {*search.finalist_selection_seeds}
    pruned = replace(search, rule=CrossValidation(pruning=Pruning()))
    assert pruned.as_finalist(setting).rule == CrossValidation(again=True)
    assert search.as_finalist(setting).key != setting.key  # recorded apart
    assert search.as_oracle(setting).rule == Oracle(selects_by=0.5)
    assert search.base_of(chosen) == on_mnist_vae("all")
    assert search.untuned(chosen) == {
        "objective.hard_label_weight": 0.5,
        "objective.temperature": 1.0,
    }


OVER = {
    "schedule.weight_decay": LogUniform(1e-5, 1e-2),
    "link.std": LogUniform(0.01, 1),
    "student": Choice(Perceptron(hidden=(8,)), ConvNet(channels=(4,))),
    "student.hidden": Choice((32,), (64, 32)),
    "link": LINKS,
    "link.draws": Integers(1, 64, log=True),
    "link.scaled": Choice(True, False),
    "teacher": Choice(Teacher(domain=MNIST), ON_BIG.teacher),
    "teacher.schedule.epochs": Integers(1, 30),
    "objective": Choice(Distillation(), Hinton()),
    "objective.hard_label_weight": Uniform(0, 1),
    "objective.temperature": LogUniform(0.5, 20),
}


@given(paths=st.sets(st.sampled_from([*OVER]), min_size=1), seed=st.integers(0, 99))
def test_any_field_of_any_part_is_what_was_chosen_for_it(paths, seed):
    over = {path: OVER[path] for path in OVER if path in paths}
    if "link.std" in over or "link.draws" in over or "link.scaled" in over:
        over |= {"link": LINKS}
    search = Search(base=ON_BIG, over=over)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    for _ in range(4):
        trial = study.ask()
        chosen = search.choose(lambda path, among, trial=trial: among.suggest(trial, path))
        setting = search.setting(chosen)
        assert setting.rule == search.rule
        assert chosen == trial.params
        for path, among in over.items():
            assert (path in chosen) == has(setting, path)
            deeper = any(one.startswith(f"{path}.") for one in chosen)
            if path in chosen and not deeper:
                assert attrgetter(path)(setting) == among.value(chosen[path])


def has(setting, path):
    """Whether attributes of these names follow each other."""
    try:
        attrgetter(path)(setting)
    except AttributeError:
        return False
    return True


def test_what_some_choices_lack_is_asked_where_it_is_there():
    search = Search(base=ON_BIG, over={"link.std": Uniform(0.1, 1), "link": LINKS})
    asked = []

    def pick(link):
        def one(path, among):
            asked.append(path)
            return link if path == "link" else among.ends[0]

        return one

    assert search.is_conditional
    assert search.setting(search.choose(pick("noise"))).link == Noise(std=0.1)
    assert asked == ["link", "link.std"]  # a part before its fields
    assert search.choose(pick("dilation")) == {"link": "dilation"}
    assert search.setting({"link": "dilation"}).link == Dilation()
    assert not SEARCH.is_conditional


def test_of_several_bases_one_is_chosen_by_what_tells_them_apart():
    bases = (ON_BIG, ON_BIG_NOISE, on_mnist_vae("all"))
    search = Search(base=bases, over={"link.std": Choice(0.1, 0.3), **WEIGHT})
    assert search.bases() == bases
    labels = ["FashionMNIST-Big identity", "FashionMNIST-Big noise", "MNIST-Big VAE (all)"]
    seen = []
    search.choose(lambda path, among: seen.append((path, among.ends)) or among.ends[1])
    assert seen[0] == ("base", tuple(labels))
    for base, label in zip(bases, labels, strict=True):
        assert search.base_of({"base": label}) == base
        assert search.reported(search.setting({"base": label})) == base
    chosen = {"base": labels[1], "link.std": "0.3", "objective.hard_label_weight": 0.2}
    setting = search.reported(search.setting(chosen))
    tuned = Distillation(hard_label_weight=0.2)
    assert setting == replace(ON_BIG, link=Noise(std=0.3), objective=tuned)
    assert search.untuned(chosen) == {"link.std": 0.1, "objective.hard_label_weight": 0.5}
    assert search.untuned({"base": labels[2]}) == {"objective.hard_label_weight": 0.5}
    assert search.setting({}) == replace(ON_BIG, rule=search.rule)


def test_the_domains_of_choices_must_be_there_too():
    over = {"teacher": Choice(ON_BIG.teacher, Teacher(domain=MNIST))}
    space = Space(name="x", about="", searches=(Search(base=ON_BIG, over=over),))
    assert set(space.domains) == {ON_BIG.target, MNIST}


def over(**paths):
    return {"over": {path.replace("__", "."): among for path, among in paths.items()}}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"base": ()}, "the search 'search' needs a base, a setting or several"),
        ({"base": 5}, "the search 'search' needs a base, a setting or several; given was 5"),
        ({"base": "grid"}, "given was 'grid'"),
        ({"base": (ON_BIG, ON_BIG)}, "Search.base gives a setting twice: FashionMNIST-Small ←"),
        ({"rule": Oracle()}, "never scored on the test set"),
        ({"rule": CrossValidation(again=True)}, "again=True, which is for what a search scores"),
        ({"finalists": 0}, "Search.finalists is 0: give a whole number ≥ 1"),
        ({"finalist_seeds": 0}, "Search.finalist_seeds is 0: give a whole number ≥ 1"),
        ({"rule": "cross-validation"}, "Search.rule is 'cross-validation': give CrossValid"),
        ({"sampler": "tpa"}, "tpe"),
        ({"round_size": 12, "rule": CrossValidation(pruning=Pruning())}, "multiple of that"),
        ({"round_size": 12, "rule": HoldOut(pruning=Halving())}, "in groups of 27 it must be a"),
        ({"name": "a b"}, "letters, digits"),
        ({"base": replace(ON_BIG, held_out=0.2)}, "its rule says what is held out"),
        ({"over": {}}, "Search.over is empty: say what is searched"),
        ({"over": [Uniform(0, 1)]}, "give ranges by path, in a dict"),
        (over(objective__temperature=(0.5, 20)), "Search.over has 'objective.temperature': (0.5"),
        ({"over": {1: Uniform(0, 1)}}, "Search.over has 1: Uniform"),
        (over(objective__temprature=Uniform(1, 2)),
         "objective.temprature is no field of a setting: did you mean objective.temperature?"),
        (over(temperature=Uniform(1, 2)),
         "temperature is no field of a setting: did you mean objective.temperature?"),
        (over(link__std=Uniform(0.1, 1)), "link.std is no field of a setting: did you mean link"),
        ({"base": ON_BIG_NOISE}
         | over(link=Choice(Identity(), Dilation()), link__std=Uniform(0, 1)),
         "link.std is no field of a setting"),
        (over(zzzzzzzz=Uniform(0, 1)), "zzzzzzzz is no field of a setting: it has "),
        (over(target=Choice(MNIST, ON_BIG.target)), "target cannot be searched: settings of"),
        (over(rule__folds=Integers(2, 5)), "rule.folds cannot be searched: all candidates are"),
        (over(objective__hard_label_weight=Uniform(0, 2)),
         "objective.hard_label_weight=2.0: Distillation.hard_label_weight is 2: it must be ≥ 0"),
        (over(objective__temperature=Uniform(0, 2), schedule__learning_rate=LogUniform(0.1, 1)),
         "objective.temperature=0.0: Distillation.temperature is 0"),
        (over(schedule__epochs=Uniform(10, 100)), "schedule.epochs=10.0: Schedule.epochs is 10.0"),
        (over(student__hidden=Choice((8,), (8, 0))), "student.hidden=8 0: Perceptron.hidden is"),
        (over(held_out=Uniform(0.1, 0.5)), "held_out=0.1: a setting with a rule is corrected"),
        (over(link=Choice(Identity(), 7)), "link=7: Setting.link is 7: give a Link"),
        (over(teacher=Choice(ON_BIG.teacher, None)), "teacher=None: a student without a teacher"),
        ({"base": ON_BIG} | over(teacher__domain=Choice(MNIST, GENERATED_MNIST)),
         "teacher.domain=GeneratedMNIST: GeneratedMNIST is made by a VAE"),
        ({"base": REG_ON_BIG, "rule": CrossValidation(score="mse")}
         | over(objective__temperature=LogUniform(1, 2)), "is no field of a setting"),
    ],
)  # fmt: skip
def test_a_search_that_makes_no_sense_is_refused(wrong, says):
    with pytest.raises(BadInputError) as refused:
        replace(SEARCH, **wrong)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@dataclass(frozen=True, kw_only=True)
class Careless(Link):
    """A user's link that does not check itself: it fails as Python does."""

    name = "careless"
    shift: float = 0.0

    def __post_init__(self):
        "a" * self.shift if self.shift > 1 else None

    def __call__(self, objects, generator):
        return objects


def test_a_user_s_part_that_fails_for_an_end_is_named_with_its_path():
    base = replace(ON_BIG, link=Careless())
    with pytest.raises(BadInputError, match=r"^link.shift=2.0: TypeError: can't multiply"):
        Search(base=base, over={"link.shift": Uniform(0, 2)})


def test_choices_that_do_not_go_together_are_found_though_each_alone_would_do():
    base = on_mnist_vae("all")
    over = {
        "teacher.domain": Choice(MNIST, GENERATED_MNIST),
        "link": Choice(base.link, Identity()),
    }
    for path, among in over.items():
        Search(base=base, over={path: among})
    with pytest.raises(BadInputError) as refused:
        Search(base=base, over=over)
    said = "teacher.domain=GeneratedMNIST, link=identity: GeneratedMNIST is made by a VAE"
    assert str(refused.value).startswith(said)


def test_of_very_many_combinations_some_are_tried():
    """3⁹ combinations, one wrong value: it is found all the same."""
    paths = (
        "objective.hard_label_weight", "objective.temperature", "schedule.learning_rate",
        "schedule.weight_decay", "schedule.warm_up", "teacher.schedule.learning_rate",
        "teacher.schedule.weight_decay", "link.std", "teacher.schedule.warm_up",
    )  # fmt: skip
    whole = {path: Choice(0.5, 0.6, 0.7) for path in paths}
    search = Search(base=ON_BIG_NOISE, over=whole)
    assert not search.is_conditional
    with pytest.raises(BadInputError, match=r"teacher.schedule.warm_up=7: Schedule.warm_up is 7"):
        replace(search, over=whole | {"teacher.schedule.warm_up": Choice(0.5, 0.6, 7)})


def test_rules_and_pruning_check_themselves():
    for make, says in (
        (lambda: CrossValidation(folds=1), "≥ 2"),
        (lambda: HoldOut(held_out=0), "must be > 0"),
        (lambda: CrossValidation(score="f1"), "accuracy"),
        (lambda: Pruning(rungs=(0.6, 0.3)), "rising"),
        (lambda: Pruning(keep=0), "must be > 0"),
        (lambda: Population(share=0.6), "must be > 0 and ≤ 0.5"),
        (lambda: Population(factors=(0.8, 0)), r"Population.factors is \(0.8, 0\): give numbers"),
        (lambda: HoldOut(population=8), r"HoldOut.population is 8: give Population\(\) or None"),
        (lambda: HoldOut(population=Population(), pruning=Pruning()), "give pruning or popula"),
        (lambda: Halving(factor=1), r"Halving.factor is 1: give a whole number ≥ 2"),
        (lambda: Halving(factor=2.5), "whole number"),
        (lambda: Halving(first=1), "must be > 0 and < 1"),
        (lambda: HoldOut(pruning="asha"), r"HoldOut.pruning is 'asha': give Pruning\(\), Halv"),
        (lambda: Space(name="x", about="", searches=(SEARCH, SEARCH)), "two searches alike"),
        (
            lambda: Space(name="x", about="", searches=SEARCH),
            r"Space.searches is one alone: give a tuple, \(it,\) say",
        ),
        (lambda: Space(name="x", about="", searches=(ON_BIG,)), "give a tuple of searches"),
        (lambda: Space(name="x", about="", settings=5), "Space.settings has 5: give a tuple"),
        (lambda: Space(name="x", about="", settings=(5,)), "Space.settings has 5: give a tuple"),
        (lambda: Space(name="x", about=5, settings=(ON_BIG,)), "Space.about is 5: give its quest"),
    ):
        with pytest.raises(BadInputError, match=says):
            make()


POPULATED = Search(
    base=on_mnist_vae("all"),
    over=WEIGHT | {"schedule.learning_rate": LogUniform(1e-4, 1e-2)},
    rule=HoldOut(population=Population()),
    sampler="random",
    oracle=False,
    seed=7,
)


def test_a_population_knows_the_ranges_and_the_seed_of_its_search():
    setting = POPULATED.setting({"objective.hard_label_weight": 0.3})
    assert setting.rule.population == Population(
        ranges=(("objective.hard_label_weight", 0, 1), ("schedule.learning_rate", 1e-4, 1e-2)),
        seed=7,
    )
    assert replace(POPULATED, seed=8).setting({}).key != POPULATED.setting({}).key
    lineage = [
        Stage(0, {"objective.hard_label_weight": 0.3}, "one"),
        Stage(5, {"objective.hard_label_weight": 0.24}, "another"),
    ]
    assert POPULATED.reported(POPULATED.setting({}), lineage) == replace(
        POPULATED.base,
        objective=Distillation(hard_label_weight=0.3),
        course=Course({5: {"objective.hard_label_weight": 0.24}}),
    )


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"oracle": True}, "give oracle=False"),
        ({"sampler": "tpe"}, "give sampler='random' or 'qmc'"),
        ({"round_size": 12}, "with populations in groups of 8 it must be a multiple of that"),
        ({"settings": 20}, "trains populations of 8, and settings is 20"),
        ({"base": (ON_BIG, ON_BIG_NOISE)}, "searches around one base, given were 2"),
        (over(link__recipe__latent_size=Integers(2, 64)), "latent_size is searched by Integers"),
        (over(objective__temperature=Choice(1.0, 2.0)), "temperature is searched by Choice"),
        ({"base": ON_BIG_NOISE} | over(link__std=Uniform(0.1, 1)), "link.std cannot change while"),
        (over(teacher__schedule__learning_rate=Uniform(0.1, 1)), "learning_rate cannot change"),
        (over(schedule__warm_up=Uniform(0.1, 0.5)), "schedule.warm_up cannot change while"),
    ],
)
def test_a_search_that_no_population_can_make_is_refused(wrong, says):
    with pytest.raises(BadInputError) as refused:
        replace(POPULATED, **wrong)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_recipe_within_a_link_is_a_part_like_others():
    search = Search(base=on_mnist_vae("all"), over={"link.recipe.latent_size": Integers(2, 64)})
    assert search.setting({"link.recipe.latent_size": 2}).link.recipe == replace(
        VAE, latent_size=2
    )
