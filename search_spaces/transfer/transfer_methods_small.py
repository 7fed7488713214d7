"""The same methods on a small budget: 3 seeds, shorter schedules, neither Train nor a VAE."""

from dataclasses import fields, replace
from typing import Any

from search_spaces.base.space import Space
from search_spaces.rows.garments import SMALL_ALONE
from search_spaces.rows.methods import controls
from search_spaces.transfer.transfer_methods import HINTON, METHODS
from trainables.methods.data_free.impressions import FromImpressions
from trainables.methods.self_supervised.pretraining import SelfSupervised
from trainables.schedule import Schedule
from trainables.settings.method import Method
from trainables.settings.setting import Setting

SHORTER = 4  # times shorter: schedules on large data
SIZES = {"impressions": 100, "steps": 100, "probe": 100}


def shorter(setting: Setting) -> Setting:
    """The setting with less training; what learns Small or impressions keeps its schedule."""
    method, schedule = setting.method, setting.schedule
    assert method
    if isinstance(method, SelfSupervised | FromImpressions):  # 1,000 objects cost nothing
        return replace(setting, method=_shorter(method))
    epochs = max(1, schedule.epochs // SHORTER)
    return replace(setting, method=_shorter(method), schedule=replace(schedule, epochs=epochs))


def _shorter(method: Method) -> Method:
    found: dict[str, Any] = {}
    for field in fields(method):
        value = getattr(method, field.name)
        if field.name in SIZES:
            found[field.name] = min(SIZES[field.name], value)
        elif isinstance(value, Schedule):
            found[field.name] = replace(value, epochs=max(1, value.epochs // SHORTER))
    return replace(method, **found)


SHORT_METHODS = tuple(map(shorter, METHODS))

SPACE = Space(
    name="transfer_methods_small",
    about="Do all ways to transfer run here, and roughly how do they compare?",
    settings=(SMALL_ALONE, HINTON, *SHORT_METHODS, *controls(SHORT_METHODS)),
    seeds=3,
)
