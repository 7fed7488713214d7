"""Train and record all missing trials of a study."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

from rich.text import Text

from records.cli import FAILED
from records.terminal import say
from study.cluster.dashboard import address_of, open_door
from study.cluster.local_ray import LocalRay
from study.planning.plan import Plan
from study.planning.predicted import predicted_work
from study.planning.rounds import Round, rounds
from study.running.looks import Looks
from study.running.progress import Progress
from study.running.ray_death import OnRayDeath, raised_here
from trainables.errors import Say

if TYPE_CHECKING:  # of MLflow, which takes most of two seconds
    from study.recording.recorder import Recorder

ALL_DONE, SOME_FAILED = 0, FAILED


def fetch_data(todo: Plan, announce: Say) -> None:
    """Fetch and verify the data that the space's settings need.

    Raises BadInputError where they cannot be had.
    """
    for domain in todo.space.domains:
        domain.prepare(announce)


def has_work(todo: Plan) -> bool:
    """True if there is anything to train."""
    done, total = todo.trial_counts()
    return done < total or bool(todo.needed_artifacts())


def run(
    todo: Plan,
    recorder: "Recorder",
    local_ray: LocalRay,
    progress: Progress,
    patience: float,
    on_ray_death: OnRayDeath | None = None,
    looks: Looks | None = None,
) -> int:
    """Train what is missing and record it all; the exit code.

    local_ray: of the workers; it may be on its way up already.
    patience: seconds that records which do not answer are waited for at the end.
    looks: of a study until decided.
    on_ray_death: called where the Ray of this machine dies; None raises StudyError.
    Raises KeyboardInterrupt after it has stopped in good order and said so.
    """
    try:
        if looks:  # a spool may have brought what was missing of the last one
            looks.catch_up()
        recorder.expect(todo.known_settings())
        errors = _train(todo, recorder, local_ray, progress, on_ray_death, looks)
    except KeyboardInterrupt:
        recorder.leave()
        done, total = todo.trial_counts()
        progress.warn(
            f"interrupted: {done} of {total} trials have ended; the same command goes on"
        )
        raise
    except BaseException:
        recorder.leave()
        raise
    recorder.close(patience)
    if todo.seeds.looks and looks:
        looks.say(progress.say)
    return _exit_code(todo, errors, progress)


def _train(
    todo: Plan,
    recorder: "Recorder",
    local_ray: LocalRay,
    progress: Progress,
    on_ray_death: OnRayDeath | None,
    looks: Looks | None,
) -> list[str]:
    """Cohorts that could not be trained, with their reasons."""
    done, total = todo.trial_counts()  # anew: the recorder may have brought a spool's results
    say(progress.console, Text.assemble((todo.space.name, "bold"), f": {todo.space.about}"))
    progress.say(f"{done} of {total} trials are recorded")
    progress.expect(done, total, predicted_work(todo))
    if done == total and not todo.needed_artifacts():
        return []

    local_ray.begin()  # before what takes its time here
    from study.running.gauges import Gauges
    from study.running.tune import capacity_of_workers, train

    with ExitStack() as opened, raised_here() as raise_here, progress:
        react: Callable[[str, Progress], None] = on_ray_death or raise_here
        with local_ray.watched(lambda gone: react(gone, progress)) as url:
            progress.watcher = Gauges(todo.space.name).show
            progress.door = opened.enter_context(open_door(url)) if url else None
            if url:
                _say_dashboard(url, progress, todo.space.name)
            resources = local_ray.resources
            capacity, look = capacity_of_workers(resources), _look(todo, looks, progress)
            work = _announced(rounds(todo, capacity, look), recorder)
            root, keep = str(todo.store.root), todo.space.keep_students
            return train(work, recorder, resources, root, progress, keep_students=keep)


def _say_dashboard(url: str, progress: Progress, space: str) -> None:
    """Where it is, and what opens it; into a file, which others may read, the way to that."""
    opens = address_of(os.getpid(), progress.door)
    if opens and not (progress.console.is_terminal or progress.console.is_jupyter):
        opens = f"the address that python -m study.status --space {space} shows on a terminal"
    how = f"opens by {opens}" if opens else "its token: ray get-auth-token"
    progress.say(f"Ray dashboard: http://{url} ({how})")


def _look(todo: Plan, looks: Looks | None, progress: Progress) -> Callable[[], bool]:
    """The next look; what it adds is expected from then on."""

    def look() -> bool:
        if looks is None or not looks():
            return False
        progress.expect(*todo.trial_counts(), predicted_work(todo))
        if found := looks.judged:
            undecided = f"{found.open} of {found.of} comparisons are undecided"
            progress.say(f"{undecided}: they get more seeds")
        return True

    return look


def _announced(work: Iterator[Round], recorder: "Recorder") -> Iterator[Round]:
    """The rounds; what each asks for is in the records before it is trained."""
    for following in work:
        recorder.expect(following.expected)
        yield following


def _exit_code(todo: Plan, errors: list[str], progress: Progress) -> int:
    done, total = todo.trial_counts()
    failed = todo.trial_index.failed()
    if errors or done < total:
        progress.warn(f"{total - done} trials could not be trained; the same command tries again")
        for error in errors:
            progress.warn(f"  {error}")
        return SOME_FAILED
    if failed:
        progress.warn(
            f"{len(failed)} trials failed for reasons of their own (--retry-failed: again)"
        )
        return SOME_FAILED
    return ALL_DONE
