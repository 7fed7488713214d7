"""What Ray's metrics say of a study while it runs: for Prometheus, and Grafana over it.

Ray serves them on every node; docs/watching.md says how to collect and to look at them.
"""

from ray.util.metrics import Gauge

from study.running.progress import Progress

TRIALS, RATE, BEST, SHARE = (
    "study_trials",
    "study_students_per_second",
    "study_best_validation",
    "study_done_share",
)


class Gauges:
    """A study's numbers as gauges of Ray, written whenever its progress has changed."""

    def __init__(self, space: str) -> None:
        self.space = {"space": space}
        keys = ("space",)
        self.trials = Gauge(TRIALS, "trials: done, failed, running, waiting", ("space", "state"))
        self.rate = Gauge(RATE, "students that ended, a second, over the last minute", keys)
        labels = ("space", "measure", "link")
        self.best = Gauge(
            BEST, "best mean over seeds of a setting, on its validation part", labels
        )
        self.share = Gauge(SHARE, "share of the study's work that is done", keys)

    def show(self, progress: Progress) -> None:
        """Write all of them anew."""
        for state, count in progress.states().items():
            self.trials.set(count, self.space | {"state": state})
        self.rate.set(progress.rate(), self.space)
        self.share.set(progress.share, self.space)
        for (measure, link), score in progress.best_of.items():
            self.best.set(score, self.space | {"measure": measure, "link": link})
