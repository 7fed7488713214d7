"""A planned setting as it is recorded, made of the setting itself."""

from records.schema import PlannedSetting
from study.planning.expected import Expected
from trainables.settings.columns import columns_of, name_of
from trainables.settings.setting import Setting


def parameters_of(setting: Setting) -> dict[str, str]:
    """A setting's columns as MLflow keeps them."""
    return {name: str(value) for name, value in columns_of(setting).items()}


def planned(expected: Expected, place: int) -> PlannedSetting:
    """The record of a setting that is to be trained; place: among the study's settings."""
    setting = expected.setting
    return PlannedSetting(
        key=setting.key,
        name=name_of(setting),
        parameters=parameters_of(setting),
        place=place,
        asked=expected.asked,
        definition=setting.plain,
        target=setting.target.described,
        search=expected.search,
        seeds=expected.seeds,
        searched=expected.searched,
        again=expected.again,
    )
