"""The table written as Markdown, CSV, LaTeX or JSON; on a terminal it is `analysis.table.show`."""

import json
from collections.abc import Sequence
from enum import StrEnum

import pandas as pd

from analysis.tables.view import View
from analysis.tables.views import views
from records.schema import Study

LATEX_SIGNS: dict[str, str | int | None] = {
    "±": r"$\pm$",
    "φ": r"$\varphi$",
    "λ": r"$\lambda$",
    "Δ": r"$\Delta$",
    "∘": r"$\circ$",
    "—": "---",
}


class Format(StrEnum):
    """How to write a table."""

    TEXT = "text"
    MD = "md"
    CSV = "csv"
    LATEX = "latex"
    JSON = "json"


def render(
    study: Study,
    table: pd.DataFrame,
    form: Format,
    lacks: Sequence[str],
    more: Sequence[View] = (),
) -> str:
    """The table (analysis.tables.columns.build) in a format; CSV and JSON in full precision.

    lacks: what rows are short of; more: further views; both for formats that people read.
    """
    match form:
        case Format.CSV:
            return table.to_csv(index=False)
        case Format.JSON:
            about = {"space": study.space, "about": study.about, "seeds": study.seeds}
            rows = table.astype(object).where(table.notna(), None).to_dict("records")
            return json.dumps({**about, "rows": rows}, ensure_ascii=False, indent=1) + "\n"
        case Format.LATEX:
            head = "% needs \\usepackage{booktabs, graphicx}\n"
            return head + "\n".join(map(_latex, [*views(table), *more])) + _latex_comments(lacks)
        case _:
            shown = [*views(table), *more]
            parts = [f"### {v.title}\n\n{v.note}\n\n{_markdown(v.table)}" for v in shown]
            return "\n".join(parts) + "".join(f"\n- {lack}\n" for lack in lacks)


def _markdown(shown: pd.DataFrame) -> str:
    headings = [heading.strip() for heading in shown.columns]
    lines = [headings, ["---"] * len(headings), *shown.to_numpy().tolist()]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def _latex(view: View) -> str:
    shown = view.table.rename(columns=str.strip)
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
    return "".join(f"\\{sign}" if sign in "%&#_$" else sign for sign in text).replace("`", "'")


def _latex_comments(lacks: Sequence[str]) -> str:
    return "".join(f"% {lack}\n" for lack in lacks)
