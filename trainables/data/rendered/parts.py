"""A part of what a data set is made of: files of one npm package, and their digest."""

import hashlib
from typing import NamedTuple


class Part(NamedTuple):
    """Files of one package of npm's.

    package: its name@version. files: paths in it.
    sha256: the first 32 hexadecimal digits of it, of the files' bytes one after the other.
    """

    package: str
    files: tuple[str, ...]
    sha256: str

    def check(self, contents: tuple[bytes, ...]) -> None:
        """Raise OSError unless these are the contents of its files."""
        if not hashlib.sha256(b"".join(contents)).hexdigest().startswith(self.sha256):
            raise OSError(f"{self.package} has another content than expected")
