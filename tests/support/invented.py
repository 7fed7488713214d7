"""Studies with invented values, for tests whose answer is known beforehand."""

from records.schema import PlannedSetting, Record, Searched, Study
from trainables.identity import canonical
from trainables.settings.columns import columns_of, name_of
from trainables.settings.trial import Trial


def parameters(setting):
    return {name: str(value) for name, value in columns_of(setting).items()}


def record(setting, seed, accuracy, failure=None, **metrics):
    """A trial's record; its cross-entropy is 1 - accuracy unless given."""
    found = {"test/accuracy": accuracy, "test/cross_entropy": 1 - accuracy, "seconds": 0.5}
    return Record(
        key=Trial(setting=setting, seed=seed).key,
        setting=setting.key,
        setting_name=name_of(setting),
        seed=seed,
        status="FAILED" if failure else "FINISHED",
        metrics={} if failure else found | metrics,
        parameters=parameters(setting) | {"seed": str(seed)},
        tags={"failure": failure} if failure else {},
        run_id=f"{setting.key}-{seed}",
    )


def searched(search, chosen):
    """What is recorded of a search's choice, its ranges left out."""
    return Searched(search.base_of(chosen).key, chosen, search.untuned(chosen))


def study(accuracies, seeds=5, trials=(), asked=(), looks=()):
    """A study of {setting: accuracies by seed}; `trials` are further records."""
    planned = [
        PlannedSetting(
            key=setting.key,
            name=name_of(setting),
            parameters=parameters(setting),
            place=place,
            asked=place if setting in asked else None,
            definition=canonical(setting),
            target=setting.target.described,
        )
        for place, setting in enumerate(accuracies)
    ]
    made = [
        record(setting, seed, value)
        for setting, values in accuracies.items()
        for seed, value in enumerate(values)
    ]
    return Study("invented", "Is it so?", seeds, planned, [*made, *trials], looks=looks)
