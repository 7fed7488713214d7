"""How good the students of a cohort are: on what is held out of their split, and on Test."""

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

from trainables.data.datasets import load
from trainables.data.domains import FASHION_MNIST
from trainables.distillation.student_stack import StudentStack
from trainables.objectives.metrics import SharedSet, own_quality
from trainables.objectives.tasks import task_of


class Evaluation:
    """Appends the quality of a cohort's students to their histories, where settings allow it."""

    def __init__(self, students: StudentStack) -> None:
        self.students = students
        member, setting = students.members[0], students.members[0].setting
        self.rule, self.domain, self.reads_test = setting.rule, setting.domain, setting.reads_test
        self.quality = task_of(self.domain, broadcast=setting.broadcast).quality
        shared = self.reads_test and member.test is None  # else each seed has one of its own
        self.test_set = _test_set(students.device) if shared else None

    def validate(self) -> None:
        """On what is held out, each member its own; nothing where nothing is."""
        held_out = [share.held_out for share in self.students.shares]
        if len(held_out[0][1]):
            self._note("validation", self._of_own(held_out))

    def test(self, *, ended: bool) -> None:
        """On the test set, where the setting may read it.

        ended: this was an attempt's last epoch, the only one after which an oracle reads it.
        """
        if not self.reads_test or (self.rule and not ended):
            return
        group, students = "oracle" if self.rule else "test", self.students
        if self.test_set is None:
            self._note(group, self._of_own([s.test for s in students.shares if s.test]))
            return
        self._note(group, self.test_set.quality(students.stack))
        if ended and not self.rule:
            found = self.test_set.reliability(students.stack)
            for member, reliability in zip(students.members, found, strict=True):
                member.reliability.append(reliability)

    def _of_own(self, own: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, ...]:
        """Quality on objects that each share has of its own: inputs [n, D] and labels [n]."""
        sizes = self.students.sizes
        inputs, labels = (torch.stack(parts) for parts in zip(*own, strict=True))
        labels = labels.repeat_interleave(torch.tensor(sizes, device=labels.device), 0)
        return own_quality(self.students.stack, inputs, labels, sizes, self.quality)

    def _note(self, group: str, found: Sequence[Tensor]) -> None:
        """Append each measure of the domain to the histories, in the domain's own unit."""
        students, measures = self.students, self.domain.measures
        units = torch.tensor([m.unit for m in students.members], device=students.device)
        values = [value * units**m.power for m, value in zip(measures, found, strict=True)]
        students.note(group, [measure.name for measure in measures], torch.stack(values).cpu())


@lru_cache(maxsize=1)
def _test_set(device: torch.device) -> SharedSet:
    """The one test set of all garments' students; it stays on the device between cohorts."""
    test = load(FASHION_MNIST).test
    return SharedSet(test.inputs(), test.labels, device)
