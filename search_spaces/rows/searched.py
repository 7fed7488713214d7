"""What several spaces search, by the path of a setting's field."""

from search_spaces.base.ranges import LogUniform, Range, Uniform

WEIGHT: dict[str, Range] = {"objective.hard_label_weight": Uniform(0, 1)}
WEIGHT_AND_TEMPERATURE: dict[str, Range] = {
    **WEIGHT,
    "objective.temperature": LogUniform(0.5, 20),
}
RATE: dict[str, Range] = {"schedule.learning_rate": LogUniform(1e-4, 1e-2)}
