"""A page of ours in a real browser: what it asks for, what goes wrong, which rules it breaks."""

from axe_playwright_python.sync_playwright import Axe


def opened(browser, page, **options):
    """A tab with the page, what went wrong there, and what it asked for."""
    options = {"viewport": {"width": 1440, "height": 900}} | options
    tab = browser.new_page(**options)
    wrong, asked = [], []
    tab.on("console", lambda message: wrong.append(message.text))
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(page.as_uri())
    return tab, wrong, asked


def unfold(tab):
    tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


def violations(tab):
    """Rules of axe-core that the page breaks, each with the first element that does."""
    found = Axe().run(tab).response["violations"]
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in found]


def plain(text):
    """Without what keeps figures whole where a line breaks."""
    return text.replace("\u2060", "").replace("\u00a0", " ")
