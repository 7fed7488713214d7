"""Nested searches until decided: more seeds of a procedure are more searches, one for each."""

from dataclasses import replace

import pytest
from formula import NO_RECORDS, Study

from analysis.comparisons.questions import questions
from analysis.evidence.rows import rows_of
from records.schema import procedure_key
from search_spaces.base import NestedSearch, Space, Uniform
from search_spaces.rows.garments import ON_BIG, ON_BIG_NOISE, SMALL_ALONE
from study.planning.predicted import predicted_work
from study.planning.seeds import Seeds
from study.running.looks import Looks
from trainables.randomness import generator

WEIGHT = "objective.hard_label_weight"
PROCEDURE = procedure_key("inside")
SPACE = Space(
    name="nested_looked",
    about="Does tuning pay, as a procedure?",
    settings=(SMALL_ALONE, ON_BIG, ON_BIG_NOISE),
    searches=(
        NestedSearch(
            name="inside", base=ON_BIG, over={WEIGHT: Uniform(0, 1)}, settings=4, round_size=2
        ),
    ),
)


def score_of(trial):
    """The teachers' rows are far above the student alone; what tuning adds to them is vague."""
    if trial.setting.teacher is None:
        return 0.7 + 0.0001 * (trial.seed % 3)
    noise = float(generator(f"nested/{trial.seed}", trial.seed).initial_seed() % 10_007) / 10_007
    fixed = trial.setting in (ON_BIG, ON_BIG_NOISE)
    return 0.85 + 0.0001 * (trial.seed % 7) + (0 if fixed else 0.05 * (noise - 0.45))


def study(folder, most=20, **options):
    return Study(folder, SPACE, score_of, until_decided=most, **options)


def judged(found):
    plan = found.plan()
    looks = Looks(plan, found.client or NO_RECORDS)
    looks.catch_up()
    return plan, looks


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    found = study(tmp_path_factory.mktemp("whole"))
    found.titles = found.launch()
    return found


def test_the_procedure_gets_searches_and_what_it_is_compared_with_seeds(whole):
    plan, looks = judged(whole)
    assert plan.reported_seeds()[PROCEDURE] == 20
    assert [state.search.own_seed for state in plan.searches] == [*range(20)]
    assert [plan.seeds.of(one) for one in SPACE.settings] == [10, 20, 10]
    # Alone with both rows and the procedure, and that with what it varied.
    assert looks.judged[:4] == (4, 3, 0, 1)
    assert looks.judged.undecided[0].endswith("(tuning, n = 20)")
    assert len(whole.trial_index.records) == 10 + 20 + 10 + 20 * (4 + 1)


def test_the_plan_counts_the_searches_of_the_next_look(whole):
    whole.until_decided = 28
    plan, _ = judged(whole)
    done, total = plan.trial_counts()
    assert total - done == 8 * (1 + 4 + 1)
    assert predicted_work(plan).total() > 0
    whole.until_decided = 20
    assert predicted_work(judged(whole)[0]).total() == 0


@pytest.mark.parametrize("stop", [0, 7, 30, 61, 84, 86, 101, 110, 122])
def test_stopped_in_any_round_it_comes_to_the_same(whole, stop, tmp_path):
    stopped = study(tmp_path)
    stopped.launch(stop_after=stop)
    stopped.launch()
    assert sorted(stopped.trained) == sorted(whole.trained)
    assert judged(stopped)[1].judged == judged(whole)[1].judged


def test_extended_it_comes_to_the_same(whole, tmp_path):
    shorter = study(tmp_path, most=14)
    shorter.launch()
    shorter.until_decided = 20
    shorter.launch()
    assert sorted(shorter.trained) == sorted(whole.trained)


def test_a_look_sees_what_tables_read_and_nothing_of_later_seeds(whole, client, tmp_path):
    """A launch of fixed n before it has searched for 17 seeds: the looks are as if it had not."""
    found = study(tmp_path, client=client)
    found.until_decided = None
    found.launch(seeds=17)
    found.until_decided = 10
    plan, looks = judged(found)
    (row,) = [row for row in rows_of(looks.seen()) if row.nested]
    assert (sorted(row.finished), row.missing, row.planned.seeds) == (
        [*range(10)],
        [],
        [*range(10)],
    )
    assert plan.reported_seeds()[PROCEDURE] == 10
    found.until_decided = 20
    found.launch()
    assert not set(whole.trained) - set(found.trained)
    last = judged(found)[1]
    assert last.judged == judged(whole)[1].judged
    words = [
        [(one.family, one.keys, one.verdict.word) for one in questions(rows_of(seen))]
        for seen in (last.seen(), found.as_read())
    ]
    assert words[0] == words[1]
    # Status and clean count what the looks have planned.
    assert Seeds.as_recorded(client, SPACE).of_search(SPACE.searches[0]) == 20


class CandidatesOfSeedThree:
    """Whatever the search of seed 3 has asked for by now, as keys of trials."""

    def __init__(self, found):
        self.found = found

    def __contains__(self, key):
        state = self.found.plan().searches[3]
        return key in {trial.key for trial in state.trials(state.asked)}


def test_a_seed_that_could_not_choose_ends_the_looks_at_the_procedure(tmp_path):
    found = study(tmp_path)
    found.launch(failing=CandidatesOfSeedThree(found))
    plan, looks = judged(found)
    assert plan.reported_seeds()[PROCEDURE] == 10
    assert (looks.judged.failed, looks.judged.open) == (2, 0)
    (row,) = [row for row in rows_of(looks.seen()) if row.nested]
    assert [*row.failed] == [3]
    assert row.values("test/accuracy") == {}  # nothing is averaged over survivors


def test_what_it_varies_may_get_more_seeds_without_it(tmp_path):
    """A contrast of the base adds seeds to the base, and no searches."""
    space = replace(SPACE, contrasts=((ON_BIG, ON_BIG_NOISE),))
    found = Study(tmp_path, space, by_contrast, until_decided=20)
    found.launch()
    plan, _ = judged(found)
    assert plan.reported_seeds()[PROCEDURE] == 10
    assert [plan.seeds.of(one) for one in SPACE.settings] == [10, 20, 20]


def by_contrast(trial):
    """The two rows differ vaguely, and the procedure is far above both."""
    if trial.setting.teacher is None:
        return 0.7 + 0.0001 * (trial.seed % 3)
    if trial.setting not in (ON_BIG, ON_BIG_NOISE):
        return 0.95 + 0.0001 * (trial.seed % 7)
    noise = float(generator(f"nested/{trial.key}", trial.seed).initial_seed() % 10_007) / 10_007
    return 0.82 + 0.03 * noise
