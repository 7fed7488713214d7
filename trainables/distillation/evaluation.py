"""How good the students of a cohort are: on what is held out of their split, and on Test."""

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

from trainables.data.domain import Domain
from trainables.data.measures import BALANCED_ACCURACY
from trainables.distillation.student_stack import StudentStack
from trainables.networks.network import activations
from trainables.objectives.metrics import BLOCK, SharedSet, own_quality, own_reliability, packed
from trainables.objectives.tasks import quality_of
from trainables.randomness import generator
from trainables.settings.scoring import Oracle, Rule

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
        self.test_sets: dict[str, SharedSet] = {}  # by the group that they are recorded in
        if shared:
            oracle = self.rule if isinstance(self.rule, Oracle) else None
            self.test_sets = _test_sets(self.domain, students.device, oracle)

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
        students = self.students
        own = [share.test for share in students.shares if share.test]
        for group, rows in parts_of_test(self.rule, len(own[0][1])).items() if own else ():
            self._note(group, self._of_own([(x[rows], y[rows]) for x, y in own]))
        for group, test_set in self.test_sets.items():
            self._note(group, test_set.quality(students.stack))
        if ended and not self.rule and self.domain.is_classification:
            if own:
                inputs, labels = self._stacked(own)
                found, right = own_reliability(
                    students.stack, inputs, labels, students.sizes, self.block
                )
            else:
                found, right = self.test_sets["test"].reliability(students.stack)
            for member, reliability, mine in zip(students.members, found, right, strict=True):
                member.reliability.append(reliability)
                member.answers.append(None if self.domain.draws_test else packed(mine))

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
def _test_sets(
    domain: Domain, device: torch.device, oracle: Oracle | None
) -> dict[str, SharedSet]:
    """The one test set of all students of a domain, or its parts for an oracle, by their groups.

    They stay on the device between cohorts.
    """
    test = domain.test(0)
    balanced = BALANCED_ACCURACY in domain.measures
    return {
        group: SharedSet(test[rows].inputs(), test.labels[rows], device, balanced=balanced)
        for group, rows in parts_of_test(oracle, len(test)).items()
    }


def parts_of_test(rule: Rule | None, objects: int) -> dict[str, Tensor | slice]:
    """The rows of a test set of so many objects by the group that they are recorded in.

    All are "test", but for an oracle, which selects by some ("oracle") and is checked on the rest
    ("oracle_rest"): drawn once, the same for all settings and seeds.
    """
    if not isinstance(rule, Oracle):
        return {"test": slice(None)}
    count = max(1, round(objects * rule.selects_by))
    order = torch.randperm(objects, generator=generator("oracle/rest", 0))
    rows = {"oracle": order[:count].sort().values, "oracle_rest": order[count:].sort().values}
    return {group: mine for group, mine in rows.items() if len(mine)}
