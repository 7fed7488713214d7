"""A tracking server that says what a test wants: the golden records, changed by somebody."""

from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

from records.jsonl import read_lines

GOLDEN = Path(__file__).parents[1] / "analysis" / "golden" / "smoke.jsonl.gz"
SETTINGS, TRIALS = "smoke", "smoke · trials"


class Page(list):
    token = None


class Server:
    """As much of MLflow's client as readers need."""

    tracking_uri = "http://records.example"

    def __init__(self):
        self.tags = {}
        self.runs = defaultdict(list)
        for line in read_lines(GOLDEN):
            if "experiment" in line:
                self.tags[line["experiment"]] = line["tags"]
            elif "in" in line:
                self.runs[line["in"]].append(run_of(line))

    def get_experiment_by_name(self, name):
        if name in self.tags:
            return SimpleNamespace(experiment_id=name, name=name, tags=self.tags[name])
        return None

    get_experiment = get_experiment_by_name

    def search_runs(self, experiments, **options):
        return Page(self.runs[experiments[0]])

    def get_metric_history(self, run, name):
        return []


def run_of(line):
    last = {name: max(points)[1] for name, points in line["metrics"].items()}
    return SimpleNamespace(
        info=SimpleNamespace(
            run_id=line["origin"],
            status=line["status"],
            start_time=line["start"],
            end_time=line["end"],
        ),
        data=SimpleNamespace(tags=line["tags"], params=line["parameters"], metrics=last),
    )
