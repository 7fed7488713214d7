"""What is shown while a study runs: counts, the best of each φ, and no more than was asked for."""

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from search_spaces.smoke import ALONE, taught
from study.planning.rounds import Round
from study.running.progress import Progress
from trainables.cohorts.cohort import Cohort
from trainables.data.domains import FASHION_MNIST
from trainables.links.fixed import Noise
from trainables.objectives import Distillation
from trainables.results import TrialResult
from trainables.settings.trial import Trial

PLAIN = replace(taught(FASHION_MNIST), held_out=0.2)
NOISY = replace(PLAIN, link=Noise())


def ended(setting, seed, score):
    final = {"validation/accuracy": [score]}
    return TrialResult(Trial(setting=setting, seed=seed), final, {}, 0.1)


def cohort(*settings):
    return Cohort("student", tuple(Trial(setting=s, seed=n) for s in settings for n in (0, 1)))


@pytest.fixture
def said():
    return io.StringIO()


def test_counts_and_the_best_of_each_link(said):
    progress = Progress(Console(file=said))
    progress.expect(0, 10, {"student": 100.0})
    work = cohort(PLAIN, NOISY)
    progress.begin(Round("students", [work]))
    progress.started("a", work)
    assert progress.states() == {"done": 0, "failed": 0, "running": 4, "waiting": 6}
    for seed in (0, 1):
        progress.trial_ended(ended(PLAIN, seed, 0.6 + 0.2 * seed))
        progress.trial_ended(ended(NOISY, seed, 0.8))
    progress.stopped("a")
    assert progress.states() == {"done": 4, "failed": 0, "running": 0, "waiting": 6}
    assert progress.best_of == pytest.approx(
        {("accuracy", "identity"): 0.7, ("accuracy", "noise"): 0.8}
    )
    assert progress.rate() > 0
    progress.trial_ended(replace(ended(PLAIN, 2, 0.1), failure="the loss is nan"))
    assert progress.states()["failed"] == 1


@pytest.mark.parametrize("quiet", [True, False])
def test_a_quiet_console_says_what_went_wrong_only(said, quiet):
    progress = Progress(Console(file=said, quiet=quiet))
    progress.expect(0, 10, {"student": 100.0})
    with progress:
        progress.begin(Round("students", [cohort(ALONE)]))
        progress.trial_ended(replace(ended(ALONE, 0, 0.1), failure="the loss is nan"))
    assert "the loss is nan" in said.getvalue()
    assert ("students" in said.getvalue()) != quiet
    assert not [sign for sign in said.getvalue() if sign != "\n" and not sign.isprintable()]


@pytest.mark.parametrize("width", [80, 90, 100, 120, 200])
def test_the_live_line_has_whole_words_at_any_width(said, width):
    """What has no room is left out, longest first; what is shown is not cut."""
    console = Console(file=said, width=width, force_terminal=True, color_system=None)
    progress = Progress(console)
    work = cohort(PLAIN, NOISY)
    progress.expect(900, 2345, {"student": 3 * work.cost})
    with progress:
        progress.begin(Round("40 seeds of what is undecided", [work]))
        progress.started("a", work)
        for seed in (0, 1):
            progress.trial_ended(ended(PLAIN, seed, 0.6))
        progress.trial_ended(replace(ended(NOISY, 1, 0.1), failure="the loss is nan"))
        progress.at("a", work, 0.4)
        progress.give_back()
    lines = [re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", line) for line in said.getvalue().split("\n")]
    (live,) = {line.rpartition("\r")[2] for line in lines if "about" in line}
    assert len(live) <= width
    assert "…" not in live
    assert "903/2345 trials" in live
    assert live.rstrip().endswith(" left")
    assert ("40 seeds of what is undecided · " in live) == (width >= 90)
    assert ("best validation 0.600" in live) == (width in (80, 200))  # beside a stage, or not


def test_a_cohort_is_named_after_what_it_trains():
    assert cohort(PLAIN).name == "student identity seed (2)"
    hot = replace(PLAIN, objective=Distillation(temperature=4))
    soft = replace(NOISY, objective=Distillation(hard_label_weight=0))
    assert cohort(PLAIN, hot).name == "student identity T×seed (4)"
    assert cohort(PLAIN, soft).name == "student φ λ×seed (4)"
