"""Networks as they leave: whole objects in, as data sets have them; answers in words' order out.

What training does to inputs and outputs before and after the network (bytes to [0, 1], features
and channels standardised, numbers in their unit) is inside.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from study.exporting.trained import Trained
from study.exporting.wanted import Wanted
from trainables.data.augment import ChannelScale
from trainables.data.domain import Domain, Objects, Shape
from trainables.data.standardise import Scale
from trainables.data.task import Classes
from trainables.distillation.member import scales_of
from trainables.distillation.requirements import logits_for
from trainables.errors import BadInputError
from trainables.networks.network import Network


class WholeNetwork(nn.Module):
    """A network with what is done to its inputs and outputs.

    Objects [B, *shape], bytes of images or floats → logits [B, C] of classes, or numbers [B] in
    their unit.
    """

    def __init__(
        self,
        network: nn.Module,
        domain: Domain,
        scale: Scale | None,
        channels: ChannelScale | None,
    ) -> None:
        super().__init__()
        self.network, self.of_classes = network, domain.is_classification
        self.means: Tensor | None
        self.deviations: Tensor | None
        means, deviations = _per_value(domain.shape, scale, channels)
        self.register_buffer("means", means)
        self.register_buffer("deviations", deviations)
        self.mean, self.deviation = (scale.mean, scale.deviation) if scale else (0.0, 1.0)

    @property
    def is_scaled(self) -> bool:
        """Whether inputs are standardised."""
        return self.means is not None

    def forward(self, objects: Tensor) -> Tensor:
        """Objects [B, *shape] → what the network says of them."""
        inputs = objects.float() / 255 if objects.dtype == torch.uint8 else objects
        if self.means is not None and self.deviations is not None:
            inputs = (inputs - self.means) / self.deviations
        outputs: Tensor = self.network(inputs)
        return outputs if self.of_classes else outputs[:, 0] * self.deviation + self.mean


def _per_value(
    shape: Shape, scale: Scale | None, channels: ChannelScale | None
) -> tuple[Tensor | None, Tensor | None]:
    """Means and deviations, one for each value of an object [*shape]; None where all stay."""
    if scale:
        means, deviations = torch.tensor([scale.input_means, scale.input_deviations])
        return means.view(shape), deviations.view(shape)
    if channels:
        both = torch.tensor([channels.means, channels.deviations])
        means, deviations = (each.view(-1, 1, 1).expand(shape).contiguous() for each in both)
        return means, deviations
    return None, None


@dataclass(frozen=True)
class Leaving:
    """What leaves: a module in its evaluation mode, and what it was made of.

    part: "student", "teacher" or "link". network, weights: the plain network, and its state dict.
    test: the objects that it is checked on; classes: their names, none where it says numbers.
    quality: what is stored with it of its quality on its test set.
    """

    part: str
    module: nn.Module
    network: Network | None
    weights: dict[str, Tensor]
    domain: Domain
    test: Objects
    classes: Sequence[str]
    unit: str
    quality: Mapping[str, float]

    @property
    def objects(self) -> Tensor:
        """The test objects whole, [n, *shape], as the module reads them."""
        return self.test.pixels.view(-1, *self.domain.shape)


def leaving(part: str, wanted: Wanted, trained: Trained) -> Leaving:
    """The student itself, its teacher, or the trained model behind its link.

    Raises BadInputError where the setting has no such part.
    """
    return PARTS[part](wanted, trained)


def _student(wanted: Wanted, trained: Trained) -> Leaving:
    setting = wanted.trial.setting
    scale, channels = scales_of(wanted.trial)
    return _network_of(
        "student", setting.student, setting.target, trained.weights, scale, channels,
        setting.target.test(wanted.trial.network_seed), {},
    )  # fmt: skip


def _teacher(wanted: Wanted, trained: Trained) -> Leaving:
    logits = logits_for(wanted.trial)
    if logits is None:
        raise BadInputError(f"{wanted.student.label} has no teacher: leave --part away")
    artifact = logits.teacher
    if artifact.source_link or artifact.domain.made_by_link:
        raise BadInputError(
            f"the teacher of {wanted.student.label} reads what the link makes, which is no data "
            "set: export the student, or the link"
        )
    saved = trained.workshop.get_or_make(artifact)
    scale, channels = saved.facts.get("scale"), saved.facts.get("channels")
    return _network_of(
        "teacher", artifact.recipe.network, artifact.domain, saved.tensors,
        Scale(**scale) if scale else None, ChannelScale(**channels) if channels else None,
        artifact.domain.test(artifact.seed),
        {name.removeprefix("test_"): value for name, value in saved.facts.items()
         if name.startswith("test_")},
    )  # fmt: skip


def _network_of(
    part: str,
    network: Network,
    domain: Domain,
    weights: dict[str, Tensor],
    scale: Scale | None,
    channels: ChannelScale | None,
    test: Objects,
    quality: Mapping[str, float],
) -> Leaving:
    plain = network.build(domain.shape, domain.outputs)
    plain.load_state_dict(weights)
    module = WholeNetwork(plain, domain, scale, channels).eval().requires_grad_(False)
    task = domain.task
    names, unit = (task.names, "") if isinstance(task, Classes) else ((), task.unit)
    return Leaving(part, module, network, weights, domain, test, names, unit, quality)


def _link(wanted: Wanted, trained: Trained) -> Leaving:
    setting, logits = wanted.trial.setting, logits_for(wanted.trial)
    model = logits.vae if logits else None
    if model is None:
        raise BadInputError(
            f"the link of {wanted.student.label} has learned nothing that could leave: give "
            "--part student"
        )
    trained_model = trained.workshop.model(model)
    module = WholeLink(setting.link.as_module(trained_model)).eval().requires_grad_(False)
    domain = setting.shown
    return Leaving(
        "link", module, None, trained_model.state_dict(), domain,
        domain.test(wanted.trial.network_seed), (), "", {},
    )  # fmt: skip


class WholeLink(nn.Module):
    """φ of whole objects: [B, *shape], bytes of images or floats → the teacher's inputs."""

    def __init__(self, mapped: nn.Module) -> None:
        super().__init__()
        self.mapped = mapped

    def forward(self, objects: Tensor) -> Tensor:
        """Objects → what the teacher is shown."""
        inputs = objects.float() / 255 if objects.dtype == torch.uint8 else objects
        found: Tensor = self.mapped(inputs)
        return found


PARTS = {"student": _student, "teacher": _teacher, "link": _link}
"""What can leave, and what makes it ready."""
