"""One list of comparisons: the families that tables and sentences have, and no others."""

from collections import defaultdict
from dataclasses import replace

import pytest
from invented import study

from analysis.audits import fashion
from analysis.comparisons.contrasts import contrast_sentences, contrast_views
from analysis.comparisons.questions import questions
from analysis.evidence.family import Family
from analysis.evidence.rows import rows_of
from analysis.factors.views import factor_views
from analysis.methods.comparison import transfer_views
from search_spaces.base import Space
from search_spaces.paper_table import SPACE as PAPER_TABLE
from search_spaces.rows.controls import controls_of
from search_spaces.rows.garments import ON_BIG, ON_BIG_NOISE, SMALL_ALONE
from search_spaces.transfer.transfer_methods_small import SPACE as METHODS
from trainables.errors import BadInputError


def values(settings, seeds=6):
    """Accuracies that differ between settings and seeds, without end."""
    return {
        one: [0.8 + 0.003 * (at % 7) + 0.001 * ((seed * (at + 2)) % 5) for seed in range(seeds)]
        for at, one in enumerate(settings)
    }


def rows_with(settings, contrasts=()):
    found = study(values(settings))
    space = Space(name="n", about="", settings=tuple(settings), contrasts=contrasts)
    return rows_of(replace(found, contrasts=space.contrasts_by_key))


def families(rows):
    found = defaultdict(list)
    for one in questions(rows):
        found[one.family].append(one.verdict)
    return found


def words_in(views, title):
    """What a view's verdicts say, in order."""
    shown = [view.table for view in views if view.title.startswith(title)]
    return [word for table in shown for word in table["verdict"]]


def test_the_paper_s_sentences_are_judged_as_they_are_said():
    rows = rows_with(PAPER_TABLE.settings, PAPER_TABLE.contrasts)
    found = families(rows)
    assert {name: len(each) for name, each in found.items()} == {
        "alone": 9, "contrasts": 4, "labels of a VAE": 2,
    }  # fmt: skip
    for each in found.values():  # Holm over the family alone
        assert {verdict.of for verdict in each} == {len(each)}
    family = Family(rows)
    assert [one.word for one in found["alone"]] == [family.verdict(r).word for r in family.rows]
    assert len(fashion.audit(rows).sentences) > 2
    assert [row["against"] for row in next(contrast_views(rows)).table.to_dict("records")] == [
        "FashionMNIST-Big, no φ", "FashionMNIST-Big, no φ",
        "MNIST-Big, φ VAE (all)", "FashionMNIST-Big, no φ",
    ]  # fmt: skip
    said = contrast_sentences(rows)
    assert len(said) == 4
    assert "Small ← FashionMNIST-Big, φ noise against Small ← FashionMNIST-Big, no φ: " in said[0]
    assert "with Holm's correction over 4" in said[0]


def test_without_the_published_rows_there_is_no_audit_and_nothing_of_it_is_judged():
    corrected = [one for one in PAPER_TABLE.settings if one.protocol == "corrected"]
    assert set(families(rows_with(corrected))) == {"alone"}


def test_methods_are_judged_as_their_tables_show():
    rows = rows_with(METHODS.settings)
    found, views = families(rows), list(transfer_views(rows))
    said = {name: [str(one.word) for one in each] for name, each in found.items()}
    beside = [word for name, words in said.items() if name.startswith("beside ") for word in words]
    shown = [
        words_in(views, title)
        for title in ("Beside the study's own", "Beside the same student", "With and without")
    ]
    plain = [[word.partition(",")[0] for word in words] for words in shown]
    assert beside == plain[0]
    assert said.get("without it", []) == plain[1]
    assert said.get("adaptation", []) == plain[2]
    assert beside
    assert said["without it"]
    for name, each in found.items():
        assert {verdict.of for verdict in each} == {len(each)}, name


def test_a_ladder_s_rungs_are_judged_as_its_table_shows():
    rows = rows_with([SMALL_ALONE, ON_BIG, *controls_of(ON_BIG)])
    (view, *_) = factor_views(rows)
    shown = [cell.partition(",")[0] for cell in view.table.iloc[1:-1, -1]]
    assert [str(verdict.word) for verdict in families(rows)["ladder"]] == shown


def test_what_can_never_be_compared_is_no_question():
    """A row that was trained anew has other seeds than its teacher's controls."""
    rows = rows_with([SMALL_ALONE, ON_BIG, *controls_of(ON_BIG)])
    before = len(questions(rows))
    control = next(row for row in rows if row.is_control)
    control.planned = replace(control.planned, seeds=range(3_000, 3_006))
    assert len(questions(rows)) < before


@pytest.mark.parametrize(
    ("contrasts", "said"),
    [
        (((ON_BIG, ON_BIG),), "give two settings that differ"),
        (((ON_BIG, ON_BIG_NOISE),), "does not list as corrected"),
        (((SMALL_ALONE, ON_BIG), (ON_BIG, SMALL_ALONE)), "give each pair once"),
        ((ON_BIG,), "give pairs of listed settings"),
        (((ON_BIG, SMALL_ALONE, ON_BIG),), "give two settings that differ"),
    ],
)
def test_contrasts_that_make_no_sense(contrasts, said):
    with pytest.raises(BadInputError, match=said):
        Space(name="n", about="", settings=(SMALL_ALONE, ON_BIG), contrasts=contrasts)
