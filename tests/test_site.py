"""The documents as a site: whole, without a dead link, and asking nobody outside."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import trainables

ROOT = Path(trainables.__file__).parent.parent


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [
            sys.executable, "-m", "sphinx", "-qW", "--keep-going", "-b", "html",
            "-d", str(folder / "trees"), str(ROOT / "docs"), str(folder / "site"),
        ],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr  # a dead link, or a page that no menu has
    return folder / "site"


def test_every_document_is_a_page_with_the_menu(site):
    home = (site / "index.html").read_text()
    for document in (ROOT / "docs").glob("*.md"):
        assert f'href="{document.stem}.html"' in home or document.stem == "index"
    words = (site / "searchindex.js").read_text()
    for word in ("teacher", "student", "interval"):
        assert word in words


def test_pages_load_nothing_from_outside(site):
    for page in site.glob("*.html"):
        tags = r"<(?:script|img|iframe|link)[^>]*(?:src|href)=\"([^\"]*)"
        loaded = re.findall(tags, page.read_text())
        assert loaded
        assert not [address for address in loaded if "//" in address], page.name


def test_pictures_of_the_pages_are_there(site):
    for page in site.glob("*.html"):
        for address in re.findall(r"<img[^>]*src=\"([^\"]*)", page.read_text()):
            assert (site / address).is_file(), (page.name, address)
