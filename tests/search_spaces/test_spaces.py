"""The built-in spaces are what they say."""

from collections import defaultdict
from dataclasses import replace

import pytest

from search_spaces import about, names
from search_spaces.base import LogUniform, Space, Uniform
from search_spaces.base.catalogue import load
from search_spaces.rows.garments import ON_BIG
from trainables.artifacts.labelled import without_held_out
from trainables.cohorts.kinds import cost
from trainables.data.domains import BIKE_SHARING, FASHION_MNIST, MNIST
from trainables.data.splits import hold_out
from trainables.distillation.requirements import all_logits_for, logits_for
from trainables.errors import BadInputError
from trainables.objectives import Distillation
from trainables.schedule import Schedule
from trainables.settings.setting import alone, without_method
from trainables.settings.trial import Trial


def test_the_spaces_that_there_are():
    assert names() == [
        "bayesian", "bayesian_known", "controls", "emoji", "emoji_pairs", "fair_emoji",
        "fair_emoji_conv", "fair_garments", "fair_garments_conv", "fair_small", "fair_text",
        "fair_text_conv", "fonts", "fonts_100", "fonts_labels", "fonts_labels_conv",
        "generalised_digits", "generalised_garments", "generalised_known", "generalised_rentals",
        "grid", "joint", "labels", "letters", "paper_table", "regression_lambda",
        "regression_published",
        "regression_table", "smoke", "transfer_known", "transfer_methods",
        "transfer_methods_small", "tuned_table", "vae_lambda", "vae_lambda_nested",
        "vae_lambda_small",
    ]  # fmt: skip


def test_sizes():
    grid, paper = load("grid"), load("paper_table")
    assert len(grid.settings) * grid.seeds == 400
    assert len(paper.settings) == 11 + 9
    assert paper.seeds == 20
    assert {s.seeds for s in paper.settings if s.protocol == "published"} == {5}
    (search,) = load("vae_lambda").searches
    assert search.settings == 40
    assert search.over == {
        "objective.hard_label_weight": Uniform(0, 1),
        "objective.temperature": LogUniform(0.5, 20),
    }


def test_the_regression_s_spaces():
    table, as_published = load("regression_table"), load("regression_published")
    assert table.seeds == 20
    students = {(s.student_split, s.teacher is not None) for s in table.settings}
    assert students == {("Train", False), ("Train", True), ("Small", False), ("Small", True)}
    assert {s.target.name for s in as_published.settings} == {"RegRaw"}
    assert load("regression_lambda").domains == (BIKE_SHARING,)
    assert set(load("grid").domains) == {FASHION_MNIST, MNIST}


def test_what_was_chosen_by_cross_validation_stands_among_what_was_searched():
    """The number of epochs of Reg-Small is one of those that regression_lambda searches."""
    search = next(s for s in load("regression_lambda").searches if s.name == "epochs")
    assert search.base.schedule.epochs in search.over["schedule.epochs"].values
    assert search.rule.reads == "validation"


def test_every_other_method_has_its_rows():
    methods = {s.method.name for s in load("transfer_methods").settings if s.method}
    assert methods == {
        "dann", "adda", "class_impressions", "zero_shot", "data_free", "fedavg", "pfedme",
        "instance_features", "barlow_twins",
    }  # fmt: skip
    space, small = load("transfer_methods"), load("transfer_methods_small")
    assert space.seeds == 10
    assert len(small.settings) == len(space.settings) - 2  # neither Train nor a VAE
    alone = [s for s in space.settings if s.method and s.method.asks_teacher]
    assert sorted(s.method.small for s in alone) == [False] * 3 + [True] * 3
    for found, passes in ((space, {81, 256}), (small, {20, 51})):
        controls = {without_method(s) for s in found.settings if s.method and s.method.small}
        controls -= {None}
        assert {one.schedule.epochs for one in controls} == passes
        assert controls <= set(found.settings)
        for one in controls:
            assert one.objective == Distillation(hard_label_weight=0.5, temperature=4)
            assert (one.teacher, one.method) == (ON_BIG.teacher, None)
    work = [sum(cost(Trial(setting=s, seed=0)) for s in each.settings) for each in (space, small)]
    assert work[1] * small.seeds < work[0] * space.seeds / 5


def test_low_resource_vae_never_sees_held_out_labels():
    (search,) = load("vae_lambda_small").searches
    vae = logits_for(Trial(setting=search.setting({}), seed=0)).vae
    assert vae.held_out == search.rule.share == 0.2


def test_a_teacher_of_train_never_saw_what_its_student_is_scored_on():
    search = next(s for s in load("tuned_table").searches if s.name == "train")
    made = logits_for(Trial(setting=search.setting({}), seed=1_000)).teacher
    assert (made.withheld_from, made.objects) == ("Train", 50_000)
    held = hold_out(60_000, 1 / 6, 1_000).validate
    own = without_held_out(FASHION_MNIST, "Train", "Train", made.held_out, made.seed, made.part)
    assert not set(own.tolist()) & set(held.tolist())
    reported = logits_for(Trial(setting=search.reported(search.setting({})), seed=0)).teacher
    assert (reported.withheld_from, reported.objects) == ("", 60_000)


def test_each_fold_of_generated_mnist_has_a_teacher_that_never_saw_it():
    search = next(s for s in load("tuned_table").searches if s.name == "generated")
    made = all_logits_for(Trial(setting=search.setting({}), seed=0))
    assert [logits.teacher.part for logits in made] == [0, 1, 2, 3, 4]
    assert {logits.teacher.held_out for logits in made} == {0.2}
    assert len({logits.vae.key for logits in made}) == 1  # it knew all labels, as published


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"seeds": 1_001}, "Space.seeds is 1001: give a whole number ≥ 1 and ≤ 1,000"),
        ({"settings": (replace(ON_BIG, seeds=2_000),)}, "with seeds=2000: give 1,000 at most"),
        (
            {"settings": (replace(ON_BIG, held_out=0.2), alone(ON_BIG)), "anew": True},
            "lists what would train",
        ),
    ],
)
def test_seeds_of_one_kind_never_meet_those_of_another(wrong, says):
    with pytest.raises(BadInputError, match=says):
        Space(**{"name": "met", "about": "", "settings": (ON_BIG,)} | wrong)


@pytest.mark.parametrize("name", names())
def test_its_question_is_read_from_its_source(name):
    assert about(name) == load(name).about


FAIR = [name for name in names() if name.startswith("fair_")]


@pytest.mark.parametrize("name", FAIR)
def test_fair_spaces_search_every_way_alike(name):
    searches = load(name).searches
    assert searches[0].name == "alone"
    assert searches[0].base.teacher is None
    budgets = {(s.settings, s.seeds, s.rule, s.finalists, s.finalist_seeds) for s in searches}
    assert len(budgets) == 1
    assert all("schedule.learning_rate" in search.over for search in searches)
    assert len({search.base.student for search in searches}) == 1


def test_a_way_is_searched_in_the_same_ranges_for_every_pair():
    """What differs are links, domains, and how long what is not labelled is learnt from."""
    by_way = defaultdict(list)
    for name in ("fair_garments", "fair_text", "fair_emoji"):
        for search in load(name).searches:
            by_way[search.name].append(search)
    shared = {way for way, searches in by_way.items() if len(searches) == 3}
    assert {"alone", "lambda", "dann", "adda", "barlow_twins", "link_noise"} <= shared
    for searches in by_way.values():
        assert len({tuple(search.over.items()) for search in searches}) == 1
        assert len({alike(search.base.method) for search in searches}) == 1


def alike(method):
    """The method without the parts that are a pair's own."""
    own = {"source": MNIST, "pretraining": Schedule(epochs=1, batch_size=256)}
    return method and replace(method, **{k: v for k, v in own.items() if hasattr(method, k)})


def test_a_fair_space_has_the_same_ways_for_both_networks_of_a_pair():
    for pair in ("garments", "text", "emoji"):
        perceptron, convolution = (
            {s.name for s in load(name).searches if not s.base.method}
            for name in (f"fair_{pair}", f"fair_{pair}_conv")
        )
        assert convolution == perceptron | {"attention"}
