"""How MLflow's page of a study opens by its own link: the columns that matter, and the charts.

MLflow keeps what its "Share" button shares in a tag of the experiment; this is such a tag.
"""

import json

from analysis.mlflow_page.verdicts import DIFFERENCE
from records.schema import VERDICT
from trainables.data.domain import Described

NAME = "study"
MODE = "workflowType=machine_learning"  # not the UI's "GenAI" mode
TAG = f"mlflow.sharedViewState.{NAME}"
PARAMETERS = ("student", "teacher", "link", "lambda", "temperature")


def link(experiment: str, charts: bool = False) -> str:
    """The page of this experiment with that view; of runs as a table, or as charts."""
    mode = "&compareRunsMode=CHART" if charts else ""
    return f"#/experiments/{experiment}/runs?{MODE}&viewStateShareKey={NAME}{mode}"


def view_state(target: Described) -> str:
    """The tag's value: best validation first; parallel coordinates, and the test over λ and T."""
    main, second = target.compared
    scored, tested = f"validation/{main.name}", f"test/{main.name}"
    metrics = ("n", scored, tested, f"{tested}_std", DIFFERENCE, f"test/{second.name}")
    section = "answer"
    common: dict[str, object] = {
        "deleted": False,
        "isGenerated": False,
        "metricSectionId": section,
    }
    charts: list[dict[str, object]] = [
        {
            "type": "PARALLEL",
            "uuid": "parallel",
            "selectedParams": ["link", "lambda", "temperature"],
            "selectedMetrics": [scored, tested],
            "showAllRuns": True,
            "fullScreen": False,
        }
    ]
    for name in ("lambda", "temperature"):
        axes = {
            "xaxis": {"key": name, "type": "PARAM"},
            "yaxis": {"key": tested, "type": "METRIC"},
        }
        charts.append({"type": "SCATTER", "uuid": name, "runsCountToCompare": 100, **axes})
    state = {
        "searchFilter": "",
        "orderByKey": f"metrics.`{scored}`",
        "orderByAsc": not main.higher_is_better,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "modelVersionFilter": "All Runs",
        "datasetsFilter": [],
        "selectedColumns": [f"tags.`{VERDICT}`"]
        + [f"params.`{name}`" for name in PARAMETERS]
        + [f"metrics.`{name}`" for name in metrics],
        "runsExpanded": {},
        "runsPinned": [],
        "runsHidden": [],
        "runsHiddenMode": "SHOWALL",
        "compareRunCharts": [chart | common for chart in charts],
        "compareRunSections": [
            {
                "uuid": section,
                "name": f"λ × T × {main.title}",
                "display": True,
                "isReordered": True,
                "deleted": False,
                "isGenerated": False,
            }
        ],
        "isAccordionReordered": True,
        "groupBy": None,
        "groupsExpanded": {},
        "autoRefreshEnabled": True,
        "useGroupedValuesInCharts": True,
        "hideEmptyCharts": True,
    }
    return json.dumps(state)
