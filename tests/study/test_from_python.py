"""From Python: run, records, curves and compare, on a finished study; analysis.compare beside."""

import json
import shutil
import sqlite3
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commands import call
from rich.console import Console
from scipy import stats
from untouched import content

import study
from analysis.compare import compare as compare_studies
from records.client import open_client
from records.experiments import recorded_spaces
from records.reader import open_reader
from records.schema import experiment_names
from search_spaces.smoke import ALONE, SPACE, taught
from study import compare, curves, export, records, run
from study.running.progress import Progress
from trainables.data.domains import FASHION_MNIST
from trainables.errors import BadInputError
from trainables.settings.columns import name_of

PLAIN = taught(FASHION_MNIST)


@pytest.fixture(scope="module")
def trials(finished):
    return records("smoke", results=finished.results)


def test_a_run_says_what_was_done_and_leads_on(copied, capsys):
    """Of a study that is complete: the same checks and lock, and nothing is trained."""
    done = run(SPACE, results=copied, dashboard=False, offline=True, quiet=True)
    assert (done.space, done.code, done.total, done.done) == ("smoke", 0, 36, 36)
    assert (done.failed, done.trained) == (0, 0)
    said = repr(done).splitlines()
    assert said[0] == "smoke: 36 of 36 trials recorded, 0 of them now (code 0: complete)"
    assert said[1] == f"report:  {done.report}"
    assert done.report.exists()
    pd.testing.assert_frame_equal(done.trials(), records("smoke", results=copied))
    assert len(done.curves("train/loss")) == len(curves(done, "train/loss")) > 36
    assert done.compare(PLAIN, ALONE).p == compare(PLAIN, ALONE, results=copied).p


def test_records_has_a_row_a_trial_with_typed_columns(finished, trials):
    runs = open_client(f"sqlite:///{finished.results}/mlflow.db")
    experiment = runs.get_experiment_by_name(experiment_names("smoke")[1])
    plain = {one.info.run_id: one for one in runs.search_runs([experiment.experiment_id])}
    assert set(trials["run"]) == set(plain)
    assert trials["seed"].dtype == trials["epochs"].dtype == "int64"
    assert trials["lambda"].dtype == trials["held_out"].dtype == "float64"
    assert trials["objective.soft_term_times_t_squared"].dtype == "bool"
    assert trials["teacher"].isna().sum() == 4  # the students alone
    assert trials["ended"].dt.tz is not None
    assert trials["status"].eq("FINISHED").all()
    for row in trials.itertuples():
        assert row.role == ("reported" if row.seed < 1000 else "candidate")
    for line in trials.to_dict("records"):
        metrics = plain[line["run"]].data.metrics
        assert {name: line[name] for name in metrics} == metrics
    assert trials.groupby("setting")["name"].nunique().eq(1).all()
    assert trials["name"].nunique() == trials["setting"].nunique()


def test_curves_are_what_mlflow_has(finished, trials):
    found = curves("smoke", "train/loss", "test/accuracy", results=finished.results)
    runs = open_client(f"sqlite:///{finished.results}/mlflow.db")
    one = trials.iloc[0]
    for metric in ("train/loss", "test/accuracy"):
        mine = found.query("setting == @one.setting and seed == @one.seed and metric == @metric")
        history = runs.get_metric_history(one.run, metric)
        assert list(zip(mine["epoch"], mine["value"], strict=True)) == sorted(
            (point.step + 1, point.value) for point in history
        )
    usual = curves("smoke", results=finished.results)
    assert set(usual["metric"]) == {"test/accuracy"}


def test_compare_is_the_paired_t_test_of_the_records(finished, trials):
    by_key = {key: rows.set_index("seed") for key, rows in trials.groupby("setting")}
    ours, theirs = (by_key[one.key]["test/accuracy"] for one in (PLAIN, ALONE))
    found = compare(PLAIN, ALONE, results=finished.results)
    p = stats.ttest_rel(ours, theirs).pvalue
    assert (found.n, found.difference) == (2, pytest.approx((ours - theirs).mean()))
    assert found.p == pytest.approx(p)
    assert found.interval == pytest.approx(
        stats.t.interval(0.95, 1, (ours - theirs).mean(), stats.sem(ours - theirs))
    )
    assert list(found.seeds["difference"]) == list(ours - theirs)
    first, second, line = repr(found).splitlines()
    assert first.startswith(name_of(PLAIN))
    assert second == f"against {name_of(ALONE)} (held_out=0.0):"
    assert f"{found.word}" in line
    assert f"Δ accuracy {found.difference:+.3f} [" in line
    assert "(95 %, paired t, n = 2, p" in line
    names = trials.drop_duplicates("setting").set_index("setting")["name"]
    named = compare(names[PLAIN.key], names[ALONE.key], space=SPACE, results=finished.results)
    assert repr(named) == repr(found)
    lower = compare(PLAIN, ALONE, measure="cross_entropy", results=finished.results)
    entropies = (by_key[one.key]["test/cross_entropy"] for one in (PLAIN, ALONE))
    assert lower.difference == pytest.approx(-np.subtract(*reversed([*entropies])).mean())


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda at: records("smok", **at), "unknown study in .*: did you mean 'smoke'"),
        (lambda _: records("smoke", results="nowhere"), "launch a study first"),
        (lambda at: curves("smoke", "test/acuracy", **at), "did you mean 'test/accuracy'"),
        (lambda at: compare(PLAIN, PLAIN, **at), "is given twice"),
        (lambda at: compare("a", "b", **at), "no study there has both"),
        (lambda at: compare("a", PLAIN, space="smoke", **at), "unknown setting of smoke 'a'"),
        (lambda at: compare(PLAIN, ALONE, measure="acc", **at), "did you mean 'accuracy'"),
        (
            lambda at: compare(PLAIN, name_of(ALONE), space="smoke", **at),
            r"may be several settings of smoke: give one of: .*held_out=0.0.*held_out=0.2",
        ),
        (lambda at: run("smok", **at), "did you mean 'smoke'"),
        (lambda at: run("smoke", seeds=0, **at), "--seeds is 0: give a whole number"),
        (lambda at: run("smoke", quiet=True, verbose=True, **at), "give one of them"),
        (lambda at: run(7, **at), "unknown space '7'"),
        (lambda at: run("smoke", seeds="two", **at), "--seeds is 'two'"),
        (lambda at: run("smoke", workers="two", **at), "--workers is 'two'"),
        (lambda at: run("smoke", seeds=2.5, **at), "--seeds is 2.5: give a whole number or None"),
        (lambda at: run("smoke", seeds=True, **at), "--seeds is True"),
        (lambda at: run("smoke", quiet="no", **at), "--quiet is 'no': give True or False"),
        (lambda at: export("smoke", "x", part="pupil", **at), "unknown part 'pupil'"),
        (lambda at: export("smoke", "x", format="pkl", **at), "unknown format 'pkl'"),
        (lambda at: export("smok", "x", **at), "did you mean 'smoke'"),
        (lambda _: run("smoke", results=7), "--results is 7: give a text or a Path"),
        (lambda at: run("smoke", sedes=2, **at), "unknown option 'sedes': did you mean 'seeds'"),
    ],
)
def test_a_mistake_is_one_line_and_no_exit(finished, ask, says):
    with pytest.raises(BadInputError, match=says) as error:
        ask({"results": finished.results})
    assert "\n" not in str(error.value)


def test_candidates_have_no_test_values_to_compare(finished, trials):
    names = trials.query("role == 'candidate'")["name"].unique()
    with pytest.raises(BadInputError, match="no seed in common with test/accuracy"):
        compare(names[0], names[1], results=finished.results)


def test_import_study_is_light_and_the_command_s_module_hides_no_function():
    code = (
        "import sys, study\n"
        "light = {'torch', 'pandas', 'ray', 'mlflow', 'rich', 'typer'} & {*sys.modules}\n"
        "import study.records; from study import records\n"
        "assert not light, light; assert callable(records); assert sys.modules['study.records']"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="no attribute 'walk'"):
        study.walk  # noqa: B018 (to ask for it is the test)


@pytest.mark.parametrize("widgets", [True, False])
def test_a_notebook_has_a_bar_where_ipywidgets_can_draw_one(monkeypatch, widgets):
    """Rich would else warn at each refresh; lines are printed instead."""
    there = ("IPython", "ipywidgets") if widgets else ()
    monkeypatch.setattr(
        "study.watching.live_line.find_spec", lambda name: types.ModuleType(name) if name in there
        else None,
    )  # fmt: skip
    progress = Progress(Console(force_jupyter=True))
    assert progress._line.is_live is widgets
    assert progress._line.bars.disable is not widgets


def test_the_notebook_runs_from_its_first_cell_to_its_last(finished, tmp_path, monkeypatch):
    """On a study that is complete, so that its run trains nothing."""
    shutil.copytree(finished.results, tmp_path / "results")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    file = Path(study.__file__).parent.parent / "docs" / "records.ipynb"
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    names = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), file.name, "exec"), names)
    assert names["done"].code == names["done"].trained == 0
    assert len(names["trials"]) == 36
    assert len(names["by_setting"]) == 8
    assert names["compared"].n == len(names["compared"].seeds) == 2
    (lines,) = [axes.get_lines() for axes in names["axes"].figure.axes]
    assert [len(line.get_xdata()) for line in lines] == [2, 2]  # two settings, epochs 1 and 2
    names["axes"].figure.savefig("curves.png")
    card = (tmp_path / "student" / "README.md").read_text()
    assert "--space smoke --setting " in card
    assert "to the bit" in card


def test_the_three_lines_of_the_page_run(finished, tmp_path, monkeypatch, capsys):
    shutil.copytree(finished.results, tmp_path / "results")
    monkeypatch.chdir(tmp_path)
    page = Path(study.__file__).parent.parent / "docs/python.md"
    block = page.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    exec(compile(block, "three.py", "exec"), {})
    said = capsys.readouterr().out
    assert "smoke: 36 of 36 trials recorded, 0 of them now" in said
    assert "\nagainst FashionMNIST-Small alone (held_out=0.0):\n" in said


def test_every_recorded_study_is_listed_by_database_and_client(finished):
    address = f"sqlite:///{finished.results}/mlflow.db"
    assert recorded_spaces(open_reader(address)) == ["smoke"]
    assert recorded_spaces(open_client(address)) == ["smoke"]


def test_the_same_study_elsewhere_is_the_same_to_the_bit(finished, copied):
    before = content(copied)
    ended = call(compare_studies, finished.results, copied, "--same")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.replace("\n", " ").startswith(
        f"smoke: {copied} is the same as {finished.results}, to the bit. In both: "
        "8 settings and 10 candidates, 36 trials; the same to the bit, in all that is recorded "
        "but seconds: 36. One run in both, copied rather than trained again: 36 trials."
    )
    assert content(copied) == before


def test_one_changed_value_is_named_and_only_same_makes_it_an_error(finished, copied, trials):
    one = trials.query("setting == @PLAIN.key and seed == 1").iloc[0]
    with sqlite3.connect(copied / "mlflow.db") as base:
        changed = base.execute(
            "UPDATE latest_metrics SET value = value + 0.25 WHERE run_uuid = ? AND key = ?",
            (one["run"], "test/accuracy"),
        )
        assert changed.rowcount == 1
    base.close()
    given = [finished.results, f"sqlite:///{copied}/mlflow.db"]
    ended = call(compare_studies, *given)
    assert ended.code == 0
    assert "none of 7 settings moved beyond luck" in " ".join(ended.out.split())
    assert "+0.125 [" in ended.out
    assert call(compare_studies, *given, "--same").code == 1
    page = copied / "compared.html"
    assert call(compare_studies, *given, "--format", "html", "--out", page).out == f"{page}\n"
    joined = page.read_text(encoding="utf-8").replace("\u2060", "").replace("\u00a0", " ")
    assert "+0.125 [" in joined


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["smoke"], "smoke is given: give two studies or more"),
        (["smoke", "smoke"], "smoke is given twice"),
        (["smoke", "smok"], "unknown study in {here} 'smok': did you mean 'smoke'"),
        (["smoke", "nowhere/"], "nowhere/: no such folder; give a results folder"),
        (["{here}", "{here}/"], "is given twice"),
        (["{here}", "."], "no records in it (mlflow.db)"),
        (["{here}", "{copied}", "--space", "grid"], "unknown study in {here} 'grid'"),
        (["smoke", "other", "--space", "smoke"], "--space smoke is for folders and stores"),
        (["{here}", "sqlite:///nowhere.db"], "no MLflow records at sqlite:///nowhere.db"),
        (["{here}", "http://127.0.0.1:9"], "no MLflow records at http://127.0.0.1:9"),
        (["{here}", "{copied}", "--format", "pdf"], "'text', 'csv', 'html'"),
        (["{here}", "{copied}", "--out", "/proc/nowhere/x"], "cannot write /proc/nowhere/x"),
        (["smoke", "{copied}", "--results", "nowhere"], "smoke is no folder with records"),
    ],
)
def test_analysis_compare_refuses_in_one_line(
    finished, copied, tmp_path, monkeypatch, given, says
):
    monkeypatch.chdir(tmp_path)
    here = {"here": finished.results, "copied": copied}
    words = [word.format(**here) for word in given]
    ended = call(compare_studies, "--results", finished.results, *words)
    assert ended.code == 2
    assert says.format(**here) in ended.err
    assert ended.err.count("\n") == 1


def test_two_spaces_without_a_common_trial(finished, tmp_path):
    """A study whose name is another's, with settings of its own."""
    shutil.copy(finished.results / "mlflow.db", tmp_path)
    with sqlite3.connect(tmp_path / "mlflow.db") as base:
        base.execute("UPDATE tags SET value = 'x' || value WHERE key IN ('setting', 'trial')")
        base.execute("UPDATE params SET value = '7' WHERE key = 'batch_size'")
    base.close()
    ended = call(compare_studies, finished.results, Path(f"{tmp_path}/"))
    assert ended.code == 2
    assert "have no setting in common" in ended.err
