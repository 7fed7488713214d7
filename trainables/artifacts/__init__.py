"""Artifacts: teachers, VAEs and teachers' logits, made once and stored under their hash.

artifact         what each artifact is: the data that determine it
store            artifacts on disk, written whole and verified on reading
workshop         loads what is stored, makes what is not
vae, teacher     their training; elbo: the terms of a VAE's loss
paired, colours  links that learn from pairs, or from moments of colours
generated        the domain that a VAE makes
labelled         which objects of a split stay when a part is held out
logits           a teacher's logits on the student's split under φ
"""

from trainables.artifacts.artifact import Artifact, LogitsArtifact, TeacherArtifact, VaeArtifact
from trainables.artifacts.store import Saved, Store, UnusableArtifactError, open_store
from trainables.artifacts.workshop import Maker, Workshop

__all__ = [
    "Artifact",
    "LogitsArtifact",
    "Maker",
    "Saved",
    "Store",
    "TeacherArtifact",
    "UnusableArtifactError",
    "VaeArtifact",
    "Workshop",
    "open_store",
]
