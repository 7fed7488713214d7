"""What is told of a network that leaves: figures for machines, a card for people."""

from collections.abc import Mapping
from typing import Any

from study.exporting.checked import Agreement
from study.exporting.networks import Leaving
from study.exporting.trained import Trained
from study.exporting.wanted import Wanted
from study.recording.environment import describe
from trainables.data.domain import domains_in
from trainables.networks.network import multiply_adds
from trainables.settings.columns import NONE, columns_of

OTHERS = "mean ± deviation over the seeds of its setting"


def facts_of(
    given: Leaving,
    wanted: Wanted,
    trained: Trained,
    found: Agreement,
    times: Mapping[int, float],
) -> dict[str, Any]:
    """What is told of a network as figures: its size, times, checks and quality."""
    domain, network = given.domain, given.network
    facts: dict[str, Any] = {
        "part": given.part,
        "study": wanted.space.name,
        "verdict": wanted.student.verdict,
        "same_as_recorded": trained.is_same,
        "agreement": {"objects": found.objects, "same": found.same, "largest": found.largest},
        "parameters": sum(value.numel() for value in given.weights.values()),
        "milliseconds": {str(size): value for size, value in times.items()},
        "test": {name: now for name, (_, now) in trained.figures.items()},
    }
    if network:
        facts["multiply_adds"] = multiply_adds(network, domain.shape, domain.outputs)
    return facts


def card_of(given: Leaving, wanted: Wanted, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the card says, beside what the file is given and puts out."""
    student, setting = wanted.student, wanted.trial.setting
    network = given.network.label if given.network else setting.link.label
    what = {
        "student": f"A student ({network}) that learned {given.domain.name}",
        "teacher": f"A teacher ({network}) that learned {given.domain.name}",
        "link": f"A link ({network}), which shows a teacher what a student sees",
    }[given.part]
    tags = student.record.tags
    dirty = " with uncommitted changes" if tags.get("dirty") == "true" else ""
    size = {
        "parameters": f"{facts['parameters']:,}",
        "file": f"{facts['bytes'] / 1024:,.0f} KiB",
    }
    if given.network:
        size["multiply-adds an object"] = f"{facts['multiply_adds']:,}"
    size |= {
        f"time for {count} at once": f"{value:.3g} ms (one thread of {describe()['cpu']}, median)"
        for count, value in facts["milliseconds"].items()
    }
    said = [f"{student.label}: {student.picked}."]
    said += [f"Verdict of the study: {student.verdict}."] if student.verdict else []
    made = {
        name.replace("_", " "): value
        for name, value in columns_of(setting).items()
        if value not in (NONE, "")
    }
    return {
        "title": f"{given.part.capitalize()} of {wanted.space.name}, seed {wanted.trial.seed}",
        "what": what,
        "space": wanted.space.name,
        "about": wanted.space.about,
        "said": said,
        "quality": _quality(given, wanted),
        "others": OTHERS if given.part == "student" else "",
        "test_objects": f"{len(given.test):,}",
        "size": size,
        "made": made
        | {"seed": wanted.trial.seed, **_data(wanted)}
        | {
            "recorded by commit": student.record.commit + dirty,
            "versions": ", ".join(
                f"{name.removeprefix('version.')} {value}"
                for name, value in sorted(tags.items())
                if name.startswith("version.")
            ),
        },
    }


def _quality(given: Leaving, wanted: Wanted) -> dict[str, tuple[str, str]]:
    """Of a student its own and its setting's; of another part what is stored with it."""
    if given.part != "student":
        return {name: (f"{value:.4g}", "") for name, value in given.quality.items()}
    error = wanted.student.record.metrics.get("test/calibration_error")
    return wanted.student.quality | (
        {} if error is None else {"calibration error": (f"{error:.3f}", "")}
    )


def _data(wanted: Wanted) -> dict[str, str]:
    """The files of all domains that it was made from, by their digests."""
    return {
        f"SHA-256 of {domain.name}, {file}": digest
        for domain in domains_in(wanted.trial.setting)
        for file, digest in domain.digests.items()
    }
