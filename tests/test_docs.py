"""README and docs/: their examples run as they stand; their commands have no unknown option."""

import csv
import os
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from commands import call
from own_data import pictures

import trainables
from search_spaces.base.catalogue import load, names
from study.__main__ import commands
from study.launch import launch
from trainables.artifacts.workshop import ignore
from trainables.cohorts.kinds import kind_of
from trainables.settings.trial import Trial

ROOT = Path(trainables.__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CALL = re.compile(r"(?:-m (?:study|analysis)[. ]|\bdistil )(\w+)((?: +[^\s`|#;&)]+)*)")
COMMANDS = commands()


def examples():
    """The Python files that the pages show, by the name in their first line."""
    for page in PAGES:
        for block in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL):
            yield re.match(r"# (\w+\.py):", block)[1], block


EXAMPLES = dict(examples())


@pytest.fixture(scope="module")
def album(tmp_path_factory):
    """A folder with the pictures that a page speaks of."""
    folder = tmp_path_factory.mktemp("album")
    pictures(folder / "photos", ("cat", "cow", "dog"), each=20, size=(12, 16))
    pictures(folder / "drawings", ("cat", "cow", "dog"), each=50, size=(9, 9))
    return folder


@pytest.mark.parametrize("name", [n for n, text in EXAMPLES.items() if "SPACE = " in text])
def test_a_space_of_the_pages_can_be_planned(name, album, tmp_path, monkeypatch):
    (album / name).write_text(EXAMPLES[name])
    monkeypatch.chdir(album)
    monkeypatch.setenv("STUDY_DATA", str(tmp_path))
    ended = call(launch, "--space", name, "--plan", "--workers", "1")
    assert ended.code == 0, ended.err
    assert "nothing was" in ended.out


def test_a_trainable_of_the_pages_runs_in_ray_tune(tmp_path, data):
    home = {"HOME": str(tmp_path), "STUDY_DATA": str(data[0])}  # Tune writes into ~/ray_results
    (tmp_path / "tune_student.py").write_text(EXAMPLES["tune_student.py"])
    assert "best: {" in run(["tune_student.py"], tmp_path, home)


@pytest.mark.parametrize("name", ["upside_down.py", "logits.py"])
def test_a_link_and_an_objective_of_the_pages_train(name, tmp_path, workshop):
    """As a worker trains them, with everything small."""
    short = (
        "from search_spaces.smoke import ALONE, taught\n"
        "from trainables.data.domains import FASHION_MNIST\n"
        "SMALL_ALONE, ON_BIG = ALONE, taught(FASHION_MNIST)\n"
    )
    long = "from search_spaces.rows.garments import ON_BIG, SMALL_ALONE\n"
    assert long in EXAMPLES[name]
    (tmp_path / name).write_text(EXAMPLES[name].replace(long, short))
    settings = load(str(tmp_path / name)).settings
    assert len(settings) >= 2
    for trial in [Trial(setting=setting, seed=0) for setting in settings]:
        kind = kind_of(trial)
        for artifact in kind.needs(trial):
            workshop.get_or_make(artifact)
        (result,) = kind.train([trial], workshop, ignore)
        assert result.failure is None
        assert 0.1 < result.final["test/accuracy"] < 1


def quiet_launch(space):
    words = ("--space", space, "--no-dashboard", "--quiet", "--workers", "1", "--seeds", "2")
    return ["-m", "study.launch", *words]


def run(words, folder, environment):
    """What a process of Python prints, which must end well."""
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=os.environ | environment,
        capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_pictures_and_a_network_of_one_s_own_train(album, tmp_path):
    """Folders of pictures, and a module of PyTorch's layers, from a launch to its table."""
    text = EXAMPLES["photos.py"]
    for long, short in (("epochs=20", "epochs=1"), ("epochs=50", "epochs=2"), ("=16,", "=2,")):
        assert long in text
        text = text.replace(long, short)
    (album / "short.py").write_text(text)
    data = {"STUDY_DATA": str(tmp_path)}
    assert "report:" in run(quiet_launch("short.py"), album, data)
    shown = run(["-m", "analysis.table", "--space", "photos", "--format", "csv"], album, data)
    (alone, *_), taught = (
        [line for line in csv.DictReader(shown.splitlines()) if line["teacher"] == teacher]
        for teacher in ("—", "photos-Big")
    )
    assert len(taught) >= 2  # as given, and as the search chose
    for line in (alone, *taught):
        assert (line["n"], line["student"], line["student_network"]) == (
            "2", "drawings-Small", "Strided width=8",
        )  # fmt: skip
        assert 0 < float(line["accuracy"]) < 1
    assert {line["teacher_network"] for line in taught} == {"ConvNet 16-32"}


def calls():
    """Every call of a command of ours on every page, as a module's or as distil's."""
    for page in PAGES:
        text = re.sub(r"\s*\\\n\s*", " ", page.read_text())
        for name, words in CALL.findall(text):
            yield page.name, name, words


def options_of(name):
    """The options of a command, as its own parser knows them."""
    context = COMMANDS.commands[name].make_context(name, [], resilient_parsing=True)
    known = context.command.get_params(context)
    return {option for each in known for option in [*each.opts, *each.secondary_opts]}


@pytest.mark.parametrize(("page", "name", "words"), sorted(set(calls())))
def test_a_command_of_the_pages_has_no_unknown_option(page, name, words):
    used = {word.partition("=")[0] for word in shlex.split(words) if word.startswith("--")}
    assert used <= options_of(name), f"{page}: {name}{words}"


@pytest.fixture(scope="module")
def distil(tmp_path_factory):
    """The installed command, as pip would make it, and the completion that it gives to bash."""
    file = tmp_path_factory.mktemp("bin") / "distil"
    file.write_text(
        f"#!{sys.executable}\nimport sys\nfrom study.__main__ import main\nsys.exit(main())\n"
    )
    file.chmod(0o755)
    asked = {**os.environ, "_DISTIL_COMPLETE": "source_bash"}
    return file, subprocess.run([file], env=asked, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    ("words", "replies"),
    [
        (["la"], ["launch"]),
        (["launch", "--space", "vae_lambda_"], ["vae_lambda_nested", "vae_lambda_small"]),
        (["status", "--wat"], ["--watch"]),
        (["table", "--form"], ["--format"]),
        (["launch", "--space", "own."], []),  # nothing of ours: bash goes on with files
    ],
)
def test_bash_completes(distil, words, replies):
    file, script = distil
    ask = (
        f"{script}\nCOMP_WORDS=(distil {shlex.join(words)}); COMP_CWORD={len(words)}; "
        f"_distil_completion {file}; printf '%s\n' \"${{COMPREPLY[@]}}\""
    )
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.split() == replies


def test_python_m_study_says_what_there_is():
    done = subprocess.run([sys.executable, "-m", "study"], capture_output=True, text=True)
    assert done.returncode == 0
    assert all(name in done.stdout for name in COMMANDS.commands)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["launch", "--space", "vae_lamda"], "did you mean 'vae_lambda'"),
        (["lunch"], "No such command 'lunch'. Did you mean 'launch'?; given was: lunch"),
        (["table"], "Missing option '--space'"),
    ],
)
def test_the_installed_command_refuses_in_one_line(monkeypatch, capsys, words, says):
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    main = EntryPoint("distil", scripts["distil"], "console_scripts").load()
    monkeypatch.setattr(sys, "argv", ["distil", *words])
    assert main() == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1


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


def test_the_page_of_spaces_has_each():
    page = (ROOT / "docs/spaces.md").read_text()
    told = {*re.findall(r"`(\w+)`", page)}
    assert set(names()) <= told | {f"fair_{one}_conv" for one in ("garments", "text", "emoji")}
