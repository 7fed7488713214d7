"""What is chosen in the end: the best of a search's finalists, the best of listed settings."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from records.choice import Candidate, choose, decide, finalists
from search_spaces.base.search import Search
from search_spaces.base.space import FIRST_ANEW_SEED, Space
from study.planning.expected import Expected
from study.planning.seeds import Seeds
from study.planning.trial_index import TrialIndex
from trainables.settings.lineage import Lineage, read
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial


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


@dataclass(frozen=True)
class ListedChoice:
    """Of a space's listed settings the one of the best validation, to be trained anew.

    seeds: of each setting; those of what is trained anew are others, as many to begin with.
    """

    space: Space
    trial_index: TrialIndex
    seeds: Seeds

    def _fresh_seeds(self, setting: Setting) -> range:
        """The seeds of what is trained anew."""
        return range(FIRST_ANEW_SEED, FIRST_ANEW_SEED + self.seeds.of(setting))

    def _candidates(self) -> list[Candidate]:
        """The listed settings, chosen by all seeds that each has; but in a study that has looked
        again and again by those of the first look alone: further ones hang on what was seen.
        """
        settings, usual, of = self.space.settings, self.seeds.usual, self.seeds.of
        if self.seeds.looked:
            wanted = [set(range(min(usual, of(one)))) for one in settings]
        else:
            ended = self.trial_index.seeds_of()
            wanted = [{*range(of(one)), *ended.get(one.key, ())} for one in settings]
        return [
            self.trial_index.candidate(one, seeds)
            for one, seeds in zip(settings, wanted, strict=True)
        ]

    def chosen(self) -> Setting | None:
        """The best listed setting; None while a trial is out, and where there is none to take."""
        if not self.space.anew:
            return None
        candidates = self._candidates()
        if not all(one.has_ended for one in candidates):
            return None
        main = self.space.target.main
        metric, higher_is_better = f"validation/{main.name}", main.higher_is_better
        best = choose(candidates, metric, higher_is_better=higher_is_better)
        return None if best is None else self.space.settings[best]

    def trials(self) -> list[Trial]:
        """Those of the choice and of its student alone, trained anew; empty before it is known."""
        chosen = self.chosen()
        found = self.space.anew_of(chosen) if chosen else ()
        return [Trial(setting=s, seed=seed) for s in found for seed in self._fresh_seeds(s)]

    def unknown_trials(self) -> int:
        """How many there will be, while the choice is not known."""
        return 2 * self.seeds.usual if self.space.anew and not self.chosen() else 0

    def expected(self) -> Iterator[Expected]:
        """The choice and its student alone, trained anew."""
        if chosen := self.chosen():
            whole, alone = self.space.anew_of(chosen)
            yield Expected(whole, again=chosen.key, seeds=self._fresh_seeds(whole))
            yield Expected(alone, seeds=self._fresh_seeds(alone))


def _each_once(asked: Sequence[Setting]) -> list[Setting]:
    """A choice among few is asked for again and again."""
    return list(dict.fromkeys(asked))
