"""All that is printed stays whole at any width of a terminal from 80 columns up."""

import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from screens import SUBJECTS, found_in, screen, screens

from analysis.tables.console import sheet_of
from records.terminal import Field, Sheet, say
from records.terminal.fitting import NONE

GOLDEN = Path(__file__).parent / "golden"
WORDS = st.text("abcdefgh·φ", min_size=1, max_size=12)
FIGURES = st.from_regex(r"[+-]0\.[0-9]{3} \[[+-][0-9]{1,4}\.5, 1\]", fullmatch=True)


@pytest.mark.parametrize("name", SUBJECTS)
def test_screens_are_those_that_were_looked_at(name):
    """After a change that is meant: tests/screens/make.py."""
    assert screens(name) == (GOLDEN / f"{name}.txt").read_text()


@pytest.mark.parametrize("name", SUBJECTS)
def test_no_line_is_wider_than_the_terminal(name):
    for width in (80, 81, 87, 93, 107, 140, 163):
        assert max(map(len, screen(name, width).splitlines())) <= width


def check(sheet, width):
    """Each line has room, no figure and no word is broken, and nothing goes without a word."""
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    sheet.show(console)
    text = console.file.getvalue()
    lines, words = text.splitlines(), {*re.findall(r"[^\s(),;]+", text)}
    assert max(map(len, lines)) <= width
    left_out = text.partition("left out here: ")[2].replace("\n", " ")
    for field in sheet.fields:
        if field.heading in left_out:
            continue
        for cell, short in zip(field.cells, field.short or field.cells, strict=True):
            assert {*re.findall(r"[^\s(),;]+", short)} <= words | {NONE}  # shared: it is not said
            if width >= 80 and not field.is_words and not field.is_key:
                assert any(cell in line or short in line for line in lines)


@pytest.mark.parametrize("name", ["paper_table", "transfer_methods_small", "searches", "objects"])
def test_no_figure_and_no_word_of_a_view_is_broken(name):
    for view in found_in(name):
        for width in (40, 60, 79, *range(80, 201, 12)):
            check(sheet_of(view, limit=8), width)


@st.composite
def sheets(draw):
    """Tables of names and figures, of which some may leave."""
    rows, names, figures = (draw(st.integers(1, most)) for most in (4, 3, 8))
    texts = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)

    def column(cells):
        return draw(st.lists(cells, min_size=rows, max_size=rows))

    fields = [Field(draw(WORDS), column(texts), is_words=True, is_key=True) for _ in range(names)]
    fields = [field._replace(leaves=place) for place, field in enumerate(fields)]
    fields += [Field(draw(WORDS), column(FIGURES), leaves=place) for place in range(figures)]
    return Sheet(draw(texts), fields, draw(texts), rest="--wide")


@settings(max_examples=60)
@given(sheets(), st.integers(40, 200))
def test_any_table_is_whole_at_any_width(sheet, width):
    check(sheet, width)


def test_in_a_file_and_when_asked_for_all_nothing_is_left_out():
    fields = [Field(f"heading {n}", [f"cell {n}"], is_key=n < 3, leaves=n) for n in range(30)]
    sheet = Sheet("title", fields)
    for options, wide in (({}, False), ({"force_terminal": True, "color_system": None}, True)):
        console = Console(file=io.StringIO(), width=80, **options)
        sheet.show(console, wide=wide)
        assert all(field.cells[0] in console.file.getvalue() for field in fields)
        assert "left out" not in console.file.getvalue()


def test_a_sentence_is_broken_between_words_and_an_address_never():
    address = "sqlite:///" + "folder/" * 12 + "mlflow.db"
    sentence = f"the records of this study are all of them in [brackets] at {address} and not here"
    console = Console(file=io.StringIO(), width=40, force_terminal=True, color_system=None)
    say(console, sentence)
    lines = console.file.getvalue().splitlines()
    assert address in lines
    assert " ".join(lines) == sentence
    assert all(len(line) <= 40 for line in lines if line != address)
    plain = Console(file=io.StringIO(), width=40)
    say(plain, sentence)
    assert plain.file.getvalue() == f"{sentence}\n"


def test_in_a_notebook_a_sentence_is_read_without_scrolling(monkeypatch):
    shown = []
    monkeypatch.setattr("rich.jupyter.display", lambda segments, text: shown.append(text))
    sentence = "the choice is better than the student alone " * 6
    say(Console(force_jupyter=True), sentence.strip())
    lines = "".join(shown).splitlines()
    assert " ".join(lines).split() == sentence.split()
    assert len(lines) > 1
    assert all(len(line) <= 80 for line in lines)
