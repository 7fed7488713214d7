"""README and docs/: their examples run as they stand; their commands have no unknown option."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from commands import call

import trainables
from study.completion import COMMANDS, options_of, script
from study.launch import launch
from study.records import records

ROOT = Path(trainables.__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CALL = re.compile(r"-m ((?:study|analysis)\.\w+)((?: +[^\s`|#;&)]+)*)")


def examples():
    """The Python files that the pages show, by the name in their first line."""
    for page in PAGES:
        for block in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL):
            yield re.match(r"# (\w+\.py):", block)[1], block


EXAMPLES = dict(examples())


@pytest.mark.parametrize("name", [n for n, text in EXAMPLES.items() if "SPACE = " in text])
def test_a_space_of_the_pages_can_be_planned(name, tmp_path, monkeypatch):
    (tmp_path / name).write_text(EXAMPLES[name])
    monkeypatch.chdir(tmp_path)
    ended = call(launch, "--space", name, "--plan", "--workers", "1")
    assert ended.code == 0, ended.err
    assert "nothing was" in ended.out


def test_a_link_and_a_trainable_of_the_pages_train(tmp_path, data):
    """The trainable in Ray Tune, and the link in a launch with everything small."""
    home = {"HOME": str(tmp_path), "STUDY_DATA": str(data[0])}  # Tune writes into ~/ray_results
    (tmp_path / "tune_student.py").write_text(EXAMPLES["tune_student.py"])
    short = (
        "from search_spaces.smoke import ALONE, taught\n"
        "SMALL_ALONE, ON_BIG = ALONE, taught('FashionMNIST')\n"
    )
    link = EXAMPLES["upside_down.py"].replace("\n\n\n@dataclass", f"\n{short}\n\n@dataclass", 1)
    (tmp_path / "upside_down.py").write_text(link)
    for words, says in (
        (["tune_student.py"], "best: {"),
        (
            ["-m", "study.launch", "--space", "upside_down.py", "--no-dashboard", "--quiet",
             "--workers", "1", "--seeds", "2"],
            "report:",
        ),
    ):  # fmt: skip
        done = subprocess.run(
            [sys.executable, *words], cwd=tmp_path, env=os.environ | home,
            capture_output=True, text=True, timeout=200,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert says in done.stdout


def calls():
    """Every call of a command of ours on every page."""
    for page in PAGES:
        text = re.sub(r"\s*\\\n\s*", " ", page.read_text())
        for module, words in CALL.findall(text):
            yield page.name, module, words


@pytest.mark.parametrize(("page", "module", "words"), sorted(set(calls())))
def test_a_command_of_the_pages_has_no_unknown_option(page, module, words):
    if module == "study.completion":
        return
    used = {word.partition("=")[0] for word in shlex.split(words) if word.startswith("--")}
    assert used <= {*options_of(module, COMMANDS[module]), "--help"}, f"{page}: {module}{words}"


def test_the_notebook_reads_records(tmp_path, monkeypatch):
    """Its cells, one after the other, on the golden study's records."""
    notebook = json.loads((ROOT / "docs" / "records.ipynb").read_text())
    cells = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    golden = ROOT / "tests" / "analysis" / "golden" / "smoke.jsonl.gz"
    assert call(records, "import", "--file", golden, "--results", tmp_path / "results").code == 0
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPACE", "smoke")
    names = {}
    for cell in cells:
        exec(compile(cell, "records.ipynb", "exec"), names)
    assert len(names["trials"]) > 30
    assert {"link", "lambda", "test/accuracy"} <= set(names["trials"].columns)
    assert names["by_setting"]["count"].max() >= 2


@pytest.mark.parametrize(
    ("words", "replies"),
    [
        (["python", "-m", "study.la"], ["study.launch"]),
        (["python", "-m", "study.launch", "--space", "vae_lambda_"], ["vae_lambda_small"]),
        (["python", "-m", "study.status", "--wat"], ["--watch"]),
        (["python", "-m", "json.tool", "--so"], []),
    ],
)
def test_bash_completes(words, replies, tmp_path):
    (tmp_path / "completion").write_text(script())
    ask = (
        f"source {tmp_path}/completion; COMP_WORDS=({shlex.join(words)}); "
        f"COMP_CWORD={len(words) - 1}; _study; printf '%s\n' \"${{COMPREPLY[@]}}\""
    )
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.split() == replies


def test_python_m_study_says_what_there_is():
    done = subprocess.run([sys.executable, "-m", "study"], capture_output=True, text=True)
    assert all(module in done.stdout for module in COMMANDS)


def test_what_the_pages_link_to_is_there():
    for page in PAGES:
        for link in re.findall(r"\]\((?!http)([^)#]+)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_what_the_code_cites_is_there():
    """The pages and sections that docstrings and comments name: docs/protocol, "Losses"."""
    rooms = ("analysis", "records", "search_spaces", "study", "trainables")
    cited = 0
    for file in sorted(each for room in rooms for each in (ROOT / room).rglob("*.py")):
        text = re.sub(r"\s*\n\s*(# )?", " ", file.read_text())
        for page, section in re.findall(r'docs/(\w+)(?:, "([^"]+)")?', text):
            found = (ROOT / "docs" / f"{page}.md").read_text()
            assert not section or f"\n## {section}\n" in found, f"{file}: {page}, {section}"
            cited += 1
    assert cited
