"""What must be made before a student can be trained: the teacher's logits that it learns from."""

from typing import Any

from trainables.artifacts.artifact import LogitsArtifact, TeacherArtifact, VaeArtifact
from trainables.data.domains import GENERATED_MNIST
from trainables.settings.trial import Trial


def logits_for(trial: Trial, part: int = 0) -> LogitsArtifact | None:
    """The teacher's logits that a trial learns from; None for a student alone.

    part: which part of the split is held out. A teacher or VAE that learned from labels of that
    part would tell the student about them, so it is made without them.
    """
    setting, seed = trial.setting, trial.network_seed
    if setting.teacher is None:
        return None
    withheld: dict[str, Any] = {"held_out": setting.withheld_share, "part": part}
    vae = None
    if setting.link.vae:
        blind = withheld if setting.link.vae.labels == "small" else {}
        vae = VaeArtifact(recipe=setting.link.vae, seed=seed, **blind)
    generated = setting.teacher.domain == GENERATED_MNIST
    shared = setting.shares_objects and setting.withheld_share > 0
    if shared:
        withheld["withheld_from"] = setting.student_split
    teacher = TeacherArtifact(
        recipe=setting.teacher,
        source_link=setting.link if setting.link.makes_source else None,
        vae=vae if generated else None,
        seed=seed,
        **(withheld if generated or shared else {}),
    )
    return LogitsArtifact(
        teacher=teacher, link=setting.link, vae=vae, split=setting.student_split, seed=seed
    )


def all_logits_for(trial: Trial) -> list[LogitsArtifact]:
    """Those of all parts that its rule holds out, each once; none for a student alone."""
    found = [logits_for(trial, part) for part in range(trial.setting.parts)]
    return list(dict.fromkeys(logits for logits in found if logits))
