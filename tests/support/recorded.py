"""A recorder as a launch makes it, over a folder, and results to give it."""

from records.experiments import open_study
from search_spaces.smoke import SPACE, taught
from study.planning.trial_index import TrialIndex
from study.recording.recorder import Recorder
from study.recording.spool import Spool
from trainables.data.domains import FASHION_MNIST
from trainables.objectives.calibration import Reliability
from trainables.results import TrialResult
from trainables.settings.trial import Trial

SETTING = taught(FASHION_MNIST)


def result(setting, seed, accuracy=0.8, failure=None):
    history = {"test/accuracy": [0.5, accuracy], "test/cross_entropy": [1.0, 0.5]}
    reliability = {"student": Reliability([10.0], [0.5], [0.5])}
    return TrialResult(
        Trial(setting=setting, seed=seed), history, {"teacher/seconds": 2.0}, 0.1, reliability,
        failure,
    )  # fmt: skip


def recorder_of(client, tmp_path, ended=(), seeds=2, **options):
    """A recorder whose spool is a file of the folder."""
    experiments = open_study(client, SPACE.name, SPACE.about, seeds, str(tmp_path))
    spool = Spool(tmp_path / "unrecorded.jsonl")
    return Recorder(client, SPACE, seeds, TrialIndex(ended), spool, experiments, **options)
