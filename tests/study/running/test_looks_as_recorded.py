"""A look sees what tables read of the same records; what a launch chooses, tables call chosen."""

from dataclasses import replace

import pytest
from formula import Study
from test_until_decided import score_of

from analysis.comparisons.questions import questions
from analysis.evidence.rows import lacks, rows_of
from analysis.evidence.selection import chosen
from search_spaces.base import Search, Space
from search_spaces.rows.garments import ON_BIG, ON_BIG_DILATION, ON_MNIST, SMALL_ALONE
from search_spaces.rows.searched import WEIGHT_AND_TEMPERATURE
from study.running.looks import Looks
from trainables.settings.scoring import CrossValidation

SEARCH = Search(base=ON_BIG, over=WEIGHT_AND_TEMPERATURE, rule=CrossValidation(folds=5),
                settings=4, round_size=2, seeds=1, finalists=2, oracle=False)  # fmt: skip
HELD_OUT = tuple(replace(one, held_out=0.2) for one in (SMALL_ALONE, ON_BIG_DILATION, ON_MNIST))
SPACES = {
    "searched": Space(name="searched", about="", settings=(SMALL_ALONE, ON_BIG, ON_MNIST),
                      searches=(SEARCH, replace(SEARCH, name="more", seed=1))),
    "anew": Space(name="anew", about="", settings=HELD_OUT, anew=True),
}  # fmt: skip


def said(study):
    """What each comparison of a study comes to, and what the study lacks."""
    rows = rows_of(study)
    found = {
        (one.ours.planned.key, one.theirs.planned.key): (one.verdict.word, one.verdict.found)
        for one in questions(rows)
    }
    return found, [(row.planned.key, row.seeds, row.missing) for row in rows], lacks(rows)


def by_key(found):
    comparisons, rows, lacking = found
    return comparisons, sorted(rows), lacking


@pytest.fixture(params=SPACES)
def gone_through(request, client, tmp_path):
    found = Study(tmp_path, SPACES[request.param], score_of, until_decided=20, client=client)
    found.launch(stop_after=25)
    found.launch()
    return found


def test_a_look_sees_what_tables_read(gone_through):
    looks = Looks(gone_through.plan(), gone_through.client)
    looks.catch_up()
    seen, read = said(looks.seen()), said(gone_through.as_read())
    assert by_key(seen) == by_key(read)
    assert len(seen[0]) == looks.judged.of > 1
    assert not seen[2]


def test_a_fixed_number_after_it_chooses_what_tables_call_chosen(client, tmp_path):
    """Its looks gave some settings more seeds than others: the choice is by as many of each."""
    found = Study(tmp_path, SPACES["anew"], score_of, until_decided=40, client=client)
    found.launch()
    found.until_decided = None
    for seeds in (12, 3):
        found.launch(seeds=seeds)
        rows = rows_of(found.as_read())
        assert chosen(rows).planned.key == found.plan(seeds=seeds).listed_choice.chosen().key
        assert not lacks(rows)


def test_a_setting_of_few_seeds_keeps_no_study_from_its_choice(client, tmp_path):
    few = tuple(replace(one, seeds=4) if one is HELD_OUT[2] else one for one in HELD_OUT)
    space = Space(name="few", about="", settings=few, anew=True)
    found = Study(tmp_path, space, score_of, until_decided=20, client=client)
    found.launch()
    plan = found.plan()
    looks = Looks(plan, client)
    looks.catch_up()
    assert plan.is_done
    rows = rows_of(found.as_read())
    assert chosen(rows).planned.key == plan.listed_choice.chosen().key
    assert not lacks(rows)
