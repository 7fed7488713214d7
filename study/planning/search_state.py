"""How far a search is: what it has asked for, how that was scored, what it chose.

A plan makes one state for each of its searches, and the state goes on as trials end: Optuna is
asked for a round of settings, told their outcomes once all of them are known, and asked for the
next. No question about a plan replays it. A launch that finds outcomes in the records is led by
them through the same rounds as the launch that recorded them.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import optuna

from records.choice import Outcome, choose, outcome
from records.schema import NOTHING_SEARCHED, Searched
from search_spaces.base.search import Search
from study.planning.optuna_search import OptunaSearch
from study.planning.trial_index import TrialIndex
from trainables.cohorts.kinds import kind_of
from trainables.settings.lineage import read
from trainables.settings.scoring import Oracle
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial


@dataclass(frozen=True)
class Expected:
    """A setting that is to be trained.

    search, asked, searched: of the search that proposed it its name, the index there and what was
        chosen.
    seeds: of a setting that is reported; None for the study's own, or its search's.
    """

    setting: Setting
    search: str | None = None
    asked: int | None = None
    searched: Searched = NOTHING_SEARCHED
    seeds: int | None = None


class SearchState:
    """One search of a plan, asked for `settings` settings and scored by the trials of an index.

    It looks into the index at each question and goes on if it can, so that an answer is never
    older than the trials.
    """

    def __init__(self, search: Search, settings: int, trial_index: TrialIndex) -> None:
        self.search, self.settings = search, settings
        self._trial_index = trial_index
        self._begin()

    # ---- how far it is ----

    @property
    def asked(self) -> list[Setting]:
        """What it has asked for, in its order; the round that is not scored yet included."""
        self._advance()
        return self._asked

    @property
    def is_scored(self) -> bool:
        """True once all its settings are asked for and scored."""
        self._advance()
        return len(self._asked) == self.settings and self._told == len(self._rounds)

    @property
    def optuna_study(self) -> optuna.Study:
        """The Optuna study, told all that is known."""
        self._advance()
        return self._optuna.study

    def rounds(self) -> Iterator[list[Setting]]:
        """Each round's settings from the first on; the next is asked for when it is taken.

        Ends early where the outcomes of a round are not all known by then: to ask on without
        them would ask for other settings.
        """
        for number in count():
            self._advance()
            if number == len(self._rounds):
                return
            yield self._rounds[number]

    def chosen(self) -> list[Setting]:
        """What is trained anew, with fresh seeds: the rule's choice, and the oracle's.

        Empty before all is scored. The choice is only final once the oracle's trials have ended:
        the search does not wait for them.
        """
        if not self.is_scored:
            return []
        search, asked = self.search, self._asked
        best = [self._best(asked, search.rule.metric)]
        if search.oracle:
            by_test = [search.as_oracle(setting) for setting in asked]
            best.append(self._best(by_test, Oracle(score=search.rule.score).metric))
        return list(dict.fromkeys(self._reported(asked[at]) for at in best if at is not None))

    def _reported(self, setting: Setting) -> Setting:
        """What is trained anew of a choice; of a population's, what its lineage says."""
        records = self._trial_index.candidate(setting, self._seeds).records
        lineages = [one.lineage for one in records.values() if one.lineage]
        return self.search.reported(setting, read(lineages[0]) if lineages else ())

    # ---- its trials ----

    @property
    def unknown_trials(self) -> int:
        """How many trials will score the settings that it has not asked for yet."""
        return (self.settings - len(self.asked)) * self.search.seeds * self.kinds

    @property
    def kinds(self) -> int:
        """How often a setting is trained with each seed: for the rule, and for the oracle."""
        return 2 if self.search.oracle else 1

    def trials(self, settings: Iterable[Setting]) -> list[Trial]:
        """The trials that score these settings, the oracle's included."""
        kinds = [list(self._kinds_of(setting)) for setting in settings]
        return [
            Trial(setting=setting, seed=seed)
            for seed in self._seeds
            for kind in kinds
            for setting in kind
        ]

    def competing(self, settings: Sequence[Setting]) -> list[list[Trial]]:
        """The trials of settings that need each other, group by group; empty where none do.

        A group trains as one stack: settings of several shapes (two networks, say) are a group
        for each.
        """
        size = self.search.rule.group
        if not size:
            return []
        found: list[list[Trial]] = []
        for start in range(0, len(settings), size):
            alike: dict[Hashable, list[Trial]] = defaultdict(list)
            for setting in settings[start : start + size]:
                trials = [Trial(setting=setting, seed=seed) for seed in self._seeds]
                alike[kind_of(trials[0]).cohort_key(trials[0])] += trials
            found += alike.values()
        return found

    def expected(self, settings: Iterable[Setting], first: int = 0) -> Iterator[Expected]:
        """These settings as proposed from the index `first` on, the oracle's included."""
        searched = self._optuna.searched()
        for number, setting in enumerate(settings, start=first):
            for kind in self._kinds_of(setting):
                yield Expected(kind, self.search.name, number, searched[number])

    # ---- going on ----

    def _begin(self) -> None:
        self._optuna = OptunaSearch(self.search)
        self._rounds: list[list[Setting]] = []
        self._told = 0  # rounds: all of them, or all but the last
        self._is_moving = False

    def _advance(self) -> None:
        """Go on as far as the outcomes are known."""
        if self._is_moving:
            # Ctrl-C came in the middle of it, and Optuna may have been told half a round. The
            # launch still counts its trials before it ends, so the search is begun again.
            self._begin()
        self._is_moving = True
        while self._tell() and self._ask():
            pass
        self._is_moving = False

    def _tell(self) -> bool:
        """Tell Optuna the last round; False while an outcome of it is not known."""
        if self._told == len(self._rounds):
            return True
        outcomes = [self._outcome(setting) for setting in self._rounds[-1]]
        known = [one for one in outcomes if one is not None]
        if len(known) < len(outcomes):
            return False
        self._optuna.tell(known)
        self._told += 1
        return True

    def _ask(self) -> bool:
        """Ask Optuna for the next round; False where there is none."""
        left = self.settings - len(self._asked)
        if left:
            self._rounds.append(self._optuna.ask(min(self.search.round_size, left)))
        return left > 0

    @property
    def _asked(self) -> list[Setting]:
        return [setting for settings in self._rounds for setting in settings]

    @property
    def _seeds(self) -> range:
        return self.search.selection_seeds

    def _kinds_of(self, setting: Setting) -> Iterator[Setting]:
        yield setting
        if self.search.oracle:
            yield self.search.as_oracle(setting)

    def _outcome(self, setting: Setting) -> Outcome | None:
        group = self.search.rule.metric.partition("/")[0]
        metrics = {one.name: f"{group}/{one.name}" for one in setting.target.measures}
        ended = self._trial_index.candidate(setting, self._seeds)
        return outcome(ended, metrics, self.search.rule.parts)

    def _best(self, settings: Iterable[Setting], metric: str) -> int | None:
        candidates = [self._trial_index.candidate(setting, self._seeds) for setting in settings]
        return choose(candidates, metric, higher_is_better=self.search.rule.higher_is_better)
