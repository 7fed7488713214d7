"""Files that somebody made to harm who reads them: refused in one line, and in little memory.

None is larger than a few MB on disk; what they say of themselves is.
"""

import io
import os
import struct
import zipfile
import zlib

import numpy as np
import pytest
from own_data import PEOPLE, pictures
from PIL import EpsImagePlugin, Image

from trainables import checks
from trainables.data.own import Arrays, ImageFolder, TableFile
from trainables.data.own.reading import columns
from trainables.errors import BadInputError


def chunk(kind, content):
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def png(width=2, height=2, *more, rows=None):
    """A PNG that says that it has this size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    content = zlib.compress(bytes(height * (width + 1)) if rows is None else rows)
    parts = (chunk(b"IHDR", head), *more, chunk(b"IDAT", content), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def gif(frames):
    file, first = io.BytesIO(), Image.new("P", (2, 2))
    first.save(file, "GIF", save_all=True, append_images=[Image.new("P", (2, 2), 1)] * frames)
    return file.getvalue()


TEXT = b"name\0\0" + zlib.compress(bytes(2**24))  # 16 MB
DAMAGED, LARGE = "is damaged, or no picture that Pillow reads", "has more than 64,000,000 pixels"
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 2 2\n%%EndComments\n(went off) run\n%%EOF\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
PICTURES = {
    "65,535 × 65,535 pixels": (png(65_535, 65_535, rows=b""), LARGE),
    "2³¹ - 1 pixels wide": (png(2**31 - 1, 1, rows=b""), LARGE),
    "one pixel too many": (png(8_001, 8_000, rows=b""), LARGE),
    "100 MB for four pixels": (png(rows=bytes(10**8)), None),
    "a text of 16 MB": (png(2, 2, chunk(b"zTXt", TEXT)), DAMAGED),
    "a colour profile of 16 MB": (png(2, 2, chunk(b"iCCP", TEXT)), DAMAGED),
    "cut short": (png(400, 400)[:-30], DAMAGED),
    "no bytes": (b"", DAMAGED),
    "an SVG that reads a file": (SVG, DAMAGED),
    "PostScript, which is a program": (EPS, DAMAGED),
    "a script": (b"#!/bin/sh\ntouch went-off\n", DAMAGED),
    "2,000 frames": (gif(2_000), None),
    "a GIF that is called .png": (gif(1), None),
}


@pytest.fixture
def folder(tmp_path):
    """A folder of pictures of which the test makes one another."""
    pictures(tmp_path / "photos", each=3, size=(2, 2), mode="L")
    return tmp_path / "photos"


def read(folder):
    return ImageFolder(folder, size=(2, 2), grey=True, test_size=2, small=2)


@pytest.mark.parametrize("case", PICTURES)
def test_a_picture_that_is_a_bomb(case, folder, monkeypatch):
    """Refused by its size or its form; where it is a picture, its first frame is read."""
    content, says = PICTURES[case]
    assert len(content) < 300_000
    (folder / "cat" / "000.png").write_bytes(content)
    drawn = Image.new("L", (2, 2)).im
    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", lambda *words, **options: drawn)
    if says is None:
        assert read(folder).facts.shape == (1, 2, 2)
        return
    with pytest.raises(BadInputError, match=says) as error:
        read(folder)
    assert str(error.value).startswith(str(folder / "cat" / "000.png"))


def pipe(path):
    os.mkfifo(path)


def outside(path):
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [pipe, outside])
def test_a_pipe_or_a_device_is_no_picture(make, folder):
    (folder / "cat" / "000.png").unlink()
    make(folder / "cat" / "000.png")
    with pytest.raises(BadInputError, match=r"000\.png is no file but a pipe or a device"):
        read(folder)


@pytest.mark.parametrize("to", ["{tmp}/else", "/", "..", ".", "../cat"])
def test_a_link_of_a_folder_that_leads_out_or_round(to, folder, tmp_path):
    (tmp_path / "else" / "deep").mkdir(parents=True)
    (folder / "dog" / "link").symlink_to(to.format(tmp=tmp_path))
    with pytest.raises(BadInputError, match=r"dog/link.* is a link that leads out of|cat is a li"):
        read(folder)


def test_a_folder_that_is_a_link_itself_and_pictures_that_are_links(folder, tmp_path):
    (tmp_path / "named").symlink_to(folder)
    (folder / "cat" / "000.png").rename(tmp_path / "elsewhere.png")
    (folder / "cat" / "000.png").symlink_to(tmp_path / "elsewhere.png")
    assert read(tmp_path / "named").facts.objects == 6


def sparse(path, size=5 * 2**30, head=b""):
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)


@pytest.mark.parametrize("name", ["t.csv", "t.parquet", "t.npz"])
def test_a_file_of_5_gb_is_not_read(name, tmp_path):
    sparse(tmp_path / name)
    with pytest.raises(BadInputError, match=r"has 5,368,709,120 bytes, and at most 4,294,967,296"):
        table(tmp_path / name) if name != "t.npz" else Arrays(tmp_path / name)


def table(path):
    return TableFile(path, target="income", test_size=4)


ROWS = "\n".join(PEOPLE[1:])
TABLES = {
    "a line without end": (b"a" * 2**18 + b",b\n", "is no CSV, or damaged: field larger than"),
    "names without end": (b"ab," * 2**17, "are not within 300,000 characters"),
    "a quote without end": (b'"age,city,income\n' + ROWS.encode() * 99, "is no CSV, or damaged"),
    "nested quotes": (b'age,city,income\n1,"A ""B"" ""C,2\n', "is no CSV, or damaged"),
    "NUL": (b"age,city,income\n\0,\0,\0\n" + ROWS.encode(), "one object only|is no CSV|is empty"),
    "nothing but NUL": (bytes(2**18), "field larger than|is no CSV|characters"),
    "a number of 400 digits": (
        f"age,city,income\n{'9' * 400},A,2\n{ROWS}".encode(),
        "column 'age' holds object: give numbers",
    ),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_table_that_is_a_bomb(case, tmp_path, monkeypatch):
    monkeypatch.setattr(columns, "LONGEST_HEAD", 300_000)
    content, says = TABLES[case]
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(BadInputError, match=says) as error:
        table(tmp_path / "t.csv")
    assert "\n" not in str(error.value)


def test_a_parquet_file_of_few_bytes_and_many_rows(tmp_path, monkeypatch):
    import pandas as pd

    monkeypatch.setattr(columns, "MOST_VALUES", 1_000)
    pd.DataFrame({"income": np.zeros(1_001)}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(BadInputError, match=r"has 1,001 values, and at most 1,000 are read"):
        table(tmp_path / "t.parquet")


def test_arrays_that_are_many_when_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "MOST_BYTES", 2**20)
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros((2**20, 2), np.uint8), y=np.arange(2))
    assert (tmp_path / "a.npz").stat().st_size < 2**14
    with pytest.raises(BadInputError, match=r"a\.npz, unpacked, has 2,.* bytes, and at most 1,04"):
        Arrays(tmp_path / "a.npz", test_size=4)


@pytest.mark.parametrize("shape", ["(1099511627776, 4)", "(-1, 4)", "(2, 4", "__import__('os')"])
def test_arrays_whose_head_lies(shape, tmp_path):
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    array = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + bytes(8)
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", array)
        archive.writestr("../../y.npy", array)
    with pytest.raises(BadInputError, match=r"'x' in .*a\.npz"):
        Arrays(tmp_path / "a.npz", test_size=4)
    assert {path.name for path in tmp_path.iterdir()} <= {"a.npz", "data"}
