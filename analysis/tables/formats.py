"""The table written as Markdown, CSV, LaTeX or JSON (on a terminal: analysis.tables.console)."""

import json
import re
from collections.abc import Sequence
from enum import StrEnum

from analysis.evidence.rows import Row
from analysis.tables.columns import build
from analysis.tables.view import View
from analysis.tables.views import views
from records.schema import Study

LATEX_SIGNS: dict[str, str | int | None] = {
    "±": r"$\pm$",
    "φ": r"$\varphi$",
    "δ": r"$\delta$",
    "ε": r"$\varepsilon$",
    "λ": r"$\lambda$",
    "Δ": r"$\Delta$",
    "∘": r"$\circ$",
    "×": r"$\times$",
    "·": r"$\cdot$",
    "→": r"$\to$",
    "←": r"$\gets$",
    "≤": r"$\le$",
    "≥": r"$\ge$",
    "½": r"$\frac{1}{2}$",
    "—": "---",
}


MARKS = re.compile(r"\\|<(?=[A-Za-z/!?])|\[(?![-+0-9])|\](?=[(\[:])|\|")
"""What would be HTML, a link or the end of a cell in Markdown; an interval's brackets are not."""


class Format(StrEnum):
    """How to write a table."""

    TEXT = "text"
    MD = "md"
    CSV = "csv"
    LATEX = "latex"
    JSON = "json"


def render(
    study: Study,
    rows: Sequence[Row],
    form: Format,
    lacks: Sequence[str],
    more: Sequence[View] = (),
) -> str:
    """The table of a study's rows in a format; CSV and JSON in full precision.

    lacks: what rows are short of; more: further views; both for formats that people read.
    """
    match form:
        case Format.CSV:
            return build(rows).to_csv(index=False)
        case Format.JSON:
            about = {"space": study.space, "about": study.about, "seeds": study.seeds}
            table = build(rows).astype(object)
            lines = table.where(table.notna(), None).to_dict("records")
            return json.dumps({**about, "rows": lines}, ensure_ascii=False, indent=1) + "\n"
        case Format.LATEX:
            return render_views([*views(rows), *more], form) + _latex_comments(lacks)
        case _:
            shown = render_views([*views(rows), *more], form)
            return shown + "".join(f"\n- {lack}\n" for lack in lacks)


def render_views(found: Sequence[View], form: Format) -> str:
    """Views alone, as people read them, in any format but text; JSON: lines by title."""
    match form:
        case Format.CSV:
            return "\n".join(view.table.to_csv(index=False) for view in found)
        case Format.JSON:
            lines = {view.title: view.table.to_dict("records") for view in found}
            return json.dumps(lines, ensure_ascii=False, indent=1) + "\n"
        case Format.LATEX:
            head = "% needs \\usepackage{booktabs, graphicx}\n"
            return head + "\n".join(map(_latex, found))
        case _:
            return "\n".join(
                f"### {view.title}\n\n{view.note}\n\n{markdown(view)}" for view in found
            )


def markdown(view: View) -> str:
    """The table of a view alone, in Markdown."""
    headings = [view.heading(column) for column in view.table.columns]
    lines = [headings, ["---"] * len(headings), *view.table.to_numpy().tolist()]
    return "".join(f"| {' | '.join(inert(str(cell)) for cell in line)} |\n" for line in lines)


def inert(text: str) -> str:
    """A text in Markdown: no HTML, link, picture or end of a cell, whatever names are in it."""
    return MARKS.sub(lambda found: "&lt;" if found[0] == "<" else f"\\{found[0]}", text)


def _latex(view: View) -> str:
    shown = view.table.rename(columns=view.heading)
    body = (
        shown.style.hide(axis="index")
        .format(escape="latex")
        .format_index(axis="columns", escape="latex")
    )
    text = body.to_latex(hrules=True, column_format="l" * shown.shape[1])
    caption = _escaped(f"{view.title}: {view.note}.")
    head = f"\\begin{{table}}\n\\centering\n\\caption{{{caption}}}\n"
    fitted = f"\\resizebox{{\\linewidth}}{{!}}{{%\n{text}}}\n"
    return f"{head}{fitted}\\end{{table}}\n".translate(str.maketrans(LATEX_SIGNS))


def _escaped(text: str) -> str:
    found = "".join(f"\\{sign}" if sign in "%&#_${}" else sign for sign in text)
    return re.sub(r"\\(?![%&#_${}])", r"\\textbackslash{}", found).replace("`", "'")


def _latex_comments(lacks: Sequence[str]) -> str:
    return "".join(f"% {lack}\n" for lack in lacks)
