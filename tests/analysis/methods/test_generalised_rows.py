"""Rows of students that see less: their names, what they are compared with, what is printed."""

from dataclasses import replace

from invented import study

from analysis.evidence.rows import rows_of
from analysis.methods.comparison import transfer_views
from analysis.papers.generalised import known_settings
from search_spaces.base.catalogue import load
from search_spaces.rows.garments import ON_BIG, SMALL_ALONE
from trainables.data.domains import FASHION_MNIST
from trainables.data.views import Shrunk, Viewed
from trainables.settings import alone

VALUES = [0.5, 0.6, 0.4, 0.5, 0.5]
SEEN = replace(ON_BIG, target=Viewed(of=FASHION_MNIST, view=Shrunk(height=7, width=7)))


def test_a_student_that_sees_less_is_compared_with_its_like_alone():
    """And neither is a row of the paper's Table 3, which whole students are."""
    rows = rows_of(study(dict.fromkeys((SMALL_ALONE, ON_BIG, alone(SEEN), SEEN), VALUES)))
    assert [row.label for row in rows] == [
        "Small alone",
        "Small ← FashionMNIST-Big, no φ",
        "Small 7×7 alone",
        "Small 7×7 ← FashionMNIST-Big, no φ",
    ]
    assert [rows.index(row.alone) for row in rows] == [0, 0, 2, 2]
    assert [row.printed is not None for row in rows] == [True, True, False, False]


def test_the_printed_figures_stand_beside_the_settings_that_repeat_them():
    known = load("generalised_known").settings
    assert set(known_settings()) <= {one.key for one in known}
    assert len(known_settings()) == 8
    (view,) = transfer_views(rows_of(study(dict.fromkeys(known, VALUES))))
    assert view.title == "Beside the published figures"
    table = view.table.set_index("figure")
    assert table["printed"]["300 digits of 7×7, taught at T = 20"] == "0.6460"
    assert set(table["ours"]) == {"0.500 ± 0.071"}
    assert table["method"]["500 digits of 28×28, the teacher"] == "Small of 500 alone"
