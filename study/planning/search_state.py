"""How far a search is: what it has asked for, how that was scored, what it chose.

A plan makes one state for each of its searches, and the state goes on as trials end: Optuna is
asked for a round of settings, told their outcomes once all of them are known, and asked for the
next. No question about a plan replays it. A launch that finds outcomes in the records is led by
them through the same rounds as the launch that recorded them.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import count

import optuna

from records.choice import Outcome, outcome
from search_spaces.base.search import Search
from study.planning.expected import Expected
from study.planning.final_choice import FinalChoice
from study.planning.optuna_search import OptunaSearch
from study.planning.trial_index import TrialIndex
from trainables.cohorts.kinds import kind_of
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial


class SearchState:
    """One search of a plan, asked for `settings` settings and scored by the trials of an index.

    It looks into the index at each question and goes on if it can, so that an answer is never
    older than the trials.
    """

    def __init__(self, search: Search, settings: int, trial_index: TrialIndex) -> None:
        self.search, self.settings = search, settings
        self._trial_index = trial_index
        self._final = FinalChoice(search, trial_index)
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

    @property
    def is_decided(self) -> bool:
        """True once all its settings are scored, and its finalists again."""
        return self.is_scored and self._final.has_ended(self._asked)

    def finalists(self) -> list[Setting]:
        """What is scored again with fresh seeds; empty before all is scored."""
        return [*self._final.finalists(self._asked).values()] if self.is_scored else []

    def chosen(self) -> list[Setting]:
        """What is trained anew, with fresh seeds; empty before the search is decided.

        It does not wait for the oracle's trials.
        """
        return self._final.chosen(self._asked) if self.is_scored else []

    # ---- its trials ----

    @property
    def unknown_candidates(self) -> int:
        """How many trials will score the settings that it has not asked for yet."""
        return (self.settings - len(self.asked)) * self.search.seeds * self.kinds

    @property
    def unknown_finalists(self) -> int:
        """How many trials will score its finalists again, at most, while they are not known."""
        return 0 if self.is_scored else self.most_finalists * self.search.finalist_seeds

    @property
    def most_finalists(self) -> int:
        """How many there will be at most."""
        most = min(self.search.finalists, self.settings)
        return most if most > 1 else 0

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

    def trials_again(self, finalists: Iterable[Setting]) -> list[Trial]:
        """The trials that score these finalists again."""
        seeds = self.search.finalist_selection_seeds
        return [Trial(setting=one, seed=seed) for seed in seeds for one in finalists]

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
                yield Expected(kind, self.search.name, number, searched[number], seeds=self._seeds)

    def expected_finalists(self) -> Iterator[Expected]:
        """The finalists, scored again."""
        if self.is_scored:
            for first, again in self._final.finalists(self._asked).items():
                yield Expected(again, again=first.key, seeds=self._final.seeds)

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
