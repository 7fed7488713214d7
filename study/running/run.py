"""A launch at work: what is missing is trained and recorded, until the end or an interrupt."""

import os
import sys
from collections.abc import Iterator

from records.cli import FAILED, INTERRUPTED
from study.cluster.resources import Resources
from study.planning.plan import Plan
from study.planning.rounds import Round, rounds
from study.recording.recorder import Recorder
from study.running.interrupts import end_children, on_interrupt
from study.running.progress import Progress
from trainables.data.download import ensure
from trainables.errors import Say

ALL_DONE, SOME_FAILED = 0, FAILED
RESTARTS = "STUDY_RESTARTS"  # how often this launch has started itself again
MOST_RESTARTS = 3


def run(
    todo: Plan, recorder: Recorder, resources: Resources, progress: Progress, patience: float
) -> int:
    """Train what is missing and record it all; the exit code.

    patience: seconds that records which do not answer are waited for at the end.
    """
    try:
        recorder.expect(todo.known_settings())
        errors = _train(todo, recorder, resources, progress)
    except KeyboardInterrupt:
        recorder.leave()
        done, total = todo.trial_counts()
        progress.warn(
            f"interrupted: {done} of {total} trials have ended; the same command goes on"
        )
        return INTERRUPTED
    except BaseException:
        recorder.leave()
        raise
    recorder.close(patience)
    return _exit_code(todo, errors, progress)


def fetch_data(todo: Plan, say: Say) -> None:
    """Fetch and verify the data, if there is anything to train.

    Raises BadInputError where it cannot be had.
    """
    if has_work(todo):
        for name in todo.space.domain.datasets:
            ensure(name, say)


def has_work(todo: Plan) -> bool:
    """True if there is anything to train."""
    done, total = todo.trial_counts()
    return done < total or bool(todo.needed_artifacts())


def _train(todo: Plan, recorder: Recorder, resources: Resources, progress: Progress) -> list[str]:
    """Cohorts that could not be trained, with their reasons."""
    done, total = todo.trial_counts()
    title = f"[bold]{todo.space.name}[/bold]: {todo.space.about}"
    progress.console.print(title, soft_wrap=True)
    progress.say(f"{done} of {total} trials are recorded")
    if not has_work(todo):
        return []

    from study.cluster.ray import on_ray  # ray takes a second to import
    from study.running.gauges import Gauges
    from study.running.tune import train

    def lost(gone: str) -> None:
        _again(gone, progress)

    progress.expect(done, total, todo.predicted_cost())
    with progress, on_ray(resources, lost, progress.verbose) as url:
        progress.watcher = Gauges(todo.space.name).show
        on_interrupt()  # Ray has put its own handlers in place
        if url:
            progress.say(f"Ray dashboard: http://{url} (its token: ray get-auth-token)")
        work = _announced(rounds(todo), recorder)
        return train(work, recorder, resources, str(todo.store.root), progress)


def _announced(work: Iterator[Round], recorder: Recorder) -> Iterator[Round]:
    """The rounds; what each asks for is in the records before it is trained."""
    for following in work:
        recorder.expect(following.expected)
        yield following


def _again(gone: str, progress: Progress) -> None:
    """Ray has died under the study: this process starts anew, and goes on from the records."""
    count = int(os.environ.get(RESTARTS, "0")) + 1
    progress.give_back()
    end_children()
    if count > MOST_RESTARTS:
        progress.warn(f"Ray died again ({gone}), {count} times in all; the same command goes on")
        os._exit(SOME_FAILED)
    progress.warn(f"Ray died ({gone}): starting again, {count} of {MOST_RESTARTS}")
    os.environ[RESTARTS] = str(count)
    os.execv(sys.executable, sys.orig_argv)


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
