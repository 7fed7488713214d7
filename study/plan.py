"""What is to be run: trials done and missing, the artifacts they need, and the rounds of work.

A round is work that may run at the same time; the next begins when all of it has ended.
"""

import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from search_spaces.space import Search, Space
from study.ledger import Ledger
from study.search import Scored, ask
from trainables.artifacts import Artifact, VaeArtifact, logits_for
from trainables.cohort import Cohort, cost, form_cohorts
from trainables.settings import Setting, Trial
from trainables.store import Store


@dataclass(frozen=True)
class Round:
    """Cohorts that may run at the same time, and what a person calls them.

    settings: those that a search asks for in this round; asked: the number of the first.
    """

    title: str
    cohorts: list[Cohort]
    settings: tuple[Setting, ...] = ()
    asked: int = 0


@dataclass(frozen=True)
class Plan:
    """A space with its seeds, the number of settings to search, and what is there already."""

    space: Space
    seeds: int
    searched: int
    store: Store
    ledger: Ledger
    workers: int

    def listed_trials(self) -> list[Trial]:
        """The trials of the settings that the space lists."""
        return self._trials(self.space.settings)

    def _trials(self, settings: Iterable[Setting]) -> list[Trial]:
        return [Trial(setting=s, seed=seed) for seed, s in product(range(self.seeds), settings)]

    def known_settings(self) -> Iterator[tuple[Sequence[Setting], int | None]]:
        """The listed settings, then those that the search is known to ask for, by rounds.

        With the number of a round's first setting in the search; None for listed ones.
        """
        yield self.space.settings, None
        asked = 0
        for settings in self._recorded_search():
            yield settings, asked
            asked += len(settings)

    def missing(self, trials: Iterable[Trial]) -> list[Trial]:
        """Those that are not recorded yet."""
        return [trial for trial in trials if not self.ledger.is_done(trial)]

    def trial_counts(self) -> tuple[int, int]:
        """(recorded, all) trials of this study; a search's count before its settings are known.

        The recorded part of a search is found by asking its rounds again.
        """
        listed = self.listed_trials()
        done = len(listed) - len(self.missing(listed))
        total = len(listed)
        if self.space.search:
            total += self.searched * self.seeds
            asked = [s for batch in self._recorded_search() for s in batch]
            trials = self._trials(asked)
            done += len(trials) - len(self.missing(trials))
        return done, total

    def artifacts(self, wanted: Iterable[Artifact]) -> list[list[Artifact]]:
        """These and all behind them that are missing, level by level: each needs earlier ones."""
        levels: dict[Artifact, int] = {}

        def level(artifact: Artifact) -> int:
            """0 if it is there; else one above the highest that it needs."""
            if self.store.has(artifact.kind, artifact.key):
                return 0
            if artifact not in levels:
                levels[artifact] = 1 + max((level(need) for need in artifact.needs), default=0)
            return levels[artifact]

        for artifact in wanted:
            level(artifact)
        highest = max(levels.values(), default=0)
        return [[a for a, at in levels.items() if at == n] for n in range(1, highest + 1)]

    def needed_artifacts(self) -> list[list[Artifact]]:
        """The missing artifacts behind all trials that are missing, and those to be shown."""
        trials = self.missing(self.listed_trials())
        done, total = self.trial_counts()
        if self.space.search and done < total:
            trials += self._trials([self.space.search.base])  # λ and T change no artifact
        wanted: list[Artifact] = [logits for trial in trials if (logits := logits_for(trial))]
        wanted += [VaeArtifact(recipe=recipe, seed=0) for recipe in self.space.shown_vaes]
        return self.artifacts(wanted)

    def predicted_cost(self) -> float:
        """GFLOP of all that is missing, artifacts included."""
        done, total = self.trial_counts()
        listed = self.missing(self.listed_trials())
        searched = total - done - len(listed)
        result = sum(cost(a) for level in self.needed_artifacts() for a in level)
        result += sum(cost(trial) for trial in listed)
        if self.space.search and searched:
            result += searched * cost(Trial(setting=self.space.search.base, seed=0))
        return result

    def rounds(self) -> Iterator[Round]:
        """The work, in order: artifacts level by level, then students; a search's in rounds."""
        for level in self.needed_artifacts():
            kinds = ", ".join(sorted({artifact.kind for artifact in level}))
            yield Round(f"artifacts: {kinds}", form_cohorts(level, self.workers))
        listed = self.missing(self.listed_trials())
        if self.space.search is None:
            yield Round("students", form_cohorts(listed, self.workers))
            return
        asked = 0
        for number, settings in enumerate(self._search_rounds(self.space.search), start=1):
            work = listed + self.missing(self._trials(settings))
            cohorts = form_cohorts(work, self.workers)
            yield Round(f"search round {number}", cohorts, tuple(settings), asked)
            listed, asked = [], asked + len(settings)
            if not self._is_scored(settings):
                return  # its scores are not known: to ask on without them would ask other settings

    def _search_rounds(self, search: Search) -> Iterator[list[Setting]]:
        """Each round's settings; the scores of a round are read when the next is asked for."""
        history: list[Scored] = []
        for number, start in enumerate(range(0, self.searched, search.round_size)):
            count = min(search.round_size, self.searched - start)
            settings = ask(search, history, number, count)
            yield settings
            history += [Scored(setting, self._score(search, setting)) for setting in settings]

    def _recorded_search(self) -> Iterator[list[Setting]]:
        """The search's rounds up to the first one whose scores are not all known."""
        if self.space.search:
            for settings in self._search_rounds(self.space.search):
                yield settings
                if not self._is_scored(settings):
                    return

    @property
    def _scoring_seeds(self) -> range:
        """The space's own seeds: more seeds later do not change what was asked."""
        return range(min(self.seeds, self.space.seeds))

    def _is_scored(self, settings: Iterable[Setting]) -> bool:
        trials = (Trial(setting=s, seed=seed) for s in settings for seed in self._scoring_seeds)
        return all(map(self.ledger.is_done, trials))

    def _score(self, search: Search, setting: Setting) -> float | None:
        values = self.ledger.scores(setting, search.score, self._scoring_seeds)
        return statistics.fmean(values) if values else None
