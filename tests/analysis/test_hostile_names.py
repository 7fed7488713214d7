"""Records full of hostile names: shown as inert text by table, page, note, files and figures."""

import copy
import io
import json
import math
import re
from html.parser import HTMLParser

import pytest
from hostile import NEVER, TEXTS
from opened_page import opened, plain, unfold
from rich.console import Console
from tampered import SETTINGS, TRIALS, Server

from analysis.evidence.rows import lacks, rows_of
from analysis.figures import forest
from analysis.mlflow_page.notes import _note
from analysis.report import write
from analysis.sections import answer
from analysis.tables.console import show
from analysis.tables.formats import Format, render
from records.cli import BAD_INPUT, run_command
from records.read import read_study
from trainables.errors import LONGEST, BadInputError, harmless

TEMPLATE = "5a527687a1f9466384ce8785a15294cc"  # a taught setting of the golden study


def hostile():
    """A server with a setting for each text, which it has wherever a name may be."""
    server = Server()
    (like,) = [run for run in server.runs[SETTINGS] if run.info.run_id == TEMPLATE]
    theirs = [
        run for run in server.runs[TRIALS] if run.data.tags["setting"] == like.data.tags["setting"]
    ]
    for number, text in enumerate(TEXTS.values()):
        key = f"{number:016x}"
        for run, place in ((like, SETTINGS), *((one, TRIALS) for one in theirs)):
            made = copy.deepcopy(run)
            made.info.run_id = f"{key}{run.info.run_id}"
            made.data.tags |= {
                "setting": key, "setting_name": text, "place": str(50 + number), "cpu": text,
                "mlflow.source.git.commit": text,
            }  # fmt: skip
            if place == TRIALS:
                made.data.tags["trial"] = f"{key}-{run.data.tags['trial']}"
                made.data.tags["failure"] = text
            made.data.params["teacher"] = text
            server.runs[place].append(made)
    server.tags[SETTINGS] = server.tags[SETTINGS] | {"about": " ".join(TEXTS.values())}
    return server


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """All that is made of such records, by the name of the output."""
    folder, server = tmp_path_factory.mktemp("hostile"), hostile()
    study = read_study(server, SETTINGS)
    rows = rows_of(study)
    found = {str(form): render(study, rows, form, lacks(rows)) for form in Format}
    file = io.StringIO()
    show(study, rows, answer(rows), [], Console(file=file))
    found["terminal"] = file.getvalue()
    found["note"] = _note(study, rows, "1", "#/experiments/2/runs/abc/artifacts", folder)
    path = write(study, server, None, folder / "report.html", folder / "figures")
    found["page"] = path.read_text(encoding="utf-8")
    return found, path


@pytest.mark.parametrize("name", ["terminal", "note", "page", *Format])
def test_no_character_that_steers_is_shown(made, name):
    text = made[0][name]
    assert [sign for sign in NEVER if sign in text] == []
    assert "x" * (LONGEST + 1) not in text


@pytest.mark.parametrize("name", TEXTS)
def test_a_name_is_the_text_that_it_is(made, name):
    """In a cell of the page's tables, in the table as JSON, and on a terminal."""
    shown, outputs = harmless(TEXTS[name]), made[0]
    cells = Cells(outputs["page"]).texts
    assert any(shown in plain(cell) for cell in cells)
    words = re.findall(r"\S+", shown[:20])
    assert all(word in outputs["terminal"] for word in words if len(word) < 9)
    assert shown in {row["name"] for row in json.loads(outputs["json"])["rows"]}


class Cells(HTMLParser):
    """The texts of a page's cells, as a browser reads them."""

    def __init__(self, page):
        super().__init__()
        self.texts = []
        self.inside = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.inside = tag in ("td", "th")
        if self.inside:
            self.texts.append("")

    def handle_data(self, data):
        if self.inside:
            self.texts[-1] += data


def test_a_note_has_no_link_but_its_own(made):
    """As Markdown: no HTML, and of links and pictures those to MLflow's own pages."""
    note = made[0]["note"]
    for text in (note, made[0]["md"]):
        assert not re.search(r"<[A-Za-z/!?]", text)
        assert not re.search(r"(?<!\\)(?:\\\\)*\]\((?:javascript|https)", text)
    links = re.findall(r"(?<!\\)\[[^\]]*[^\\\]]\]\(([^)]*)\)", note)
    assert links
    assert all(link.startswith("#/experiments/") for link in links)


FIGURES = [math.nan, math.inf, 1.79e308, -1.79e308, -1.0]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_that_is_none_stops_no_output(figure):
    """A whole setting whose students have it: none is shown, or it as it is."""
    server = Server()
    for run in server.runs[TRIALS]:
        if run.data.tags["setting"] == "290930877c7b8f73":
            run.data.metrics |= {"test/accuracy": figure, "seconds": figure}
    study = read_study(server, SETTINGS)
    rows = rows_of(study)
    show(study, rows, answer(rows), [], Console(file=io.StringIO()))
    (row,) = [row for row in rows if row.planned.key == "290930877c7b8f73"]
    (line,) = [one for one in json.loads(render(study, rows, Format.JSON, []))["rows"]
               if one["setting"] == row.planned.key]  # fmt: skip
    assert line["accuracy"] == (-1.0 if figure == -1.0 else None)
    assert len([*forest.draw(rows)]) == 1


@pytest.mark.parametrize("name", TEXTS)
def test_a_command_s_error_is_one_line_that_can_be_printed(name, monkeypatch, capsys):
    def command() -> int:
        raise BadInputError(f"unknown space {TEXTS[name]}")

    monkeypatch.setattr("sys.argv", ["command"])
    assert run_command(command) == BAD_INPUT
    said = capsys.readouterr().err
    assert said.startswith("error: unknown space ")
    assert said.removesuffix("\n").isprintable()
    assert len(said) < 6_000


def test_latex_runs_no_command_of_a_name(made):
    assert r"\input" not in made[0]["latex"]


def test_the_page_runs_nothing_and_asks_for_nothing(made, browser):
    tab, wrong, asked = opened(browser, made[1])
    dialogs = []
    tab.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    unfold(tab)
    tab.locator("#tables td").first.hover()
    tab.reload()
    assert (dialogs, wrong) == ([], [])
    assert set(asked) == {made[1].as_uri()}
    made_of = "main script, main img, main iframe, main [onload], main [onerror]"
    assert tab.locator(made_of).count() == 0
    links = tab.evaluate("[...document.links].map(one => one.protocol)")
    assert set(links) <= {"file:", "http:"}
    tab.close()
