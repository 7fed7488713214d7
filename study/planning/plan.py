"""What is to be run: trials done and missing, and the artifacts that they need."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import optuna

from search_spaces.base.search import Search
from search_spaces.base.space import Space
from study.planning.optuna_search import OptunaSearch
from study.planning.trial_index import TrialIndex
from trainables.artifacts.artifact import Artifact, VaeArtifact
from trainables.artifacts.store import Store
from trainables.cohorts.kinds import cost, needs
from trainables.errors import BadInputError
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial


def check_counts(space: Space, seeds: int | None, settings: int | None) -> None:
    """Raise BadInputError for numbers given to a command that make no sense for this space."""
    for name, value in (("seeds", seeds), ("settings", settings)):
        if value is not None and value < 1:
            raise BadInputError(f"--{name} is {value}: give a whole number ≥ 1")
    if not space.searches and settings is not None:
        raise BadInputError(
            f"--settings is for spaces that search; {space.name} lists its "
            f"{len(space.settings)} settings: leave it away"
        )


@dataclass(frozen=True)
class Expected:
    """A setting that is to be trained; which search asked for it, and as its which."""

    setting: Setting
    search: str | None = None
    asked: int | None = None


@dataclass(frozen=True)
class Plan:
    """A space with its seeds, the number of settings to search, and what is there already.

    searched: settings of each search; None is the search's own number.
    """

    space: Space
    seeds: int
    searched: int | None
    store: Store
    trial_index: TrialIndex
    workers: int

    # ---- what there is ----

    def listed_trials(self) -> list[Trial]:
        """The trials of the settings that the space lists."""
        return list(self._listed)

    @cached_property
    def _listed(self) -> list[Trial]:
        return self.reported(self.space.settings)  # once: each remembers its key

    def reported(self, settings: Iterable[Setting]) -> list[Trial]:
        """These settings' trials, with the seeds of what is reported."""
        return [Trial(setting=s, seed=seed) for seed, s in product(range(self.seeds), settings)]

    def missing(self, trials: Iterable[Trial]) -> list[Trial]:
        """Those that are not recorded yet, each once."""
        found = {trial.key: trial for trial in trials if not self.trial_index.is_done(trial)}
        return list(found.values())

    def candidates(self, search: Search, settings: Iterable[Setting]) -> list[Trial]:
        """The trials that score these settings of a search, the oracle's included."""
        kinds = [
            (setting, search.as_oracle(setting)) if search.oracle else (setting,)
            for setting in settings
        ]
        return [
            Trial(setting=setting, seed=seed)
            for seed in search.selection_seeds
            for kind in kinds
            for setting in kind
        ]

    def count(self, search: Search) -> int:
        """How many settings a search is to ask for."""
        return self.searched or search.settings

    def walk(self, search: Search) -> Iterator[list[Setting]]:
        """Each round's settings; the scores of a round are read when the next is asked for.

        Ends early where the scores of a round are not all known: to ask on without them would
        ask other settings.
        """
        yield from self._walked(OptunaSearch(search))

    def told(self, search: Search) -> optuna.Study:
        """The Optuna study of a search, told all that is known."""
        walk = OptunaSearch(search)
        list(self._walked(walk))
        return walk.study

    def _walked(self, walk: OptunaSearch) -> Iterator[list[Setting]]:
        search = walk.search
        for start in range(0, self.count(search), search.round_size):
            settings = walk.ask(min(search.round_size, self.count(search) - start))
            yield settings
            outcomes = [self.trial_index.outcome(search, setting) for setting in settings]
            known = [outcome for outcome in outcomes if outcome is not None]
            if len(known) < len(outcomes):
                return
            walk.tell(known)

    def chosen(self, search: Search, asked: Sequence[Setting]) -> list[Setting]:
        """What is trained anew once all is scored: the rule's choice, and the oracle's."""
        kinds = [(search, setting) for setting in asked]
        best = self.trial_index.best(kinds)
        found = [search.reported(best)] if best else []
        if search.oracle and (claimed := self.trial_index.best(kinds, oracle=True)):
            found.append(search.reported(claimed))
        return list(dict.fromkeys(found))

    def replayed(self, search: Search) -> tuple[list[Setting], bool]:
        """What a search has asked for, its next round included; and whether all is scored."""
        asked = [setting for settings in self.walk(search) for setting in settings]
        scored = all(self.trial_index.outcome(search, setting) for setting in asked)
        return asked, len(asked) == self.count(search) and scored

    def trial_counts(self) -> tuple[int, int]:
        """(recorded, all) trials of this study; a search's count before its settings are known."""
        trials = {trial.key: trial for trial in self.listed_trials()}
        unknown = 0
        for search in self.space.searches:
            asked, whole = self.replayed(search)
            mine = self.candidates(search, asked)
            kinds = 2 if search.oracle else 1
            unknown += (self.count(search) - len(asked)) * search.seeds * kinds
            if whole:
                mine += self.reported(self.chosen(search, asked))
            else:
                unknown += kinds * self.seeds
            trials |= {trial.key: trial for trial in mine}
        return len(trials) - len(self.missing(trials.values())), len(trials) + unknown

    def known_settings(self) -> Iterator[Expected]:
        """The listed settings, then those that searches are known to ask for and to choose."""
        yield from map(Expected, self.space.settings)
        for search in self.space.searches:
            asked, whole = self.replayed(search)
            yield from self.expected(search, asked, 0)
            if whole:
                yield from map(Expected, self.chosen(search, asked))

    def expected(
        self, search: Search, settings: Sequence[Setting], first: int
    ) -> Iterator[Expected]:
        """What a search asks for as its first-th and following, the oracle's included."""
        for number, setting in enumerate(settings, start=first):
            yield Expected(setting, search.name, number)
            if search.oracle:
                yield Expected(search.as_oracle(setting), search.name, number)

    # ---- what it needs ----

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
        """The missing artifacts behind all trials that are missing, and those to be shown.

        Where φ is searched too, its rounds say later what they need.
        """
        trials = self.missing(self.listed_trials())
        for search in self.space.searches:
            asked, whole = self.replayed(search)
            trials += self.missing(self.reported(self.chosen(search, asked)) if whole else [])
            if search.base and not whole:  # λ, T and the like change no artifact
                trials += self.candidates(search, [search.setting({})])
                trials += self.reported([search.base])
        wanted = self.behind(trials)
        wanted += [VaeArtifact(recipe=recipe, seed=0) for recipe in self.space.shown_vaes]
        return self.artifacts(wanted)

    def all_artifacts(self) -> set[Artifact]:
        """Every artifact that this study needs or has needed, there or not."""
        trials = self.listed_trials()
        for search in self.space.searches:
            asked, whole = self.replayed(search)
            trials += self.candidates(search, asked or [search.setting({})])
            bases = self.chosen(search, asked) if whole else search.bases()
            trials += self.reported(bases)
        wanted: list[Artifact] = self.behind(trials)
        wanted += [VaeArtifact(recipe=recipe, seed=0) for recipe in self.space.shown_vaes]
        return {each for artifact in wanted for each in artifact.and_behind()}

    def behind(self, trials: Iterable[Trial]) -> list[Artifact]:
        """The logits that these trials learn from, and what their methods have made once."""
        return [artifact for trial in trials for artifact in needs(trial)]

    def predicted_cost(self) -> float:
        """GFLOP of all that is missing, artifacts included."""
        trials = self.missing(self.listed_trials())
        result = 0.0
        for search in self.space.searches:
            asked, whole = self.replayed(search)
            trials += self.missing(self.candidates(search, asked))
            trials += self.missing(self.reported(self.chosen(search, asked)) if whole else [])
            base = search.setting({})
            left = self.count(search) - len(asked)
            one = sum(cost(trial) for trial in self.candidates(search, [base]))
            result += left * one
            if not whole:
                result += 2 * self.seeds * cost(Trial(setting=search.reported(base), seed=0))
        result += sum(cost(a) for level in self.needed_artifacts() for a in level)
        return result + sum(cost(trial) for trial in trials)
