"""What a recorded setting says of itself is what the setting itself says, defaults included."""

import pytest
from invented import study

from analysis.evidence.rows import rows_of
from analysis.evidence.texts import NONE
from search_spaces import names
from search_spaces.base.catalogue import load
from trainables.links import PairedRecipe


def settings_of(space):
    searched = [
        made
        for search in space.searches
        for asked in [search.setting({})]
        for made in (asked, search.as_oracle(asked), search.reported(asked))
    ]
    return dict.fromkeys([*space.settings, *searched])


@pytest.mark.parametrize("name", names())
def test_a_row_reads_its_definition_as_the_setting_does(name):
    settings = settings_of(load(name))
    rows = rows_of(study(dict.fromkeys(settings, ())))
    for row, setting in zip(rows, settings, strict=True):
        teacher, method = setting.teacher, setting.method
        assert row.split == setting.student_split
        assert row.domain == setting.target.described
        assert row.teacher_domain == (teacher.domain.name if teacher else None)
        assert row.teacher_split == (teacher.split if teacher else None)
        assert row.broadcast is getattr(setting.objective, "broadcast", False)
        assert row.corrected is (setting.protocol == "corrected")
        assert row.made_by_method is (method is not None)
        assert row.method == (method.label(setting.target) if method else NONE)
        assert row["student"] == f"{setting.target.name}-{setting.student_split}"
        assert row.is_candidate is (setting.rule is not None)
        assert row.parts == setting.parts
        recipe = setting.link.learned
        pairs = (recipe.pairs, "pairs") if isinstance(recipe, PairedRecipe) else None
        assert row.amount == pairs
        if method:
            assert row.method_name == method.name
        if setting.rule:
            assert row.score == setting.rule.score
