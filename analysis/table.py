"""The table of a space, from its MLflow records alone: python -m analysis.table --space grid

One row a setting: n, and test accuracy and cross-entropy as mean ± std over seeds (ddof 1).
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from mlflow import MlflowClient
from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod
from rich.table import Table

from analysis.command import Results, TrackingUri, run_command
from analysis.compare import paired_difference
from analysis.published import is_comparable, row_of
from analysis.records import Record, experiment_names, frame, open_client, read
from trainables.errors import BadInputError

METRICS = ("validation/accuracy", "test/accuracy", "test/cross_entropy")
PARAMETERS = ["protocol", "student", "teacher", "link", "vae_labels", "lambda", "temperature"]
HEADINGS = {
    "protocol": "protocol",
    "student": "student",
    "teacher": "teacher",
    "link": "φ",
    "vae_labels": "VAE labels",
    "lambda": "λ",
    "temperature": "T",
    "n": "n",
    "validation/accuracy": "validation",
    "test/accuracy": "test accuracy",
    "published/accuracy": "published",
    "test/cross_entropy": "cross-entropy",
    "published/cross_entropy": "published CE",
    "failed": "failed",
}
SHAREABLE = ("protocol", "student", "n", "λ", "T")  # said once where all rows agree
WIDTH_IN_FILES = 140
LATEX_SIGNS: dict[str, str | int | None] = {
    "±": r"$\pm$",
    "φ": r"$\varphi$",
    "λ": r"$\lambda$",
    "—": "---",
}


class Format(StrEnum):
    """How to write a table."""

    TEXT = "text"
    MD = "md"
    CSV = "csv"
    LATEX = "latex"


def build(records: list[Record]) -> pd.DataFrame:
    """One row a setting: parameters, n, failed, and each metric's mean and `<metric>_std`.

    A setting with a failed trial has no mean: nothing is averaged over survivors. Rows follow
    Table 3, or the validation score where there is one.
    """
    trials = frame(records)
    rows = []
    for _, group in trials.groupby("setting", sort=False):
        first = {str(name): value for name, value in group.iloc[0].items()}
        place, printed = row_of(first["student"], first["teacher"], first["link"])
        failed = int((group["status"] != "FINISHED").sum())
        row = {name: first[name] for name in PARAMETERS}
        row |= {"lambda": float(first["lambda"]), "temperature": float(first["temperature"])}
        row |= {"n": len(group) - failed, "failed": failed, "place": place}
        for metric in METRICS:
            values = group[metric] if metric in group and not failed else pd.Series(dtype=float)
            row |= {metric: values.mean(), f"{metric}_std": values.std(ddof=1)}
        shown = printed if is_comparable(first) else None
        row["published/accuracy"] = shown.accuracy if shown else None
        row["published/cross_entropy"] = shown.cross_entropy if shown else None
        rows.append(row)
    table = pd.DataFrame(rows).dropna(axis="columns", how="all")
    if "validation/accuracy" in table:
        order, ascending = ["validation/accuracy"], [False]
    else:
        order = ["protocol", "place", "vae_labels", "lambda", "temperature"]
        ascending = [True] * len(order)
    table = table.sort_values(order, ascending=ascending, kind="stable", ignore_index=True)
    return table.drop(columns="place")


def printable(table: pd.DataFrame) -> pd.DataFrame:
    """The table for people: `0.804 ± 0.005`, headings spelled out, columns that vary or matter."""
    shown = pd.DataFrame(index=table.index)
    for name, heading in HEADINGS.items():
        if name not in table or (name == "failed" and not table[name].any()):
            continue
        if f"{name}_std" in table:
            pairs = zip(table[name], table[f"{name}_std"], strict=True)
            shown[heading] = [_plus_minus(mean, std) for mean, std in pairs]
        elif name in METRICS:
            shown[heading] = [_plus_minus(mean, float("nan")) for mean in table[name]]
        elif name.startswith("published"):
            shown[heading] = ["" if pd.isna(v) else f"{v:.3f}" for v in table[name]]
        elif name in ("lambda", "temperature"):
            alone = table["teacher"] == "—"
            shown[heading] = [
                "—" if none else f"{value:.3g}"
                for value, none in zip(table[name], alone, strict=True)
            ]
        else:
            shown[heading] = [str(value) for value in table[name]]
    return shown


def _plus_minus(mean: float, std: float) -> str:
    if pd.isna(mean):
        return "—"
    return f"{mean:.3f}" if pd.isna(std) else f"{mean:.3f} ± {std:.3f}"


def render(table: pd.DataFrame, form: Format) -> str:
    """The table as Markdown, CSV (full precision) or LaTeX."""
    if form is Format.CSV:
        return table.to_csv(index=False)
    shown = printable(table)
    if form is Format.LATEX:
        text = shown.to_latex(index=False, escape=True)
        return text.translate(str.maketrans(LATEX_SIGNS))
    lines = [list(shown.columns), ["---"] * shown.shape[1], *shown.to_numpy().tolist()]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def show(client: MlflowClient, space: str, console: Console, limit: int | None = None) -> None:
    """Print a space's table on a terminal; at most `limit` rows, and how many are left out.

    What all rows share stands in the title, so that the rows stay narrow.
    """
    records = read(client, space)
    if not records:
        console.print(f"no trial of {space} is recorded yet")
        return
    shown = printable(build(records))
    shown["student"] = shown["student"].str.removeprefix("FashionMNIST-")
    if "VAE labels" in shown:
        labels = shown.pop("VAE labels")
        shown["φ"] = shown["φ"].where(labels == "—", shown["φ"] + " (" + labels + ")")
    shared = [h for h in shown.columns if shown[h].nunique() == 1 and h in SHAREABLE]
    common = ", ".join(f"{heading} {shown[heading].iloc[0]}" for heading in shared)
    title = f"{space}: mean ± standard deviation over n seeds" + (f" ({common})" if common else "")
    grid = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    shown = shown.drop(columns=shared)
    for heading in shown.columns:
        text = heading in ("protocol", "student", "teacher", "φ")
        justify: JustifyMethod = "left" if text else "right"
        grid.add_column(heading, justify=justify, no_wrap=not text, overflow="fold")
    for line in shown.head(limit or len(shown)).itertuples(index=False):
        grid.add_row(*map(str, line))
    if not console.is_terminal:
        console.width = WIDTH_IN_FILES
    console.print(grid)
    for sentence in chosen_by_validation(records):
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)
    if limit and len(shown) > limit:
        console.print(f"{len(shown) - limit} more rows in the whole table")


def _by_seed(trials: pd.DataFrame) -> dict[int, float]:
    pairs = zip(trials["seed"], trials["test/accuracy"], strict=True)
    return {int(seed): float(value) for seed, value in pairs}


def chosen_by_validation(records: list[Record]) -> list[str]:
    """What selection by validation gives: the chosen setting, and its gain over the student alone.

    Empty where nothing was held out. Test selects nothing: it is only read for the choice.
    """
    trials = frame(records)
    if "validation/accuracy" not in trials:
        return []
    whole = trials.groupby("setting").filter(lambda g: (g["status"] == "FINISHED").all())
    means = whole.groupby("setting")["validation/accuracy"].mean().dropna()
    if means.empty:
        return []
    best = whole[whole["setting"] == means.idxmax()]
    first = best.iloc[0]
    about = f"teacher {first['teacher']}, φ {first['link']}, λ {float(first['lambda']):.3g}, "
    about += f"T {float(first['temperature']):.3g}" if first["teacher"] != "—" else "alone"
    mean, std = best["test/accuracy"].mean(), best["test/accuracy"].std(ddof=1)
    lines = [f"chosen by validation: {about}: test accuracy {_plus_minus(mean, std)}"]
    alone = whole[(whole["teacher"] == "—") & (whole["held_out"] == first["held_out"])]
    if not alone.empty and first["teacher"] != "—":
        gain = paired_difference(_by_seed(best), _by_seed(alone))
        lines.append(f"its gain over the student alone, at equal seeds: {gain.says()}")
    return lines


def table(
    space: Annotated[str, typer.Option(help="The space, as it was launched.")],
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    tracking_uri: TrackingUri = None,
    results: Results = Path("results"),
) -> int:
    """Print the table of a space from its MLflow records."""
    database = results.absolute() / "mlflow.db"
    if tracking_uri is None and not database.exists():
        raise BadInputError(
            f"no records in {results}: launch a study first (python -m study.launch --space "
            f"{space}), or give --results or --tracking-uri"
        )
    client = open_client(tracking_uri or f"sqlite:///{database}")
    records = read(client, space)
    if not records:
        raise BadInputError(
            f"no trial of {space!r} is recorded there (experiment {experiment_names(space)[1]!r})"
            f": python -m study.launch --space {space}"
        )
    if form is Format.TEXT:
        show(client, space, Console())
    else:
        print(render(build(records), form), end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(run_command(table))
