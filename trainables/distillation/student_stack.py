"""The students of a cohort as one stack, those that see the same objects side by side."""

from collections import Counter
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from trainables.data.augment import ChannelScale, channel_scale
from trainables.data.domain import Objects
from trainables.device import Placed
from trainables.distillation.member import Member
from trainables.networks.kernels import for_members
from trainables.networks.network import feature_shapes
from trainables.networks.stack import Stack
from trainables.networks.stacking.rows import gather_inputs
from trainables.objectives.answers import Answers
from trainables.randomness import generator
from trainables.settings.setting import Setting


class Share:
    """What the members of one seed and part have in common: objects, and the order of them."""

    def __init__(self, member: Member, device: torch.device) -> None:
        self.seen = member.seen
        split, parts = member.split, member.parts
        learnt = split.pixels[parts.learn]
        schedule, shape = member.setting.schedule, member.setting.target.shape
        self.scale: ChannelScale | None = None
        if schedule.normalise:
            self.scale = channel_scale(learnt, shape)
        self.pixels = learnt.to(device)
        self.labels = split.labels[parts.learn].to(device)
        self.order = generator("order/student", member.seed)
        self.changes = generator("augment/student", member.seed)
        self.held_out = self._seen(split[parts.validate], device)
        self.test = self._seen(member.test, device) if member.test else None

    def _seen(self, objects: Objects, device: torch.device) -> tuple[Tensor, Tensor]:
        """Inputs as the network reads them, and labels, on the device."""
        return self.normalised(objects.inputs().to(device)), objects.labels.to(device)

    def normalised(self, inputs: Tensor) -> Tensor:
        """Inputs [..., D] standardised by channel, where the schedule says so."""
        return self.scale.inputs(inputs) if self.scale else inputs


class StudentStack:
    """Members still in training, in the order of their stack; each has its own λ, T and rate.

    shares: what groups of members see, in that order too, so that a group's first layer is one
        wide product (Stack.shared); sizes: members of each.
    numbers: what the objective computes with, by name, one value a member [N].
    """

    def __init__(self, members: Sequence[Member], device: torch.device) -> None:
        self.members, self.device = sorted(members, key=_place), device
        settings = [member.setting for member in self.members]
        first, seeds = settings[0], [member.seed for member in self.members]
        target, self.objective, self.schedule = first.target, first.objective, first.schedule
        self.shape, self.network = target.shape, first.student
        models = {
            seed: self.network.initialised(
                target.shape, target.outputs, generator("init/student", seed)
            )
            for seed in dict.fromkeys(seeds)
        }
        self.stack = Stack.scheduled(
            [models[seed] for seed in seeds],
            [setting.schedule for setting in settings],
            device,
            draws=[generator("dropout/student", seed) for seed in seeds],
        )
        self.regressors = self._regressors(settings, seeds)
        numbers = [setting.objective.numbers() for setting in settings]
        self.numbers = {
            name: torch.tensor([each[name] for each in numbers], device=device)
            for name in numbers[0]
        }
        self._placed = Placed(device)
        ones = {member.seen: member for member in reversed(self.members)}
        counts = Counter(member.seen for member in self.members)
        self.shares = [Share(ones[seen], device) for seen in counts]
        self.sizes = [*counts.values()]

    def _regressors(self, settings: Sequence[Setting], seeds: Sequence[int]) -> Stack | None:
        """What the objective trains beside the students, one a member; None where nothing."""
        made = [
            regressor_of(setting, generator("init/regressor", seed))
            for setting, seed in zip(settings, seeds, strict=True)
        ]
        found = [one for one in made if one is not None]
        schedules = [setting.schedule for setting in settings]
        return Stack.scheduled(found, schedules, self.device) if found else None

    def set_rate_factor(self, factor: float) -> None:
        """Multiply all learning rates by this, from here on."""
        for stack in filter(None, (self.stack, self.regressors)):
            stack.set_rate_factor(factor)

    @property
    def is_static(self) -> bool:
        """Whether a step is the same operations each time, none of them the host's."""
        return all(stack.is_static for stack in filter(None, (self.stack, self.regressors)))

    @property
    def version(self) -> tuple[int, ...]:
        """Another one where tensors that a step changes or reads were replaced."""
        return self.stack.version, *(id(each) for each in self.numbers.values())

    def renew_optimiser(self) -> None:
        """Reset the optimisers' moments; the weights stay."""
        for stack in filter(None, (self.stack, self.regressors)):
            stack.renew_optimiser()

    def __len__(self) -> int:
        return len(self.members)

    @property
    def labels(self) -> list[Tensor]:
        """The labels of each share's objects, each [n]."""
        return [share.labels for share in self.shares]

    def gather(self, rows: Tensor) -> Tensor:
        """Each share's rows [G, B] of its objects, as training sees them: [G, B, D]."""
        x = gather_inputs([share.pixels for share in self.shares], rows)
        if self.schedule.augment:
            x = self.schedule.augment(x, self.shape, [share.changes for share in self.shares])
        if self.schedule.normalise:
            x = torch.stack(
                [share.normalised(mine) for share, mine in zip(self.shares, x, strict=True)]
            )
        return x

    def answers(self, inputs: Tensor) -> Answers:
        """What members say of each share's own inputs [G, B, D]; outputs are [N, B, C]."""
        names = self.objective.student_features
        if not names:
            outputs = self.stack.answer(inputs, self.sizes)
            return Answers(outputs if self.objective.any_layout else outputs.contiguous())
        paths = {name: self.network.features[name] for name in names}
        outputs, features = self.stack.with_features(inputs, self.sizes, paths)
        found = self.regressors(features) if self.regressors else features
        return Answers(outputs.contiguous(), {k: v.contiguous() for k, v in found.items()})

    def step(self, losses: Tensor) -> None:
        """One step for every member on its own loss: losses [N]."""
        if self.regressors:
            self.stack.step_with(self.regressors, losses)
        else:
            self.stack.step(losses)

    def taught(self, name: str, epoch: int) -> Tensor:
        """What the teachers say for an epoch, by member: outputs or a feature [N, n, ...].

        Members of one teacher have it from one copy on the device.
        """
        return torch.stack([member.taught(name, epoch, self._placed) for member in self.members])

    def own_rows(self, values: Tensor, rows: Tensor) -> Tensor:
        """Of each member's own values [N, n, ...] its share's rows [G, B]: [N, B, ...]."""
        groups = zip(values.split(self.sizes), rows, strict=True)
        return torch.cat([mine.index_select(1, each) for mine, each in groups])

    def shared_rows(self, values: Sequence[Tensor], rows: Tensor) -> Tensor:
        """Rows [G, B] of each share's values, for its members: [N, B]."""
        return self.by_member(torch.stack([v[r] for v, r in zip(values, rows, strict=True)]))

    def by_member(self, by_share: Tensor) -> Tensor:
        """What shares have [G, ...], for each of their members: [N, ...]."""
        return for_members(by_share, self.sizes)

    def note(self, group: str, names: Sequence[str], values: Tensor) -> None:
        """Append to the histories; values [len(names), N]: one row a metric."""
        for name, row in zip(names, values.tolist(), strict=True):
            for member, value in zip(self.members, row, strict=True):
                member.history[f"{group}/{name}"].append(value)

    def keep(self, places: Sequence[int]) -> None:
        """Only these members stay, each as it was."""
        rows = torch.tensor(places, device=self.device)
        self.members = [self.members[place] for place in places]
        self.numbers = {name: values[rows] for name, values in self.numbers.items()}
        for stack in filter(None, (self.stack, self.regressors)):
            stack.keep(places)
        counts = Counter(member.seen for member in self.members)
        self.shares = [share for share in self.shares if share.seen in counts]
        self.sizes = [*counts.values()]


def regressor_of(setting: Setting, draw: torch.Generator) -> nn.Module | None:
    """What a setting's objective trains beside the student, where it needs that."""
    objective, target, teacher = setting.objective, setting.target, setting.teacher
    if teacher is None or not objective.student_features:
        return None
    own = feature_shapes(setting.student, target.shape, target.outputs)
    theirs = feature_shapes(teacher.network, teacher.reads(setting.link), teacher.domain.outputs)
    return objective.regressor(own, theirs, draw)


def _place(member: Member) -> tuple[int, int, float, float]:
    """Where a member stands: beside those that see what it sees, equal rates side by side."""
    schedule = member.setting.schedule
    return *member.seen, schedule.learning_rate, schedule.weight_decay
