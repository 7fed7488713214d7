"""What a nested search reports: one row, whose value of each seed is that seed's own choice's."""

from dataclasses import replace

import pytest
from formula import Study
from scipy import stats

from analysis.evidence.choice import choice
from analysis.evidence.family import Family
from analysis.evidence.nested import nested
from analysis.evidence.rows import lacks, rows_of
from analysis.evidence.selection import tuned, tuning_verdicts
from analysis.figures import curves, forest, maps, search
from analysis.tables.columns import build
from analysis.tables.selection_views import chosen_views
from analysis.tables.views import views
from records.schema import Study as Recorded
from search_spaces.base import Choice, NestedSearch, Search, Space, Uniform
from search_spaces.rows.garments import ON_BIG, SMALL_ALONE
from study.planning.planned import planned

WEIGHT = "objective.hard_label_weight"
SEEDS = 4


def score(trial):
    """Each seed is served best by another λ, and the student alone has 0.5."""
    if trial.setting.teacher is None:
        return 0.5 + 0.001 * trial.seed
    return 0.8 - (trial.setting.objective.hard_label_weight - 0.2 * (1 + trial.seed % 5)) ** 2


def space(among=None, more=()):
    inside = NestedSearch(
        name="inside", base=ON_BIG, over={WEIGHT: among or Uniform(0, 1)}, settings=6, round_size=3
    )
    listed = (SMALL_ALONE, ON_BIG)
    return Space(name="n", about="?", settings=listed, searches=(inside, *more), seeds=SEEDS)


def recorded(study, **options):
    """What MLflow would hold of it: settings in the order of planning, and all trials."""
    plan = study.plan(**options)
    known = {one.setting.key: one for one in plan.known_settings()}
    return Recorded(
        space="n",
        about="?",
        seeds=plan.seeds.usual,
        settings=[planned(one, place) for place, one in enumerate(known.values())],
        trials=[*study.trial_index.records.values()],
        finalists={one.name: one.finalists for one in study.space.searches},
    )


@pytest.fixture
def study(tmp_path):
    made = Study(tmp_path, space(), score)
    made.launch()
    return made


def finals(study):
    """By seed the trial that the launch chose."""
    plan = study.plan()
    return {
        t.seed: t for s in plan.searches for t in plan.finals(s) if s.search.own_seed == t.seed
    }


def test_the_procedure_is_one_row_with_each_seeds_own_student(study):
    reported = [row for row in rows_of(recorded(study)) if not row.is_candidate]
    alone, fixed, row = reported
    assert row.values("test/accuracy") == {s: score(t) for s, t in finals(study).items()}
    assert row.alone is alone
    assert row.missing == [] == lacks(reported)
    assert row.label == f"{fixed.label}, tuned within each seed"
    assert len({one["lambda"] for one in row.choices.values()}) == SEEDS
    assert build(reported)["n"].tolist() == [SEEDS] * 3


def test_it_is_of_the_familys_rows_and_tuning_is_judged_by_seed(study):
    rows = rows_of(recorded(study))
    (one,) = nested(rows)
    assert [row.label for row in Family(rows).rows] == [one.fixed.label, one.final.label]
    ours, theirs = ([*row.values("test/accuracy").values()] for row in (one.final, one.fixed))
    (verdict,) = tuning_verdicts([one])
    assert verdict.found.p == pytest.approx(stats.ttest_rel(ours, theirs).pvalue)
    assert verdict.found.mean == pytest.approx(sum(ours) / SEEDS - sum(theirs) / SEEDS)
    own = [*one.final.alone.values("test/accuracy").values()]
    p = stats.ttest_rel(ours, own).pvalue
    assert Family(rows).verdict(one.final).found.p == pytest.approx(p)
    assert tuned(rows) == []  # no one setting is chosen for all


def test_tables_figures_and_sentences_speak_of_the_procedure(study):
    rows = rows_of(recorded(study))
    (line,) = next(chosen_views(rows)).table.to_dict("records")
    weights = sorted(t.setting.objective.hard_label_weight for t in finals(study).values())
    low, high = (f"{weights[at]:.3g}" for at in (0, -1))
    assert line["λ chosen"] == f"{(weights[1] + weights[2]) / 2:.3g} ({low}..{high})"
    assert (line["seeds"], line["asked"]) == (str(SEEDS), "6")
    quality = next(views(rows)).table
    assert quality["student"].tolist() == ["Small", "Small", "Small, nested"]
    assert quality["λ"].tolist()[1:] == ["0.5", "—"]
    said = choice(rows)
    assert "each of 4 seeds chose within its own Small among 6 settings" in said[0]
    assert "against the student alone the procedure is better" in said[2]
    assert "against λ 0.5 for all the procedure is" in said[3]
    drawn = next(iter(forest.draw(rows)))
    assert "tuned within each seed" in forest.name_of(nested(rows)[0].final)
    assert "in accuracy: 2 better" in drawn.title
    assert [*maps.draw(rows), *search.draw(rows)] == []
    named = [one.name for one in curves.draw(rows, lambda run, metric: {0: 0.5, 1: 0.6})]
    assert "curves_inside" in named


def test_an_older_choice_of_an_extended_search_is_no_row(study):
    old = recorded(study)
    study.launch(searched=12)
    new = recorded(study, searched=12)
    keys = {one.key for one in new.settings}
    left = [replace(one, place=99) for one in old.settings if one.key not in keys]
    rows = rows_of(replace(new, settings=[*new.settings, *left]))
    (one,) = nested(rows)
    assert sum(not row.is_candidate for row in rows) == 3
    assert left
    assert one.asked_a_seed == "12"


def test_what_is_not_trained_or_failed_is_said_and_never_averaged_over(study):
    made = recorded(study)
    lost = finals(study)[1]
    without = [trial for trial in made.trials if trial.key != lost.key]
    rows = rows_of(replace(made, trials=without))
    (one,) = nested(rows)
    assert one.final.missing == [1]
    assert any("3 of 4 seeds have ended" in line for line in lacks(rows))
    assert "not every seed is trained" in choice(rows)[-1]
    dead = [replace(t, status="FAILED") if t.key == lost.key else t for t in made.trials]
    (one,) = nested(rows_of(replace(made, trials=dead)))
    assert one.final.values("test/accuracy") == {}
    assert Family([one.final]).verdict(one.final).word == ""


def test_a_choice_that_is_listed_counts_for_both(tmp_path):
    made = Study(tmp_path, space(Choice(0.5, 0.9)), score)
    made.launch()
    rows = rows_of(recorded(made))
    (one,) = nested(rows)
    assert one.fixed.values("test/accuracy").keys() == set(range(SEEDS))
    assert one.final.values("test/accuracy") == {s: score(t) for s, t in finals(made).items()}
    same = [s for s, t in finals(made).items() if t.setting == ON_BIG]
    assert same
    for seed in same:
        assert one.final.finished[seed] is one.fixed.finished[seed]


def test_tuning_is_one_family_with_the_searches_for_all_seeds(tmp_path):
    plain = Search(
        name="once", base=ON_BIG, over={WEIGHT: Uniform(0, 1)}, settings=6, round_size=3
    )
    made = Study(tmp_path, space(more=(plain,)), score)
    made.launch()
    rows = rows_of(recorded(made))
    assert [view.title for view in chosen_views(rows)] == [
        "Chosen by selection",
        "Chosen within each seed",
    ]
    every = [*tuned(rows), *nested(rows)]
    assert [verdict.of for verdict in tuning_verdicts(every)] == [2, 2]
    assert {line.partition(":")[0] for line in choice(rows)} == {"once", "inside"}
