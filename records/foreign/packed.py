"""Tags of a trial that are unpacked where they are shown: whether they are what they say."""

import json
import math
from collections.abc import Mapping

from records.schema import ANSWERS, LINEAGE, RELIABILITY, TEACHER_ANSWERS
from trainables.errors import harmless_all

BITS = 6  # of a character of base64


def check_packed(tags: Mapping[str, str]) -> None:
    """Raise ValueError, TypeError or AttributeError where they are not."""
    for name in (ANSWERS, TEACHER_ANSWERS):
        if name in tags:
            count, _, bits = tags[name].partition(":")
            if not 0 <= int(count) <= BITS * len(bits) or not _is_base64(bits):
                raise ValueError(f"{name} are not packed")
    for name in (name for name in tags if name.startswith(f"{RELIABILITY}.")):
        if not all(map(math.isfinite, map(math.fsum, json.loads(tags[name]).values()))):
            raise ValueError(f"{name} has values that are no numbers")
    for after, numbers, setting in json.loads(tags.get(LINEAGE, "[]")):
        if harmless_all([numbers, setting]) != [{**numbers}, str(setting)] or int(after) < 0:
            raise ValueError(f"{LINEAGE} is none")


def _is_base64(text: str) -> bool:
    plain = text.rstrip("=").replace("+", "").replace("/", "")
    return text.isascii() and (plain.isalnum() or not plain)
