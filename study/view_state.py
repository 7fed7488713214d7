"""How MLflow's page of a study opens by its own link: the columns that matter, and the charts.

MLflow keeps what its "Share" button shares in a tag of the experiment; this is such a tag.
"""

import json

NAME = "study"
TAG = f"mlflow.sharedViewState.{NAME}"
PARAMETERS = ("student", "teacher", "link", "lambda", "temperature")
METRICS = ("n", "validation/accuracy", "test/accuracy", "test/accuracy_std", "test/cross_entropy")


def link(experiment: str, charts: bool = False) -> str:
    """The page of this experiment with that view; of runs as a table, or as charts."""
    mode = "&compareRunsMode=CHART" if charts else ""
    return (
        f"#/experiments/{experiment}/runs?workflowType=machine_learning"
        f"&viewStateShareKey={NAME}{mode}"
    )


def view_state() -> str:
    """The tag's value: best validation first; parallel coordinates, and accuracy over λ and T."""
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
            "selectedMetrics": ["validation/accuracy", "test/accuracy"],
            "showAllRuns": True,
            "fullScreen": False,
        }
    ]
    for name in ("lambda", "temperature"):
        axes = {
            "xaxis": {"key": name, "type": "PARAM"},
            "yaxis": {"key": "test/accuracy", "type": "METRIC"},
        }
        charts.append({"type": "SCATTER", "uuid": name, "runsCountToCompare": 100, **axes})
    state = {
        "searchFilter": "",
        "orderByKey": "metrics.`validation/accuracy`",
        "orderByAsc": False,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "modelVersionFilter": "All Runs",
        "datasetsFilter": [],
        "selectedColumns": [f"params.`{name}`" for name in PARAMETERS]
        + [f"metrics.`{name}`" for name in METRICS],
        "runsExpanded": {},
        "runsPinned": [],
        "runsHidden": [],
        "runsHiddenMode": "SHOWALL",
        "compareRunCharts": [chart | common for chart in charts],
        "compareRunSections": [
            {
                "uuid": section,
                "name": "λ × T × accuracy",
                "display": True,
                "isReordered": True,
                "deleted": False,
                "isGenerated": False,
            }
        ],
        "isAccordionReordered": False,
        "groupBy": None,
        "groupsExpanded": {},
        "autoRefreshEnabled": True,
        "useGroupedValuesInCharts": True,
        "hideEmptyCharts": True,
    }
    return json.dumps(state)
