"""A page out of a template: the one environment of all of them."""

import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

NO_BREAK, JOINER = "\u00a0", "\u2060"
INSIDE = re.compile(r"(?<=[-+±<≤≥≈~]) (?=\d)|(?<=\d) (?=[%s]( |$))")  # of one figure: "± 0.004"


def page(template: str, **content: object) -> str:
    """The HTML of a page.

    template: its file in this folder; content: its variables, all of which it must be given.
    """
    return _environment().get_template(template).render(**content)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("analysis.pages", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters["whole"] = whole
    return made


def whole(cell: str) -> str:
    """A cell that breaks between figures alone: never within one, nor after its sign."""
    return re.sub(r"(?<=[-+])(?=\d)", JOINER, INSIDE.sub(NO_BREAK, cell))
