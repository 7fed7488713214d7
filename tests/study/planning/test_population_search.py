"""A population from its search to what is trained anew, without Ray: what is recorded suffices."""

from dataclasses import replace

from search_spaces.base import LogUniform, Search, Uniform
from search_spaces.smoke import taught
from study.planning.search_state import SearchState
from study.planning.trial_index import TrialIndex
from study.recording.trial_runs import line_of, record_of
from trainables.artifacts.workshop import ignore
from trainables.data.domains import FASHION_MNIST
from trainables.distillation.student import train_students
from trainables.schedule import Schedule
from trainables.settings.population import Population
from trainables.settings.scoring import HoldOut

SEARCH = Search(
    base=replace(taught(FASHION_MNIST), schedule=Schedule(epochs=4, batch_size=64)),
    over={
        "objective.hard_label_weight": Uniform(0, 1),
        "schedule.learning_rate": LogUniform(1e-4, 1e-2),
    },
    rule=HoldOut(score="cross_entropy", population=Population(group=4, every=1, share=0.5)),
    sampler="random", oracle=False, settings=8, round_size=8, seeds=2,
    finalists=2, finalist_seeds=2,
)  # fmt: skip


def test_what_a_population_became_is_chosen_from_its_records(workshop):
    """Two groups; the choice has the numbers that the best student was last trained by."""
    state = SearchState(SEARCH, SEARCH.settings, TrialIndex([]))
    groups = state.competing(state.asked)
    assert [len(group) for group in groups] == [8, 8]
    results = [one for group in groups for one in train_students(group, workshop, ignore)]
    records = [record_of(line_of(one, "trials")) for one in results]
    state = SearchState(SEARCH, SEARCH.settings, TrialIndex(records))
    first = {one.again: one.setting for one in state.expected_finalists()}
    assert len(first) == 2
    assert state.chosen() == []
    scored = train_students(state.trials_again(first.values()), workshop, ignore)
    records += [record_of(line_of(one, "trials")) for one in scored]
    (chosen,) = SearchState(SEARCH, SEARCH.settings, TrialIndex(records)).chosen()
    scores = {}  # the fresh ones alone: the first are of students that were selected on the way
    for one in scored:
        scores.setdefault(one.trial.setting.key, []).append(one.final[SEARCH.rule.metric])
    best = min(first, key=lambda key: sum(scores[first[key].key]))
    (lineage, _) = (one.lineage for one in results if one.trial.setting.key == best)
    assert {record.reported for record in records if record.setting == best} == {chosen.key}
    assert chosen.rule is None
    assert chosen.objective.hard_label_weight == lineage[0].numbers["objective.hard_label_weight"]
    changes = chosen.course.changes if chosen.course else ()
    assert [after for after, _ in changes] == [stage.after for stage in lineage[1:]]
    assert any(len(one.lineage) > 1 for one in results)
