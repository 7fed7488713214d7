"""What domains of a user's own data have in common: identity by content, splits, one cache."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache, lru_cache
from pathlib import Path

from trainables.checks import check_flag, check_name
from trainables.data.domain import TABLE, Domain, DomainData, Shape
from trainables.data.own.content import Facts, read_data, read_facts
from trainables.data.own.index import SHOWN, own_folder
from trainables.data.own.partition import Amount, Sizes, drawn_rows, sizes_of
from trainables.data.splits import SplitRows
from trainables.data.task import Task
from trainables.errors import BadInputError
from trainables.identity import canonical, hashed
from trainables.randomness import generator

FORMAT = 1  # raised where decoding makes something else of the same content


@dataclass(frozen=True, kw_only=True)
class OwnDomain(Domain):
    """A user's data, identified by the digest of their content.

    name: in tables, and of the random draws of the splits; if not given, that of the data.
    called: what the objects are called, in the plural; it does not count for the identity.
    small: of Small, a number of objects, or the share of what is left for training. Big is the
        rest of that, Train both.
    test_size: of Test, a number of objects, or the share of all; None where the data have a test
        set of their own.
    stratified: whether each split has the classes' shares. Otherwise objects are drawn alike.
    sha256: the digest of the content; found where not given, else compared with it.

    Where objects form groups, no group is in two of Small, Big and Test.
    Making one reads the data: once, since they are decoded to a file in the data folder.
    Raises BadInputError where they cannot be learnt from, or have fewer objects than asked for.
    """

    name: str = ""
    called: str = field(default="", compare=False)
    small: Amount = 0.1
    test_size: Amount | None = None
    stratified: bool = False
    sha256: str = ""
    facts: Facts = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check()
        given, found = self.sha256, self._digest()
        if given not in ("", found):
            raise BadInputError(
                f"{self._place} has the digest {found}, and sha256={given!r} was given: give the "
                "data that it is of, or leave it away"
            )
        object.__setattr__(self, "sha256", found)
        kept = self._kept(found)
        if (facts := read_facts(kept)) is None:
            self._keep(kept)
            facts = read_facts(kept)
        object.__setattr__(self, "facts", facts)
        self._check_splits()

    # ---- what each kind of data says ----

    @property
    @abstractmethod
    def _place(self) -> str:
        """Where the data are, for messages and the index of digests."""

    @property
    @abstractmethod
    def _own_name(self) -> str:
        """The name, where none is given."""

    @abstractmethod
    def _digest(self) -> str:
        """Of the content that there is now."""

    @abstractmethod
    def _keep(self, path: Path) -> None:
        """Decode the data into this file, unless that was done.

        Raises BadInputError where they cannot be learnt from.
        """

    def _check(self) -> None:
        """Check the fields, before anything is read."""
        if self.name == "":
            object.__setattr__(self, "name", self._own_name)
        check_name(f"{type(self).__name__}.name, the data's own if not given,", self.name)
        check_flag(self, "stratified")
        for split in ("small", "test_size"):
            size = getattr(self, split)
            whole = isinstance(size, int) and not isinstance(size, bool) and size >= 1
            share = isinstance(size, float) and 0 < size < 1
            if not whole and not share and not (split == "test_size" and size is None):
                raise BadInputError(
                    f"{type(self).__name__}.{split} is {size!r}: give a number of objects, 200 "
                    "say, or a share of them, 0.2 say"
                )

    # ---- decoded once ----

    def _kept(self, digest: str) -> Path:
        """Where the data are kept, decoded: by their digest and all that decoding depends on."""
        common = {each.name for each in fields(OwnDomain)}
        decoding = {
            each.name: canonical(getattr(self, each.name))
            for each in fields(self)
            if each.compare and each.name not in common
        }
        key = hashed([FORMAT, type(self).__name__, digest, decoding])
        return own_folder() / f"{digest[:SHOWN]}-{key}.safetensors"

    def _ensure(self, path: Path) -> None:
        """Raise BadInputError unless the data here are those of this domain; decode them."""
        if (found := self._digest()) != self.sha256:
            raise self._changed(found)
        self._keep(path)

    def _changed(self, found: str) -> BadInputError:
        return BadInputError(
            f"{self._place} has the digest {found[:SHOWN]} now and on this machine, and had "
            f"{self.sha256[:SHOWN]} when the study began: put the same data there, or begin anew"
        )

    def load(self) -> DomainData:
        """Verified, and decoded where that was not done on this machine."""
        path = self._kept(self.sha256)
        _ensured(self, path)
        return _read(path)

    # ---- splits ----

    def _check_splits(self) -> None:
        if self.stratified and not self.facts.names:
            raise BadInputError(
                f"stratified=True is for classes, and {self.name} has numbers: leave it away"
            )
        if self.stratified and self.facts.largest_group:
            raise BadInputError(
                f"stratified=True and groups do not go together: leave one away of {self.name}"
            )
        _ = self._sizes

    @property
    def _sizes(self) -> Sizes:
        return sizes_of(self.facts, self.name, self.objects, self.small, self.test_size)

    @property
    def split_sizes(self) -> dict[str, int]:
        """The same for every seed."""
        test, small, big = self._sizes
        test = test or self.facts.tested
        return {"Train": small + big, "Big": big, "Small": small, "Test": test}

    def rows(self, seed: int) -> SplitRows:
        """Test first, unless the data have their own, then Small, then Big."""
        labels = self.load().train.labels if self.stratified else None
        groups = self.load().groups if self.grouped else None
        draw = generator(f"split/{self.name}", seed)
        return drawn_rows(self._sizes, self.facts.objects, draw, labels=labels, groups=groups)

    @property
    def grouped(self) -> bool:
        """Whether some objects belong together."""
        return self.facts.largest_group > 0

    @property
    def draws_test(self) -> bool:
        """Unless the data have their own."""
        return self.facts.tested == 0

    # ---- what is learnt ----

    @property
    def shape(self) -> Shape:
        """Of one object."""
        return self.facts.shape

    @property
    def task(self) -> Task:
        """Classes with their names, or numbers with their unit and as many digits as matter."""
        return self.facts.task

    @property
    def objects(self) -> str:
        """As called; else images or rows."""
        return self.called or super().objects

    @property
    def standardised(self) -> bool:
        """A table is."""
        return self.kind == TABLE

    @property
    def splitting(self) -> tuple[object, ...]:
        """Whether they are stratified, too."""
        return *super().splitting, self.stratified

    @property
    def compared_as(self) -> tuple[object, ...]:
        """All but the size of Small, which is drawn after Test."""
        counted = [field.name for field in fields(self) if field.compare and field.name != "small"]
        return type(self), *(getattr(self, name) for name in counted)

    @property
    def digests(self) -> Mapping[str, str]:
        """Of all of it."""
        return {self._own_name: self.sha256}

    @property
    def source(self) -> str:
        """The data's name and digest."""
        return f"{self._own_name}, sha256 {self.sha256[:SHOWN]}"


@cache
def _ensured(domain: OwnDomain, path: Path) -> None:
    domain._ensure(path)


@lru_cache(maxsize=4)
def _read(path: Path) -> DomainData:
    return read_data(path)
