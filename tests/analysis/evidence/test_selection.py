"""What searches chose, from records: the rule's choice, the oracle's claim, what is pruned."""

from dataclasses import replace

import pytest
from invented import parameters, record, searched, study

from analysis.evidence.choice import _beside, choice
from analysis.evidence.family import Family
from analysis.evidence.rows import rows_of
from analysis.evidence.searched import path_labels, values_text
from analysis.evidence.selection import alone_of, chosen, reported, tuned, tuning_verdicts
from analysis.evidence.verdicts import Word
from analysis.tables.columns import build
from analysis.tables.selection_views import selection_views
from analysis.tables.views import views
from records.schema import PlannedSetting
from search_spaces.base.search import Search
from search_spaces.rows.garments import SMALL_ALONE, on_mnist_vae
from search_spaces.rows.searched import WEIGHT_AND_TEMPERATURE
from trainables.identity import canonical
from trainables.objectives import Distillation
from trainables.settings.columns import name_of
from trainables.settings.lineage import Stage, written
from trainables.settings.scoring import CrossValidation, Pruning
from trainables.settings.setting import alone
from trainables.settings.trial import Trial

SEARCH = Search(
    base=on_mnist_vae("all"),
    over=WEIGHT_AND_TEMPERATURE,
    rule=CrossValidation(pruning=Pruning(group=2)),
)
CHOICES = [
    {"objective.hard_label_weight": weight, "objective.temperature": 2.0}
    for weight in (0.2, 0.6, 0.9)
]
A, B, C = map(SEARCH.setting, CHOICES)
VALIDATION = {A: 0.80, B: 0.82, C: 0.84}  # C was pruned when it had that
CLAIM = {A: 0.85, B: 0.81, C: 0.79}  # on half of the test set: the oracle would take A
REST = {A: 0.80, B: 0.79, C: 0.77}  # on the other half: all lose 0.03 on average, A 0.05
FRESH = {A: 0.80, B: 0.81}


def candidate(setting, seed, scores, epochs=250.0, **tags):
    """A trial that is scored; scores: accuracies by the group of objects that gave them."""
    made = record(setting, seed, 0)
    metrics = {"epochs_trained": epochs}
    for group, accuracy in scores.items():
        metrics |= {f"{group}/accuracy": accuracy, f"{group}/cross_entropy": 1 - accuracy}
    return replace(made, metrics=metrics, tags=tags)


@pytest.fixture
def found():
    fixed = on_mnist_vae("all")
    listed = {SMALL_ALONE: [0.79] * 3, fixed: [0.800, 0.801, 0.802]}
    listed |= {SEARCH.reported(s): [v, v + 0.001, v + 0.003] for s, v in FRESH.items()}
    made = study(listed, seeds=3)
    for number, setting in enumerate((A, B, C)):
        for one in (setting, SEARCH.as_oracle(setting)):
            made.settings.append(
                PlannedSetting(
                    key=one.key, name=name_of(one), parameters=parameters(one), place=10 + number,
                    asked=number, definition=canonical(one), search="search",
                    target=one.target.described, seeds=SEARCH.selection_seeds,
                    searched=searched(SEARCH, CHOICES[number]),
                )
            )  # fmt: skip
        for seed in SEARCH.selection_seeds:
            pruned = {"pruned": "after 15 epochs: rank 2 of 2"} if setting is C else {}
            epochs = 75.0 if setting is C else 250.0
            score = VALIDATION[setting]
            made.trials.append(candidate(setting, seed, {"validation": score}, epochs, **pruned))
            luck = (seed - 1_000.5) * 0.002 * (setting is A)
            claims = {"oracle": CLAIM[setting] + luck, "oracle_rest": REST[setting]}
            made.trials.append(candidate(SEARCH.as_oracle(setting), seed, claims, 50.0))
    return made


def scored_again(found, gains):
    """The same study with finalists: these settings' fresh seeds have these accuracies."""
    for setting, accuracy in gains.items():
        again = SEARCH.as_finalist(setting)
        found.settings.append(
            PlannedSetting(
                key=again.key, name=name_of(again), parameters=parameters(again), place=20,
                asked=None, definition=canonical(again), target=again.target.described,
                seeds=SEARCH.finalist_selection_seeds, again=setting.key,
            )
        )  # fmt: skip
        for seed in SEARCH.finalist_selection_seeds:
            found.trials.append(candidate(again, seed, {"validation": accuracy}))
    return replace(found, finalists={"search": 2})


def test_the_rule_chooses_what_was_not_pruned_and_not_what_test_likes(found):
    (one,) = tuned(rows_of(found))
    assert one.best.planned.key == B.key
    assert one.final.planned.key == SEARCH.reported(B).key
    assert one.claimed.planned.key == SEARCH.as_oracle(A).key
    assert one.fixed.planned.key == on_mnist_vae("all").key
    assert len(one.asked) == 3
    assert one.spent == pytest.approx((250 + 250 + 75) / 750)
    assert (one.claim, one.honest) == pytest.approx((0.85, 0.80))
    assert [row.planned.key for row in one.front()] == [B.key]


def test_optimism_is_paired_by_seed_and_free_of_the_halves_own_difference(found):
    """(A - B) of the oracle's choice less the mean (A - B) of all that it chose from."""
    (one,) = tuned(rows_of(found))
    by_seed = []
    for luck in (-0.001, 0.001):
        gaps = [CLAIM[s] - REST[s] + luck * (s is A) for s in (A, B, C)]
        by_seed.append(gaps[0] - sum(gaps) / 3)
    mean, half = sum(by_seed) / 2, 12.706 * abs(by_seed[1] - by_seed[0]) / 2
    assert one.optimism.n == 2
    assert one.optimism.mean == pytest.approx(mean)
    assert one.optimism.high - one.optimism.mean == pytest.approx(half, rel=1e-3)
    # An easier half alone is no optimism.
    found.trials[:] = [
        replace(t, metrics=t.metrics | {"oracle/accuracy": t.metrics["oracle/accuracy"] + 0.1})
        if "oracle/accuracy" in t.metrics else t for t in found.trials
    ]  # fmt: skip
    (easier,) = tuned(rows_of(found))
    assert easier.optimism.mean == pytest.approx(mean)


def test_an_oracle_as_an_earlier_version_recorded_it_says_nothing_of_optimism(found):
    """It selected by the whole test set: there is no half to check it on."""
    for place, one in enumerate(found.settings):
        rule = one.definition.get("rule", {})
        if rule.get("") == "Oracle":
            whole = {**one.definition, "rule": {"": "Oracle"}}
            found.settings[place] = replace(one, definition=whole)
    assert "oracle" not in " ".join(choice(rows_of(found)))


def test_finalists_are_chosen_by_both_scorings(found):
    """B leads at first, by 0.02; with three fresh seeds against two, A by 0.008 over all."""
    rows = rows_of(scored_again(found, {A: 0.84, B: 0.80}))
    (one,) = tuned(rows)
    assert [row.planned.key for row in one.finalists] == [A.key, B.key]  # C was pruned
    assert one.best.planned.key == A.key
    assert one.final.planned.key == SEARCH.reported(A).key
    assert one.score == pytest.approx((2 * 0.80 + 3 * 0.84) / 5)
    said = " ".join(choice(rows))
    assert "λ 0.2, T 2 of 3 settings, at accuracy 0.824." in said
    assert (
        "the best 2 were scored again with 3 fresh seeds: the choice has 0.840 there, and" in said
    )
    (line,) = next(selection_views(rows)).table.to_dict("records")
    assert (line["asked"], line["again"], line["score"]) == ("3", "2", "0.824")
    assert len(build(rows)) == 4  # a finalist is no row of results


def test_a_search_whose_finalists_are_not_scored_yet_has_not_chosen(found):
    rows = rows_of(replace(found, finalists={"search": 2}))
    assert tuned(rows) == []
    whole = scored_again(found, {A: 0.84, B: 0.80})
    (lost,) = [t for t in whole.trials if t.setting == SEARCH.as_finalist(B).key][:1]
    whole.trials.remove(lost)
    rows = rows_of(whole)
    assert tuned(rows) == []
    assert any("2 of 3 seeds have ended" in row.lack() for row in rows)


def test_what_is_said_of_it(found):
    rows = rows_of(found)
    said = " ".join(choice(rows))
    assert "cross-validation chose Small ← MNIST-Big, φ VAE (all), λ 0.6, T 2 of 3" in said
    assert "against λ 0.5, T 1 the choice is better: test accuracy +0.010 [" in said
    assert (
        "half of the test set and claimed 0.850; on the other half the same students have" in said
    )
    assert (
        "0.800: an optimism of +0.020 [+0.012, +0.028] (95 %, paired t, n = 2, the halves'" in said
    )
    assert "pruning left 77% of the epochs" in said
    (line,) = next(selection_views(rows)).table.to_dict("records")
    assert (line["λ"], line["score"], line["optimism"], line["epochs"]) == (
        "0.6", "0.820", "+0.020 [+0.012, +0.028]", "77%",
    )  # fmt: skip


def test_tuning_has_to_beat_the_row_that_was_varied_if_it_is_listed(found):
    """Whatever it is: no λ and T are fixed ones by themselves."""
    assert "against λ 0.5, T 1" in " ".join(choice(rows_of(found)))
    base = on_mnist_vae("all").key
    found.settings[:] = [one for one in found.settings if one.key != base]
    (one,) = tuned(rows_of(found))
    assert one.fixed is None
    assert "the choice is" not in " ".join(choice(rows_of(found)))
    (line,) = next(selection_views(rows_of(found))).table.to_dict("records")
    assert line["Δ untuned"] == "—"


def with_more(planned):
    """The same candidate as of a search that chose other fields too."""
    chosen = dict(planned.searched.chosen) | {
        "schedule.weight_decay": 0.00123, "link": "noise", "teacher.schedule.epochs": 12,
    }  # fmt: skip
    untuned = {"schedule.weight_decay": 0.0, "link": "VAE (all)"}
    more = replace(planned.searched, chosen=chosen, untuned=untuned)
    return replace(planned, searched=more)


def test_whatever_field_was_searched_is_told_and_has_a_column(found):
    found.settings[:] = [with_more(one) if one.search else one for one in found.settings]
    rows = rows_of(found)
    said = " ".join(choice(rows))
    assert (
        "chose Small ← MNIST-Big, φ VAE (all), λ 0.6, T 2, weight decay 0.00123, link noise, "
        "epochs 12 of 3 settings"
    ) in said
    assert "against weight decay 0, link VAE (all) the choice is better: test accuracy +0" in said
    chosen_, front = (view.table for view in selection_views(rows))
    for table in (chosen_, front):
        (line,) = table.to_dict("records")
        shown = (line["weight decay"], line["link"], line["teacher schedule epochs"])
        assert shown == ("0.00123", "noise", "12")
    assert [*chosen_].index("T") < [*chosen_].index("link") < [*chosen_].index("score")


def test_labels_of_paths_are_words_that_tell_them_apart():
    assert path_labels(["objective.hard_label_weight", "objective.temperature", "base"]) == {
        "objective.hard_label_weight": "λ", "objective.temperature": "T", "base": "base",
    }  # fmt: skip
    paths = ["schedule.learning_rate", "teacher.schedule.learning_rate", "link.std"]
    assert [*path_labels(paths).values()] == [
        "schedule learning rate", "teacher schedule learning rate", "std",
    ]  # fmt: skip
    assert path_labels(["method.temperature"]) == {"method.temperature": "temperature"}
    assert (
        values_text({"a.b_c": 1_600, "d": 0.12345, "e": "Small"}) == "b c 1600, d 0.123, e Small"
    )


def test_candidates_are_in_no_table_of_results(found):
    rows = rows_of(found)
    table = build(rows)
    assert len(table) == 4
    assert set(table["rule"]) == {"—"}
    assert len(next(views(rows)).table) == 4
    assert chosen(row for row in rows if not row.is_candidate) is None


def test_a_search_that_lacks_a_trial_has_not_chosen(found):
    found.trials[:] = [t for t in found.trials if t.key != Trial(setting=A, seed=1_001).key]
    rows = rows_of(found)
    assert tuned(rows) == []
    assert list(selection_views(rows)) == []
    lack = next(row.lack() for row in rows if row.planned.key == A.key)
    assert lack.startswith("1 of 2 seeds have ended")


def test_a_choice_that_is_not_trained_anew_yet_is_said_so(found):
    key = SEARCH.reported(B).key
    found.trials[:] = [t for t in found.trials if t.setting != key]
    assert "not trained with fresh seeds yet" in " ".join(choice(rows_of(found)))


def test_a_setting_without_a_rule_is_its_own_report(found):
    rows = rows_of(found)
    assert reported(rows[0], rows) is rows[0]


def test_what_a_population_s_choice_became_is_its_report(found):
    weight = "objective.hard_label_weight"
    lineage = [Stage(0, {weight: 0.2}, "one"), Stage(10, {weight: 0.25}, "another")]
    anew = SEARCH.reported(B, lineage)
    more = study({anew: [0.9, 0.901, 0.902]}, seeds=3)
    found.settings.extend(more.settings)
    tags = {"lineage": written(lineage), "reported": anew.key}
    found.trials[:] = [
        replace(one, tags=tags) if one.setting == B.key else one for one in found.trials
    ] + more.trials
    rows = rows_of(found)
    (one,) = tuned(rows)
    assert one.best.planned.key == B.key
    assert one.final.planned.key == anew.key
    said = " ".join(choice(rows))
    assert "λ 0.2" in said
    assert "whose numbers change: after 10 epochs λ 0.25." in said
    assert "test accuracy 0.901 ± 0.001" in said


CELLS = {
    replace(on_mnist_vae("all"), held_out=0.2, objective=Distillation(hard_label_weight=weight)): (
        validation, test,
    )
    for weight, validation, test in ((0.25, 0.80, 0.82), (0.75, 0.84, 0.86), (1.0, 0.79, 0.79))
}  # fmt: skip


def grid(anew=()):
    """Cells of equal students but for their luck; anew: accuracies of fresh ones, by setting."""
    made = study({cell: [] for cell in CELLS}, seeds=3)
    for cell, (validation, test) in CELLS.items():
        for seed in range(3):
            scored = {"validation/accuracy": validation + seed / 1000}
            made.trials.append(record(cell, seed, test + seed / 1000, **scored))
    best = [*CELLS][1]
    for setting, values in dict(anew).items():
        one = study({setting: []}, seeds=3).settings[0]
        again = best.key if setting.teacher else None
        made.settings.append(replace(one, place=9, seeds=range(3_000, 3_003), again=again))
        made.trials.extend(record(setting, 3_000 + n, value) for n, value in enumerate(values))
    return rows_of(made)


def test_a_listed_choice_is_reported_by_students_trained_anew():
    """Its own students were chosen by their luck: 0.861 on test; fresh ones have 0.803."""
    whole = replace([*CELLS][1], held_out=0.0)
    alone_ = alone(whole)
    rows = grid({whole: [0.802, 0.803, 0.804], alone_: [0.792, 0.793, 0.795]})
    said = choice(rows)
    assert said[0].endswith("λ 0.75, T 1: validation accuracy 0.841.")
    assert said[1] == "Trained anew with fresh seeds it has test accuracy 0.803 ± 0.001 (n = 3)."
    assert said[2].startswith("Against the student alone it is better: test accuracy +0.010 [")
    assert "0.861" not in " ".join(said)
    table = build(rows)
    assert table["setting"].tolist()[:2] == [whole.key, alone_.key]
    verdicts = Family(rows)
    anew = next(row for row in rows if row.planned.key == whole.key)
    assert verdicts.verdict(anew).of == 1  # by itself, whatever the number of cells
    assert verdicts.verdict(anew).word == Word.BETTER
    quality, against = (view.table for view in list(views(rows))[:2])
    assert [*quality["student"][:2], *against["student"][:1]] == ["Small, anew"] * 3


def test_a_listed_choice_that_is_not_trained_anew_is_said_so():
    said = " ".join(choice(grid()))
    assert "Its students, which were chosen by their validation, have test accuracy 0.861" in said
    whole = replace([*CELLS][1], held_out=0.0)
    said = " ".join(choice(grid({whole: [0.8], alone(whole): [0.79]})))
    assert "is not trained with fresh seeds yet: 1 of 3 seeds have ended" in said


def test_several_searches_are_a_family(found):
    """Two equal p under Holm are each doubled; one search alone needs no correction."""
    (one,) = tuned(rows_of(found))
    (single,) = tuning_verdicts([one])
    assert single.p == single.found.p
    assert single.is_decided
    for verdict in tuning_verdicts([one, one]):
        assert verdict.p == pytest.approx(2 * single.found.p)
    crowd = tuning_verdicts([one] * 500)
    assert crowd[0].found.supported
    assert crowd[0].word == Word.UNDECIDED


def at_rate(row, rate):
    parameters = row.planned.parameters | {"learning_rate": rate}
    return replace(row, planned=replace(row.planned, parameters=parameters))


def test_a_tuned_learning_rate_is_compared_with_a_tuned_student_alone(found):
    """Else the teacher would be credited with what the rate has done."""
    (one,) = tuned(rows_of(found))
    fast = replace(one, final=at_rate(one.final, "0.003"))
    alone = replace(one, name="alone", final=at_rate(one.final.alone, "0.002"))
    assert alone_of(one, [one, alone]) is one.final.alone
    assert alone_of(fast, [fast]) is one.final.alone
    assert alone_of(fast, [fast, alone]) is alone.final
    assert _beside(fast, [fast]).endswith("(not tuned: learning rate 0.001)")
    assert _beside(fast, [fast, alone]).endswith("(tuned too, by alone: learning rate 0.002)")
