"""How the numbers of a cohort change while it is trained: by courses, and by a population.

A population is copies of rows within the stack: a member takes the parameters and moments of the
member that sees the same objects in the same order, so it goes on as that one would, but for its
numbers.
"""

import math
from collections.abc import Mapping, Sequence

import torch

from trainables.distillation.pruning import scores_of
from trainables.distillation.student_stack import StudentStack
from trainables.identity import hashed
from trainables.randomness import generator
from trainables.settings.course import Numbers
from trainables.settings.lineage import Stage
from trainables.settings.population import Population
from trainables.settings.setting import Setting


def exploited(
    scores: Mapping[str, float],
    population: Population,
    draw: torch.Generator,
    *,
    higher_is_better: bool,
) -> dict[str, str]:
    """Whom each of the worst settings takes after; of equals the later asked is worse.

    Truncation selection (Jaderberg et al. 2017): one of the best share, each as likely.
    """
    order = sorted(scores, key=scores.__getitem__, reverse=higher_is_better)
    count = population.replaced(len(order))
    best, worst = order[:count], order[len(order) - count :]
    return {key: best[_index(count, draw)] for key in worst}


def explored(numbers: Numbers, population: Population, draw: torch.Generator) -> dict[str, float]:
    """Each searched number times one of the factors, within its range."""
    factors = population.factors
    return {
        path: min(max(numbers[path] * factors[_index(len(factors), draw)], low), high)
        for path, low, high in population.ranges
    }


def _index(count: int, draw: torch.Generator) -> int:
    return int(torch.randint(count, (), generator=draw))


class Changes:
    """The numbers that a cohort's settings have at present.

    asked: the keys of its settings, in the order in which they were asked for. They are the name
    of the group, so that what is drawn depends on its settings alone.
    """

    def __init__(self, students: StudentStack, asked: Sequence[str]) -> None:
        self.students, self.asked = students, asked
        self.now = {member.setting.key: member.setting for member in students.members}
        first = students.members[0].setting
        self.rule, self.epochs = first.rule, first.schedule.epochs
        self.population = self.rule.population if self.rule else None
        self.group = hashed(list(asked))
        if self.population:
            for member in students.members:
                start = self._numbers_of(member.setting)
                member.lineage = [Stage(0, start, member.setting.key)]

    def after(self, epochs: int) -> None:
        """Note the numbers of the epoch that ended, and change what changes after it."""
        changed = False
        if self.population:
            self._note()
            if self.population.acts_after(epochs, self.epochs):
                changed = self._take_after_others(self.population, epochs)
        for key, setting in self.now.items():
            numbers = setting.course.after(epochs) if setting.course else {}
            if numbers:
                self.now[key], changed = setting.with_numbers(numbers), True
        if changed:
            self._set()

    def _take_after_others(self, population: Population, epochs: int) -> bool:
        """Exploit and explore, all seeds and folds of a setting together; False without any."""
        draw = generator(f"population/{self.group}/{epochs}", population.seed)
        assert self.rule
        better = self.rule.higher_is_better
        taken = exploited(self._scores(), population, draw, higher_is_better=better)
        numbers = {
            key: explored(self._numbers_of(self.now[source]), population, draw)
            for key, source in taken.items()
        }
        members = self.students.members
        places = {(member.setting.key, member.seen): n for n, member in enumerate(members)}
        to = [place for place, member in enumerate(members) if member.setting.key in taken]
        sources = [places[taken[members[n].setting.key], members[n].seen] for n in to]
        for source, place in zip(sources, to, strict=True):
            member, key = members[place], members[place].setting.key
            member.lineage = [*members[source].lineage, Stage(epochs, numbers[key], taken[key])]
        for key in taken:
            self.now[key] = self.now[key].with_numbers(numbers[key])
        if taken:
            for stack in filter(None, (self.students.stack, self.students.regressors)):
                stack.copy_rows(sources, to)
        return bool(taken)

    def _scores(self) -> dict[str, float]:
        """Each setting's mean over its seeds and folds, as asked; none of one that has failed."""
        assert self.rule
        found = scores_of(self.students.members, self.rule.metric, self.asked)
        means = {key: math.fsum(values) / len(values) for key, values in found.items()}
        return {key: mean for key, mean in means.items() if math.isfinite(mean)}

    def _numbers_of(self, setting: Setting) -> dict[str, float]:
        """What is searched of a setting, by path."""
        assert self.population
        found = {}
        for path, _, _ in self.population.ranges:
            part, _, field = path.partition(".")
            found[path] = float(getattr(getattr(setting, part), field))
        return found

    def _note(self) -> None:
        """To the histories: population/objective.temperature, say."""
        each = [self._numbers_of(self.now[m.setting.key]) for m in self.students.members]
        if each[0]:
            values = torch.tensor([[*one.values()] for one in each], dtype=torch.float64).T
            self.students.note("population", [*each[0]], values)

    def _set(self) -> None:
        """Let the stack train by the present numbers."""
        students = self.students
        settings = [self.now[member.setting.key] for member in students.members]
        numbers = [setting.objective.numbers() for setting in settings]
        students.numbers = {
            name: torch.tensor([each[name] for each in numbers], device=students.device)
            for name in students.numbers
        }
        schedules = [setting.schedule for setting in settings]
        for stack in filter(None, (students.stack, students.regressors)):
            stack.set_rates(
                [schedule.learning_rate for schedule in schedules],
                [schedule.weight_decay for schedule in schedules],
            )
