"""The report: out of golden records byte for byte, and opened in a real browser."""

from pathlib import Path

import pytest
from golden.make import outputs

from analysis.report import write
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
    text = page.read_text()
    for sign in (" src=", "<script", "@import", "<link"):
        assert sign not in text
    assert "What the evidence supports" in text
    assert "python -m study.launch --space smoke" in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_in_a_browser(page, browser, scheme, width, tmp_path):
    """No errors, nothing fetched, no page wider than the screen, ink that stands out."""
    tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    wrong, asked = [], []
    tab.on("console", lambda message: wrong.append(message.text))
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(page.as_uri())
    assert wrong == []
    assert asked == [page.as_uri()]
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.locator("figure svg").count() == tab.locator("figure").count() > 0
    sizes = tab.evaluate(TEXT_SIZES)
    assert min(sizes["page"]) >= 13
    assert min(sizes["figures"]) >= 6
    assert tab.evaluate(CONTRAST) >= 7
    tab.screenshot(path=tmp_path / "page.png", full_page=True)
    tab.close()


TEXT_SIZES = """() => {
  const px = e => parseFloat(getComputedStyle(e).fontSize);
  const page = [...document.querySelectorAll('p, li, td, th, dd, figcaption')].map(px);
  const figures = [...document.querySelectorAll('figure svg')].flatMap(svg => {
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
