"""How good the students of a cohort are: on what is held out of their split, and on Test."""

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

from trainables.data.domain import Domain
from trainables.data.measures import BALANCED_ACCURACY
from trainables.distillation.student_stack import StudentStack
from trainables.networks.network import activations
from trainables.objectives.metrics import BLOCK, SharedSet, own_quality, own_reliability
from trainables.objectives.tasks import quality_of

ACTIVATIONS = 2**24  # floats that one member's layers put out at a time, on objects of its own


class Evaluation:
    """Appends the quality of a cohort's students to their histories, where settings allow it."""

    def __init__(self, students: StudentStack) -> None:
        self.students = students
        member, setting = students.members[0], students.members[0].setting
        self.rule, self.domain, self.reads_test = setting.rule, setting.target, setting.reads_test
        self.quality = quality_of(self.domain)
        # By the network alone, so that no company changes it.
        floats = activations(setting.student, self.domain.shape, self.domain.outputs)
        self.block = max(BLOCK, ACTIVATIONS // floats)
        shared = self.reads_test and member.test is None  # else each seed has one of its own
        self.test_set = _test_set(self.domain, students.device) if shared else None

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
            own = [share.test for share in students.shares if share.test]
            self._note(group, self._of_own(own))
        else:
            self._note(group, self.test_set.quality(students.stack))
        if ended and not self.rule and self.domain.is_classification:
            if self.test_set is None:
                inputs, labels = self._stacked(own)
                found = own_reliability(students.stack, inputs, labels, students.sizes, self.block)
            else:
                found = self.test_set.reliability(students.stack)
            for member, reliability in zip(students.members, found, strict=True):
                member.reliability.append(reliability)

    def _of_own(self, own: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, ...]:
        """Quality on objects that each share has of its own: inputs [n, D] and labels [n]."""
        inputs, labels = self._stacked(own)
        stack, sizes = self.students.stack, self.students.sizes
        return own_quality(stack, inputs, labels, sizes, self.quality, self.block)

    def _stacked(self, own: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
        """Inputs by share [G, n, D], labels by member [N, n]."""
        inputs, labels = (torch.stack(parts) for parts in zip(*own, strict=True))
        return inputs, self.students.by_member(labels)

    def _note(self, group: str, found: Sequence[Tensor]) -> None:
        """Append each measure of the domain to the histories, in the domain's own unit."""
        students, measures = self.students, self.domain.measures
        units = torch.tensor([m.unit for m in students.members], device=students.device)
        values = [value * units**m.power for m, value in zip(measures, found, strict=True)]
        students.note(group, [measure.name for measure in measures], torch.stack(values).cpu())


@lru_cache(maxsize=1)
def _test_set(domain: Domain, device: torch.device) -> SharedSet:
    """The one test set of all students of a domain; it stays on the device between cohorts."""
    test = domain.test(0)
    balanced = BALANCED_ACCURACY in domain.measures
    return SharedSet(test.inputs(), test.labels, device, balanced=balanced)
