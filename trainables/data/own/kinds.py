"""The two ways in which a user's data are identified: by their files, or by what is made."""

from abc import abstractmethod
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock

from trainables.checks import check_file
from trainables.data.own.base import OwnDomain
from trainables.data.own.content import Content, is_sound, save_content
from trainables.data.own.index import Files, current_digest, digest_of_files
from trainables.errors import BadInputError


@dataclass(frozen=True, kw_only=True)
class FileDomain(OwnDomain):
    """Data in files that lie at a path: their digest is that of the files.

    path: does not count for the identity. Data that are moved stay the same if their name does.
    """

    path: str | Path = field(kw_only=False, compare=False)

    def _check(self) -> None:
        if not isinstance(self.path, str | Path) or self.path == "":
            raise BadInputError(f"{type(self).__name__}: {self.path!r} is no path: give one")
        # Workers run in other folders.
        object.__setattr__(self, "path", str(Path(self.path).expanduser().absolute()))
        super()._check()

    @abstractmethod
    def _files(self) -> Files:
        """What is read, by the names that count; raises BadInputError where it is not there."""

    @abstractmethod
    def _decode(self) -> Content:
        """Read them; raises BadInputError where they cannot be learnt from."""

    def _digest(self) -> str:
        files = self._files()
        for path in files.values():
            check_file(path)
        return current_digest(self._place, files, lambda: digest_of_files(files))

    def _keep(self, path: Path) -> None:
        with FileLock(path.with_suffix(".lock")):  # several workers start at once
            if not is_sound(path):
                save_content(path, self._decode())

    @property
    def _place(self) -> str:
        return str(self.path)

    @property
    def _own_name(self) -> str:
        return Path(self.path).stem


@dataclass(frozen=True, kw_only=True)
class MadeDomain(OwnDomain):
    """Data that a program makes: their digest is that of what it made."""

    @abstractmethod
    def _made(self) -> tuple[str, Content]:
        """Make them: their digest, whatever they are decoded to, and the data."""

    def _make(self) -> str:
        """Make the data, keep them, and return their digest."""
        digest, content = self._made()
        save_content(self._kept(digest), content)
        return digest

    def _keep(self, path: Path) -> None:
        if not is_sound(path) and (found := self._make()) != self.sha256:
            raise self._changed(found)
