"""The report: out of golden records byte for byte, and opened in a real browser."""

import html
import re
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from golden.make import outputs
from opened_page import opened, plain, unfold, violations

from analysis.evidence.rows import rows_of
from analysis.pages import addresses_of
from analysis.report import write
from analysis.sections import answer
from analysis.tables.formats import Format
from records.read import read_study

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def made(golden_client, tmp_path_factory):
    """A folder of all that is made of the golden records; no artifacts are at hand."""
    folder = tmp_path_factory.mktemp("made")
    outputs(golden_client, folder)
    return folder


@pytest.fixture(scope="module")
def page(made):
    return made / "report.html"


@pytest.mark.parametrize("name", ["report.html", *(f"table.{form}" for form in Format)])
def test_byte_for_byte(made, name):
    """After a change that is meant: tests/analysis/golden/make.py."""
    assert (made / name).read_text() == (GOLDEN / name).read_text()


def test_the_same_records_give_the_same_bytes(golden_client, page, tmp_path):
    again = write(read_study(golden_client, "smoke"), golden_client, None, tmp_path / "r.html")
    assert again.read_bytes() == page.read_bytes()


def test_the_report_needs_nothing_else(page):
    """One file of less than 3 MB that names no other, and forbids itself to fetch any."""
    text = page.read_text()
    assert page.stat().st_size < 3_000_000
    for sign in (" src=", "<script src", "@import", "<link", "url(http"):
        assert sign not in text
    assert "default-src 'none'" in text
    assert "python -m study.launch --space smoke" in text


def test_the_answer_comes_first_and_nothing_is_said_twice(page, golden_client):
    text = re.sub(r"<(style|script)>.*?</\1>|<svg.*?</svg>", "", page.read_text(), flags=re.DOTALL)
    said = answer(rows_of(read_study(golden_client, "smoke")))
    after_the_question = text[text.index("</h1>") :]
    assert html.unescape(after_the_question[5:]).lstrip().startswith(f'<p class="answer">{said}')
    sentences = re.findall(r"<(?:p|li)[^>]*>([^<]{40,})</", text)
    assert len(set(sentences)) == len(sentences) > 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 768, 1440])
def test_in_a_browser(page, browser, scheme, width):
    """No errors, nothing fetched, no page wider than the screen, ink that stands out, and no rule
    of axe-core broken, folded and unfolded.
    """
    tab, wrong, asked = opened(
        browser, page, viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    assert violations(tab) == []
    unfold(tab)
    assert wrong == []
    assert asked == [page.as_uri()]
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate(WIDE_FIGURES) == []
    shown = tab.locator("figure svg:visible").count()
    assert shown == tab.locator("figure").count() > 0
    sizes = tab.evaluate(TEXT_SIZES)
    assert min(sizes["page"]) >= 13
    assert min(sizes["figures"]) >= 6
    assert tab.evaluate(CONTRAST) >= 7
    assert violations(tab) == []
    tab.close()


def test_figures_have_the_colours_of_the_scheme(page, browser):
    """Behind a figure is the page itself, and its text stands out, light and dark."""
    for scheme in ("light", "dark"):
        tab, *_ = opened(browser, page, color_scheme=scheme)
        unfold(tab)
        ink, grounds = tab.evaluate(FIGURE_COLOURS)
        assert ink == [tab.evaluate("getComputedStyle(document.body).color")]
        assert grounds == [tab.evaluate("getComputedStyle(document.body).backgroundColor")]
        tab.close()


def test_every_figure_has_a_title_and_marks_tell_their_values(page, browser):
    tab, *_ = opened(browser, page)
    named = tab.evaluate("""[...document.querySelectorAll('figure svg')].map(svg =>
        [svg.getAttribute('role'), svg.getAttribute('aria-labelledby').split(' ')
        .map(id => document.getElementById(id).textContent.length)])""")
    assert all(role == "img" and min(lengths) > 10 for role, lengths in named)
    ids = tab.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(set(ids)) == len(ids)
    told = tab.evaluate("""[...document.querySelectorAll('#forest .broad svg g title')]
        .map(one => one.textContent)""")
    cells = tab.locator("#verdicts table tbody tr").all_inner_texts()
    gains = [re.search(r"[-+][0-9.]+ \[.*?\]", plain(cell))[0] for cell in cells]
    assert len(gains) == 5
    for gain in gains:
        assert any(f"Δ accuracy {gain}, undecided" in one for one in told), gain
    tab.close()


def test_tables_sort_by_any_column_and_what_is_not_there_stands_last(page, browser):
    tab, *_ = opened(browser, page)
    unfold(tab)
    heading = tab.locator("#tables table").first.locator("th", has_text="validation")
    column = heading.evaluate("one => one.cellIndex")
    body = tab.locator("#tables table").first.locator("tbody")
    before = values_of(body, column)
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    known = sorted(float(cell.split()[0]) for cell in before if cell != "—")
    shown = values_of(body, column)
    assert [float(cell.split()[0]) for cell in shown[: len(known)]] == known
    assert set(shown[len(known) :]) == {"—"}
    heading.locator("button").press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    shown = values_of(body, column)
    assert [float(cell.split()[0]) for cell in shown[: len(known)]] == known[::-1]
    assert set(shown[len(known) :]) == {"—"}
    # Lines that belong to the one above them stay there.
    assert tab.locator("#objects table.sortable").count() == 0
    tab.close()


def values_of(body, column):
    lines = body.locator("tr").all()
    return [plain(line.locator("th, td").nth(column).inner_text()) for line in lines]


def test_all_can_be_read_with_scripts_off(page, browser):
    """What is folded opens at a click; a link of the contents opens what it leads to."""
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(page.as_uri())
    assert tab.locator("th button").count() == 0
    table = tab.locator("#tables table").first
    assert not table.is_visible()
    tab.locator("nav a", has_text="All tables").click()
    assert table.is_visible()
    tab.locator("summary", has_text="How to repeat it").click()
    assert tab.locator("#repeat pre").is_visible()
    context.close()


def test_on_paper_nothing_is_folded_or_cut(page, browser, tmp_path):
    """An A4 sheet's text is 186 mm wide: 703 px."""
    for scripts in (True, False):
        context = browser.new_context(
            java_script_enabled=scripts, viewport={"width": 703, "height": 1000}
        )
        tab = context.new_page()
        tab.goto(page.as_uri())
        tab.emulate_media(media="print", color_scheme="dark")
        cut = (
            tab.locator("table, pre, figure, dl").evaluate_all("""all => all
            .map(one => [one.tagName, one.getBoundingClientRect(), one.scrollWidth])
            .filter(([, box, inner]) => !box.height || box.right > 703.5 || inner > box.width + 1)
            .map(([name, box]) => [name, box.right, box.height])""")
            if scripts
            else []
        )
        assert cut == []
        tab.pdf(path=tmp_path / f"{scripts}.pdf", prefer_css_page_size=True)
        context.close()
    with_scripts, without = (pages_of(tmp_path / f"{one}.pdf") for one in (True, False))
    assert with_scripts == without > 5


def pages_of(path):
    return len(re.findall(rb"/Type\s*/Page\b", path.read_bytes()))


def test_each_row_leads_to_its_own_runs(page, browser, golden_client):
    """The address asks MLflow for trials of that setting: as many as the row has seeds."""
    tab, *_ = opened(browser, page)
    addresses = tab.locator("#verdicts td.runs a").evaluate_all("all => all.map(one => one.href)")
    assert len(set(addresses)) == len(addresses) == 5
    trials = golden_client.get_experiment_by_name("smoke · trials").experiment_id
    for address in addresses:
        assert address.startswith(f"http://localhost:5000/#/experiments/{trials}/runs?")
        asked = parse_qs(address.partition("?")[2])["searchFilter"][0]
        assert len(golden_client.search_runs([trials], asked)) == 2
    tab.close()


def test_a_row_whose_seeds_have_a_setting_each_leads_to_those_runs(golden_client):
    made = read_study(golden_client, "smoke")
    first, second = (row for row in rows_of(made)[:2])
    first.finished = {0: first.finished[0], 1: second.finished[1]}
    address = addresses_of(golden_client, made, [first]).of(first.planned.key)
    asked = parse_qs(address.partition("?")[2])["searchFilter"][0]
    trials = golden_client.get_experiment_by_name("smoke · trials").experiment_id
    found = {run.info.run_id for run in golden_client.search_runs([trials], asked)}
    assert found == {record.run_id for record in first.finished.values()}


WIDE_FIGURES = """[...document.querySelectorAll('figure *')]
  .filter(one => one.namespaceURI.endsWith('xhtml') && one.scrollWidth > one.clientWidth + 1
    && one.clientWidth).map(one => one.outerHTML.slice(0, 100))"""
FIGURE_COLOURS = """(() => {
  const distinct = found => [...new Set(found)];
  const svgs = [...document.querySelectorAll('figure svg')];
  return [
    distinct(svgs.flatMap(svg => [...svg.querySelectorAll('text')])
      .filter(one => !/fefefe|010101|var\\(--c/.test(one.getAttribute('style')))
      .map(one => getComputedStyle(one).fill)),
    distinct(svgs.map(svg => getComputedStyle(svg.querySelector('path')).fill)),
  ];
})()"""
TEXT_SIZES = """() => {
  const px = e => parseFloat(getComputedStyle(e).fontSize);
  const shown = what => [...document.querySelectorAll(what)].filter(e => e.checkVisibility());
  const page = shown('p, li, td, th, dd, figcaption').map(px);
  const figures = shown('figure svg').flatMap(svg => {
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    return [...svg.querySelectorAll('text')].map(e => px(e) * scale); });
  return {page, figures: figures.length ? figures : [99]};
}"""
CONTRAST = """() => {
  const light = c => { const [r, g, b] = c.match(/[0-9.]+/g).slice(0, 3).map(v => v / 255)
      .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  const style = getComputedStyle(document.body);
  const [a, b] = [light(style.color), light(style.backgroundColor)].sort((x, y) => y - x);
  return (a + .05) / (b + .05);
}"""
