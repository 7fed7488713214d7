"""A setting with a seed: one trained student, one recorded run."""

from dataclasses import dataclass
from functools import cached_property

from trainables.identity import hashed
from trainables.settings.setting import Setting


@dataclass(frozen=True, kw_only=True)
class Trial:
    """All that determines the result of one student: its setting, and the seed of its draws."""

    setting: Setting
    seed: int

    @property
    def kind(self) -> str:
        """The kind of work that it is: "student", or the name of its method ("dann")."""
        return self.setting.method.name if self.setting.method else "student"

    @cached_property
    def key(self) -> str:
        """The identity of this trial's record."""
        return hashed({"setting": self.setting.plain, "seed": self.seed})

    @property
    def chained(self) -> bool:
        """True where the seed is one further attempt of the same network."""
        return self.setting.protocol == "published"

    @property
    def network_seed(self) -> int:
        """The seed of all draws: the published protocol knows one network only, of seed 0."""
        return 0 if self.chained else self.seed

    @property
    def attempt(self) -> int:
        """Which attempt of its network this is; always the first under `corrected`."""
        return self.seed if self.chained else 0
