"""The students of a cohort as one stack, those that see the same objects side by side."""

from collections import Counter
from collections.abc import Sequence

import torch
from torch import Tensor

from trainables.distillation.member import Member
from trainables.networks.perceptron import Perceptron
from trainables.networks.stack import Stack
from trainables.randomness import generator


class Share:
    """What the members of one seed and part have in common: objects, and the order of them."""

    def __init__(self, member: Member, device: torch.device) -> None:
        self.seen = member.seen
        split, parts = member.split, member.parts
        self.pixels = split.pixels[parts.learn].to(device)
        self.labels = split.labels[parts.learn].to(device)
        self.order = generator("order/student", member.seed)
        kept = split[parts.validate]
        self.held_out = kept.inputs().to(device), kept.labels.to(device)
        test = member.test
        self.test = (test.inputs().to(device), test.labels.to(device)) if test else None


class StudentStack:
    """Members still in training, in the order of their stack; each has its own λ, T and rate.

    shares: what groups of members see, in that order too, so that a group's first layer is one
        wide product (Stack.shared); sizes: members of each.
    weights [N, 2], temperatures [N]: of the two terms of the loss.
    """

    def __init__(self, members: Sequence[Member], device: torch.device) -> None:
        self.members, self.device = sorted(members, key=_place), device
        settings = [member.setting for member in self.members]
        self.stack = Stack(
            [
                Perceptron(setting.student_sizes, generator("init/student", member.seed))
                for setting, member in zip(settings, self.members, strict=True)
            ],
            [setting.schedule.learning_rate for setting in settings],
            device,
        )
        self.weights = torch.tensor([s.loss_weights for s in settings], device=device)
        self.temperatures = torch.tensor([s.temperature for s in settings], device=device)
        first = {member.seen: member for member in reversed(self.members)}
        counts = Counter(member.seen for member in self.members)
        self.shares = [Share(first[seen], device) for seen in counts]
        self.sizes = [*counts.values()]

    def __len__(self) -> int:
        return len(self.members)

    def answers(self, inputs: Tensor) -> Tensor:
        """Logits [N, B, C] of each share's own inputs [G, B, D]."""
        return self.stack.shared(inputs, self.sizes)

    def own_rows(self, values: Tensor, rows: Tensor) -> Tensor:
        """Of each member's own values [N, n, C] its share's rows [G, B]: [N, B, C]."""
        groups = zip(values.split(self.sizes), rows, strict=True)
        return torch.cat([mine.index_select(1, each) for mine, each in groups])

    def shared_rows(self, values: Sequence[Tensor], rows: Tensor) -> Tensor:
        """Rows [G, B] of each share's values, for its members: [N, B]."""
        picked = torch.stack([mine[each] for mine, each in zip(values, rows, strict=True)])
        return picked.repeat_interleave(torch.tensor(self.sizes, device=self.device), 0)

    def note(self, group: str, names: Sequence[str], values: Tensor) -> None:
        """Append to the histories; values [len(names), N]: one row a metric."""
        for name, row in zip(names, values.tolist(), strict=True):
            for member, value in zip(self.members, row, strict=True):
                member.history[f"{group}/{name}"].append(value)

    def keep(self, places: Sequence[int]) -> None:
        """Only these members stay, each as it was."""
        rows = torch.tensor(places, device=self.device)
        self.members = [self.members[place] for place in places]
        self.weights, self.temperatures = self.weights[rows], self.temperatures[rows]
        self.stack.keep(places)
        counts = Counter(member.seen for member in self.members)
        self.shares = [share for share in self.shares if share.seen in counts]
        self.sizes = [*counts.values()]


def _place(member: Member) -> tuple[int, int, float]:
    """Where a member stands: beside those that see what it sees, equal rates side by side."""
    return *member.seen, member.setting.schedule.learning_rate
