"""Rows that differ can be told apart by their labels: figures and sentences have nothing else."""

from dataclasses import replace

from invented import study

from analysis.evidence.rows import rows_of
from search_spaces.pairs.fonts import SPACE
from search_spaces.rows.garments import ON_BIG, SMALL_ALONE
from trainables.objectives import Hinton


def test_a_network_is_named_where_students_differ_in_it():
    labels = [row.label for row in rows_of(study(dict.fromkeys(SPACE.settings, (0.8, 0.9))))]
    assert len({*labels}) == len(SPACE.settings)
    assert labels[0] == "Perceptron 64: Small alone"
    assert labels[-1] == "ConvNet 8-16: Small ← PrintedDigits-Big, no φ, ClassMeans"


def test_each_network_is_compared_with_its_own_student_alone():
    for row in rows_of(study(dict.fromkeys(SPACE.settings, (0.8, 0.9)))):
        assert row.alone
        assert row.alone["student_network"] == row["student_network"]
        assert row.alone["learns_from"] == "labels"


def test_an_objective_is_named_unless_its_weights_say_it():
    hinton = replace(ON_BIG, objective=Hinton())
    labels = [
        row.label for row in rows_of(study(dict.fromkeys((SMALL_ALONE, ON_BIG, hinton), (0.8,))))
    ]
    assert labels == [
        "Small alone",
        "Small ← FashionMNIST-Big, no φ",
        "Small ← FashionMNIST-Big, no φ, Hinton",
    ]
