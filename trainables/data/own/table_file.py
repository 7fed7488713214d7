"""A table in a CSV or Parquet file, one of its columns the target."""

from dataclasses import dataclass
from pathlib import Path

from trainables.checks import check_flag
from trainables.data.domain import DomainData, Objects
from trainables.data.own.content import Content
from trainables.data.own.index import Files
from trainables.data.own.kinds import FileDomain
from trainables.data.own.reading.given import labelled
from trainables.errors import BadInputError


@dataclass(frozen=True, kw_only=True)
class TableFile(FileDomain):
    """A CSV with a line of names, or a Parquet file.

    Columns of numbers are features as they are; text, categories and truth values one feature for
    each category, in the order of their names, 1 where it holds (one-hot).
    target: the column to predict: numbers, in this unit, or classes, of text or truth values.
    classes: whether the target's whole numbers name classes.
    group: the column that says which rows belong together; no feature.
    drop: columns that are left away.

    A missing value is refused, never filled in.
    """

    target: str
    unit: str = ""
    classes: bool = False
    group: str = ""
    drop: tuple[str, ...] = ()

    def _check(self) -> None:
        super()._check()
        check_flag(self, "classes")
        if Path(self.path).suffix not in (".csv", ".parquet"):
            raise BadInputError(f"{self.path}: give a table as .csv or .parquet")
        if isinstance(self.drop, str):
            raise BadInputError(f"TableFile.drop is {self.drop!r}: give drop=({self.drop!r},)")
        object.__setattr__(self, "drop", tuple(self.drop))
        if self.classes and self.unit:
            raise BadInputError(
                f"TableFile: classes=True has no unit={self.unit!r}: leave one of the two away"
            )
        if self.target == self.group or {self.target, self.group} & {*self.drop}:
            raise BadInputError(
                f"TableFile: target={self.target!r}, group={self.group!r} and drop={self.drop} "
                "must be different columns"
            )

    def _files(self) -> Files:
        return {"table": Path(self.path)}

    def _decode(self) -> Content:
        from trainables.data.own.reading import columns  # pandas, which a worker can do without

        path = Path(self.path)
        roles = (self.target, self.group) if self.group else (self.target,)
        frame = columns.read(path, roles, self.drop)
        names, target = columns.target(path, frame[self.target], self.unit, self.classes)
        where = f"{path}, column {self.target!r}"
        names, labels = labelled(where, {"": target}, names, self.unit)
        rows = columns.features(path, frame.drop(columns=[*roles]))
        groups = columns.groups(frame[self.group]) if self.group else None
        return Content(
            (rows.shape[1],), DomainData(Objects(rows, labels[""]), None, groups), names, self.unit
        )
