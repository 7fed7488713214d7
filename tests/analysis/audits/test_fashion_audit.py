"""Table 3 audited: its intervals say what they cover."""

from invented import study

from analysis.audits.fashion import audit
from analysis.evidence.rows import rows_of
from search_spaces.rows.garments import ON_BIG, SMALL_ALONE
from search_spaces.rows.published import published

ALONE = [0.79, 0.80, 0.80, 0.81]
TAUGHT = [0.81, 0.81, 0.83, 0.82]


def said(looks):
    values = {SMALL_ALONE: ALONE, ON_BIG: TAUGHT}
    values |= {published(one): own for one, own in values.items()}
    return audit(rows_of(study(values, seeds=4, looks=looks))).view


def test_a_study_that_looks_again_says_that_its_interval_holds_at_all_looks():
    assert said(()).note.endswith("[95 %, paired t, n = 4]")
    assert said((2, 4, 8)).note.endswith("[95 % at all looks, paired t, n = 4]")


def test_each_row_has_its_gain_and_what_the_seeds_say_of_it():
    line = said(()).table.iloc[-1]
    assert line["corrected gain"] == "+0.017 [+0.002, +0.033]"  # t of 3: 0.0175 ± 0.0152
    assert line["the seeds say"].startswith("better")
