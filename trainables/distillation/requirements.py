"""What must be made before a student can be trained: the teacher's logits that it learns from."""

from dataclasses import replace
from typing import Any

from trainables.artifacts.artifact import LogitsArtifact, TeacherArtifact, model_of
from trainables.schedule import SELECTION_SHARE
from trainables.settings.trial import Trial


def logits_for(trial: Trial, part: int = 0) -> LogitsArtifact | None:
    """The teacher's logits that a trial learns from; None for a student alone.

    part: which part of the split is held out. A teacher, or a model behind the link, that learned
    from labels of that part would tell the student about them, so it is made without them.
    """
    setting, seed = trial.setting, trial.network_seed
    recipe, link = setting.teacher, setting.link
    if recipe is None:
        return None
    withheld: dict[str, Any] = {"held_out": setting.withheld_share, "part": part}
    model = None
    if link.learned:
        blind = withheld if link.learned.reads_small else {}
        model = model_of(link.learned, seed, **blind)
    made = recipe.domain.made_by_link
    shared = setting.shares_objects and setting.withheld_share > 0
    if shared:
        withheld["withheld_from"] = setting.student_split
    teacher = TeacherArtifact(
        recipe=replace(recipe, classes=None),
        source_link=link if link.makes_source else None,
        vae=model if made else None,
        seed=seed,
        **(withheld if made or shared else {}),
    )
    return LogitsArtifact(
        teacher=teacher,
        link=link,
        vae=model,
        target=setting.shown,
        split=setting.student_split,
        classes=recipe.classes,
        features=setting.objective.teacher_features,
        seed=seed,
    )


def selecting(trial: Trial) -> Trial:
    """The training that a trial's epoch is selected by: without a share of its objects."""
    setting = trial.setting
    schedule = replace(setting.schedule, select_epoch=False, select_by="")
    return replace(trial, setting=replace(setting, schedule=schedule, held_out=SELECTION_SHARE))


def selects_first(trial: Trial) -> bool:
    """Whether there is such a training. A candidate's epoch is selected by its own scores."""
    return trial.setting.schedule.select_epoch and trial.setting.rule is None


def all_logits_for(trial: Trial) -> list[LogitsArtifact]:
    """Those of all parts that its rule holds out, each once; none for a student alone."""
    found = [logits_for(trial, part) for part in range(trial.setting.parts)]
    found += [logits_for(selecting(trial))] if selects_first(trial) else []
    return list(dict.fromkeys(logits for logits in found if logits))
