"""A study's plan: which trials it has and lacks, and which artifacts they need."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter

from records.schema import procedure_key
from search_spaces.base.evolving import check_groups
from search_spaces.base.search import MOST_SEEDS
from search_spaces.base.space import Space
from study.planning.expected import Expected
from study.planning.final_choice import ListedChoice
from study.planning.finals import nested_finals, seeds_of_final
from study.planning.search_state import SearchState
from study.planning.seeds import Seeds
from study.planning.trial_index import TrialIndex
from trainables.artifacts.artifact import Artifact, VaeArtifact
from trainables.artifacts.store import Store
from trainables.cohorts.kinds import needs
from trainables.errors import BadInputError
from trainables.settings.setting import Setting
from trainables.settings.trial import Trial


def check_counts(space: Space, seeds: int | None, settings: int | None) -> None:
    """Raise BadInputError for numbers given to a command that make no sense for this space."""
    for name, value in (("seeds", seeds), ("settings", settings)):
        if value is not None and value < 1:
            raise BadInputError(f"--{name} is {value}: give a whole number ≥ 1")
    if seeds is not None and seeds > MOST_SEEDS:
        raise BadInputError(
            f"--seeds is {seeds}: give {MOST_SEEDS:,} at most (with seeds from {MOST_SEEDS:,} on "
            "settings are chosen, which are reported with others)"
        )
    if not space.searches and settings is not None:
        raise BadInputError(
            f"--settings is for spaces that search; {space.name} lists its "
            f"{len(space.settings)} settings: leave it away"
        )
    for search in space.searches:
        if search.rule.population and settings is not None:
            check_groups(search.name, settings, search.rule.population.group)


@dataclass(frozen=True)
class Plan:
    """A space with its seeds, the number of settings to search, and what is there already.

    seeds: of each reported setting, which may become more while the study runs.
    searched: settings of each search; None is the search's own number.
    workers: cohorts that are trained at a time.
    """

    space: Space
    seeds: Seeds
    searched: int | None
    store: Store
    trial_index: TrialIndex
    workers: int
    _trials: dict[tuple[str, int], Trial] = field(default_factory=dict, repr=False)
    _states: dict[str, list[SearchState]] = field(default_factory=dict, repr=False)

    # ---- its trials ----

    @property
    def searches(self) -> list[SearchState]:
        """The space's searches: each goes on as the trials of the index end.

        A nested one stands there once for each of its seeds, which may become more.
        """
        for search in self.space.searches:
            states, seeds = self._states.setdefault(search.name, []), self.seeds.of_search(search)
            if len(states) < search.count_for(seeds):
                more = search.of_each(range(seeds))[len(states) :]
                states += [
                    SearchState(one, self.searched or one.settings, self.trial_index)
                    for one in more
                ]
        return [state for states in self._states.values() for state in states]

    @cached_property
    def listed_choice(self) -> ListedChoice:
        """What is trained anew of the settings that the space lists."""
        return ListedChoice(self.space, self.trial_index, self.seeds)

    def listed_trials(self) -> list[Trial]:
        """The trials of the settings that the space lists."""
        return self.reported(self.space.settings)

    def reported(self, settings: Iterable[Setting]) -> list[Trial]:
        """These settings' trials with the seeds that they have by now, seed by seed."""
        found = [(seed, one) for one in settings for seed in range(self.seeds.of(one))]
        found.sort(key=itemgetter(0))
        return [self._trial(setting, seed) for seed, setting in found]

    def reported_seeds(self) -> dict[str, int]:
        """How many seeds all that is reported has by now, by the keys of settings; a nested search
        reports one row, its searches' seeds together.
        """
        listed = [one.setting for one in self.known_settings() if one.search is None]
        found = {setting.key: self.seeds.of(setting) for setting in listed}
        nested = [one.search.name for one in self.searches if one.search.own_seed is not None]
        return found | {procedure_key(name): n for name, n in Counter(nested).items()}

    def _trial(self, setting: Setting, seed: int) -> Trial:
        if (setting.key, seed) not in self._trials:  # each is made once: it remembers its key
            self._trials[setting.key, seed] = Trial(setting=setting, seed=seed)
        return self._trials[setting.key, seed]

    def missing(self, trials: Iterable[Trial]) -> list[Trial]:
        """Those that are not recorded yet, each once."""
        found = {trial.key: trial for trial in trials if not self.trial_index.is_done(trial)}
        return list(found.values())

    def trial_counts(self) -> tuple[int, int]:
        """(recorded, all) trials of this study; a search's count before its settings are known."""
        listed = self.listed_trials() + self.listed_choice.trials()
        trials = {trial.key: trial for trial in listed}
        unknown = self.listed_choice.unknown_trials()
        for state in self.searches:
            trials |= {trial.key: trial for trial in self.of_search(state)}
            unknown += state.unknown_candidates + state.unknown_finalists
            unknown += self.unknown_finals(state)
        return len(trials) - len(self.missing(trials.values())), len(trials) + unknown

    def of_search(self, state: SearchState) -> list[Trial]:
        """A search's trials as far as they are known: of candidates, finalists and the choice."""
        candidates, again = state.trials(state.asked), state.trials_again(state.finalists())
        return candidates + again + self.finals(state)

    def finals(self, state: SearchState) -> list[Trial]:
        """The trials of what a search chose; none before it is decided."""
        return [
            self._trial(final, seed)
            for final in state.chosen()
            for seed in seeds_of_final(state, final, self.seeds)
        ]

    def unknown_finals(self, state: SearchState) -> int:
        """How many trials a search's choice will have, while that is not known."""
        if state.is_decided:
            return 0
        return self.seeds.usual if state.search.own_seed is None else 1

    def known_settings(self) -> Iterator[Expected]:
        """The listed settings, then those that searches are known to ask for and to choose."""
        yield from self.expected(self.space.settings)
        yield from self.listed_choice.expected()
        for state in self.searches:
            yield from state.expected(state.asked)
            yield from state.expected_finalists()
        yield from self.expected_finals()

    def expected(self, settings: Iterable[Setting]) -> Iterator[Expected]:
        """These settings as reported, with the seeds that they have by now."""
        for setting in settings:
            seeds = self.seeds.of(setting)
            yield Expected(setting, seeds=None if seeds == self.seeds.usual else range(seeds))

    def expected_finals(self) -> Iterator[Expected]:
        """What searches chose, with the seeds that it is trained with."""
        plain = [s for s in self.searches if s.search.own_seed is None]
        chosen = [setting for state in plain for setting in state.chosen()]
        yield from self.expected(chosen)
        yield from nested_finals(self.searches, {*self.space.settings, *chosen})

    @property
    def is_done(self) -> bool:
        """True if all trials that are planned by now have ended."""
        done, total = self.trial_counts()
        return done == total

    # ---- what they need ----

    def needed_artifacts(self) -> list[list[Artifact]]:
        """The missing artifacts behind all trials that are missing, and those to be shown.

        Where a search changes what its students need, its rounds say later what that is.
        """
        trials = self.missing(self.listed_trials() + self.listed_choice.trials())
        for state in self.searches:
            trials += self.missing(state.trials_again(state.finalists()))
            trials += self.missing(self.finals(state))
            base = state.search.bases()[0]
            candidate = state.search.setting({})
            if not state.is_decided and self.need_the_same([candidate, *state.asked]):
                trials += state.trials([candidate])
                if state.most_finalists:
                    trials += state.trials_again([state.search.as_finalist(candidate)])
                trials += [self._trial(base, s) for s in seeds_of_final(state, base, self.seeds)]
        return self.artifacts(self.behind(trials) + self._shown())

    def all_artifacts(self) -> set[Artifact]:
        """Every artifact that this study needs or has needed, there or not."""
        trials = self.listed_trials() + self.listed_choice.trials()
        for state in self.searches:
            trials += self.of_search(state)
            if not state.is_decided:
                for base in state.search.bases():
                    seeds = seeds_of_final(state, base, self.seeds)
                    trials += [self._trial(base, seed) for seed in seeds]
        wanted = self.behind(trials) + self._shown()
        return {each for artifact in wanted for each in artifact.and_behind()}

    def need_the_same(self, settings: Iterable[Setting]) -> bool:
        """True where what varies among these, λ and T say, changes no artifact."""
        wanted = [self.behind([Trial(setting=setting, seed=0)]) for setting in settings]
        return all(each == wanted[0] for each in wanted)

    def behind(self, trials: Iterable[Trial]) -> list[Artifact]:
        """The logits that these trials learn from, and what their methods have made once."""
        return [artifact for trial in trials for artifact in needs(trial)]

    def _shown(self) -> list[Artifact]:
        return [VaeArtifact(recipe=recipe, seed=0) for recipe in self.space.shown_vaes]

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
