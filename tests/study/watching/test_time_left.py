"""The time that a study says is left, on invented courses whose end is known."""

import pytest

from study.watching.time_left import TimeLeft

WORKERS, EVERY = 2, 3.0  # at a time; seconds between a cohort's reports
ROUNDS = [  # (kind, GFLOP of a cohort, cohorts): as the search of vae_lambda, with 15 seeds
    [("vae", 3_004.0, 15), ("teacher", 3_271.0, 4)],
    [("logits", 456.0, 2)],
    [("student", 400.0, 10)],
    [("student", 400.0, 10)],
]


def predicted():
    found = {}
    for cohorts in ROUNDS:
        for kind, work, many in cohorts:
            found[kind] = found.get(kind, 0.0) + work * many
    return found


def course(speeds):
    """(second, what it says is left) after each report, and when all ends; GFLOP/s by kind."""
    now, said = 0.0, []
    left = TimeLeft(lambda: now)
    left.expect(predicted())
    for number, cohorts in enumerate(ROUNDS):
        queue = [
            (f"{number} {kind} {one}", kind, work)
            for kind, work, many in cohorts
            for one in range(many)
        ]
        live = {}
        while queue or live:
            while queue and len(live) < WORKERS:
                name, kind, work = queue.pop(0)
                left.started(name)
                live[name] = kind, work, now
            steps = [now + EVERY, *(at + work / speeds[kind] for kind, work, at in live.values())]
            now = min(step for step in steps if step > now)
            for name, (kind, work, at) in [*live.items()]:
                done = min((now - at) * speeds[kind], work)
                left.at(name, kind, done)
                if work - done < 1e-6:
                    left.stopped(name)
                    del live[name]
            said.append((now, left.seconds))
    assert left.share == pytest.approx(1)
    return said, now


@pytest.mark.parametrize(
    "speeds",
    [
        {"vae": 200.0, "teacher": 80.0, "logits": 80.0, "student": 120.0},
        {"vae": 40.0, "teacher": 16.0, "logits": 30.0, "student": 30.0},  # a slow, busy machine
        {"vae": 75.0, "teacher": 30.0, "logits": 30.0, "student": 55.0},  # artifacts slow
    ],
)
def test_it_is_right_within_a_third_from_the_first_minute_on(speeds):
    said, end = course(speeds)
    assert end > 200
    for second, left in said:
        true = end - second
        if second >= 60 and true >= 10:
            assert left == pytest.approx(true, rel=1 / 3), (second, end)


def test_what_was_seen_of_a_kind_counts_for_more_than_the_guess():
    """Students ten times as fast as guessed: their own first seconds say so."""
    said, end = course({"vae": 75.0, "teacher": 30.0, "logits": 30.0, "student": 450.0})
    late = [(second, left) for second, left in said if 3 <= end - second <= 6]
    assert late
    assert all(left < 2 * (end - second) for second, left in late)


def test_nothing_is_said_before_anything_was_seen():
    left = TimeLeft()
    assert left.seconds is None
    left.expect({"student": 100.0})
    left.started("a")
    assert (left.seconds, left.share) == (None, 0.0)
