"""What a search that is scored chooses: its finalists, scored again, and the best of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from records.choice import Candidate, decide, finalists
from search_spaces.base.search import Search
from study.planning.trial_index import TrialIndex
from trainables.settings.lineage import Lineage, read
from trainables.settings.setting import Setting


@dataclass(frozen=True)
class FinalChoice:
    """The last step of a search, from the trials of an index.

    Its methods are given all that the search asked for, in that order and scored.
    """

    search: Search
    trial_index: TrialIndex

    @property
    def seeds(self) -> range:
        """The fresh seeds that finalists are scored with."""
        return self.search.finalist_selection_seeds

    def finalists(self, asked: Sequence[Setting]) -> dict[Setting, Setting]:
        """The best few, each with the setting that scores it again, in the order of asking.

        Empty where there is one to choose alone.
        """
        settings = _each_once(asked)
        rule, search = self.search.rule, self.search
        best = finalists(
            self._scored(settings, search.selection_seeds),
            rule.metric,
            higher_is_better=rule.higher_is_better,
            most=search.finalists,
        )
        found = [settings[at] for at in best]
        return {one: search.as_finalist(one, self._lineage(one)) for one in found}

    def has_ended(self, asked: Sequence[Setting]) -> bool:
        """True once no finalist's trial is out."""
        again = self._scored(self.finalists(asked).values(), self.seeds)
        return all(one.has_ended for one in again)

    def chosen(self, asked: Sequence[Setting]) -> list[Setting]:
        """What is trained anew and reported; empty while a finalist's trial is out."""
        rule, settings = self.search.rule, _each_once(asked)
        again = {
            settings.index(first): self.trial_index.candidate(one, self.seeds)
            for first, one in self.finalists(asked).items()
        }
        best = decide(
            self._scored(settings, self.search.selection_seeds),
            again,
            rule.metric,
            higher_is_better=rule.higher_is_better,
            fresh_alone=rule.population is not None,
        )
        if best is None:
            return []
        return [self.search.reported(settings[best], self._lineage(settings[best]))]

    def _scored(self, settings: Iterable[Setting], seeds: range) -> list[Candidate]:
        return [self.trial_index.candidate(setting, seeds) for setting in settings]

    def _lineage(self, setting: Setting) -> Lineage:
        """Of a population's candidate, the numbers that led to its weights."""
        records = self.trial_index.candidate(setting, self.search.selection_seeds).records
        lineages = [one.lineage for one in records.values() if one.lineage]
        return read(lineages[0]) if lineages else ()


def _each_once(asked: Sequence[Setting]) -> list[Setting]:
    """A choice among few is asked for again and again."""
    return list(dict.fromkeys(asked))
