"""The looks of a study until decided: what is undecided gets more seeds, until nothing is."""

import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from records.read import recorded_settings
from records.reader import Reader
from records.schema import PlannedSetting, Study
from study.planning.plan import Plan
from study.planning.planned import planned
from trainables.errors import Say

if TYPE_CHECKING:  # pandas, SciPy and statsmodels: a second
    from analysis.publish import Judged


class Looks:
    """Called when all that is planned has ended; each call is one look at all comparisons.

    minutes: no look's seeds are begun later than so many after this was made; None: no limit.

    A look sees the seeds that are planned by then and no others, so that a study which is resumed
    or extended makes the same looks as one that runs through.
    """

    def __init__(self, plan: Plan, reader: Reader, minutes: float | None = None) -> None:
        self.plan = plan
        # Other launches' too: the tables judge them beside this one's.
        self.recorded = recorded_settings(reader, plan.space.name) if plan.seeds.looks else []
        self.ends = None if minutes is None else time.monotonic() + 60 * minutes
        self.judged: Judged | None = None  # by the last look
        self.out_of_time = False

    def __call__(self) -> bool:
        """Whether settings have got more seeds by it."""
        plan = self.plan
        if not plan.seeds.looks or not plan.is_done:
            return False
        from analysis.publish import judge  # pandas, SciPy and statsmodels: a second

        reported = plan.reported_seeds()
        self.judged = judge(self.seen(), reported)
        self.out_of_time = self.ends is not None and time.monotonic() > self.ends
        return not self.out_of_time and plan.seeds.grow(reported, self.judged.seeds_wanted)

    def catch_up(self) -> None:
        """Make the looks whose seeds are all recorded."""
        while self():
            pass

    def say(self, say: Say) -> None:
        """How many comparisons are decided, and why others are not."""
        found = self.judged
        if found is None:
            say("no look was made: not all trials have ended")
            return
        line = f"{found.decided} of {found.of} comparisons are decided"
        if found.open:
            why = "the time is up" if self.out_of_time else f"at most {self.plan.seeds.most} seeds"
            if self.plan.is_done:
                line += f" ({why}); more time or --max-seeds goes on"
            else:
                line += "; not all trials of the next look have ended"
        if found.failed:
            line += f"; {found.failed} with a failed seed: see --retry-failed"
        if left := found.of - found.decided - found.open - found.failed:
            line += f"; {left} of settings that are not planned any more"
        say(line)

    def _still_seen(self, planned_now: Collection[str]) -> list[PlannedSetting]:
        """What other launches have recorded, but for nested searches of seeds that a look does not
        see yet, and what was chosen by those alone.
        """
        nested = {s.search.name for s in self.plan.searches if s.search.own_seed is not None}
        found = [one for one in self.recorded if one.key not in planned_now]
        later = {one.key for one in found if one.search in nested}
        return [
            one
            for one in self.recorded
            if one.key in planned_now or (one.key not in later and one.again not in later)
        ]

    def seen(self) -> Study:
        """The study as this look sees it."""
        plan, planning = self.plan, list(self.plan.known_settings())
        known = {one.key: one for one in self._still_seen({one.setting.key for one in planning})}
        seen: dict[str, Sequence[int]] = {}
        for one in planning:
            key = one.setting.key
            seen[key] = one.seeds or range(plan.seeds.usual)
            place = known[key].place if key in known else len(known)
            target = one.setting.target.described.with_matters(plan.space.matters)
            known[key] = replace(planned(one, place), target=target)
        return Study(
            space=plan.space.name,
            about=plan.space.about,
            seeds=plan.seeds.usual,
            settings=list(known.values()),
            trials=[
                record
                for record in plan.trial_index.records.values()
                if record.setting not in seen or record.seed in seen[record.setting]
            ],
            looks=plan.seeds.looks,
            finalists={search.name: search.finalists for search in plan.space.searches},
            contrasts=plan.space.contrasts_by_key,
        )
