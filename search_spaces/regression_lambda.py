"""λ for a student of 300 hours, and its number of epochs, by cross-validation inside them."""

from search_spaces.base import Choice, Search, Space
from search_spaces.rows.bike_sharing import REG_ON_BIG, REG_SMALL_ALONE
from search_spaces.rows.searched import WEIGHT
from trainables.settings.scoring import CrossValidation

RULE = CrossValidation(score="mse")

SPACE = Space(
    name="regression_lambda",
    about="Which λ serves best where a teacher of 8,700 hours helps a student of 300?",
    settings=(REG_SMALL_ALONE, REG_ON_BIG),  # what to compare with: alone, and λ = ½
    searches=(
        Search(base=REG_ON_BIG, over=WEIGHT, rule=RULE, settings=24, seeds=4),
        Search(
            name="epochs", base=REG_SMALL_ALONE,
            over={"schedule.epochs": Choice(100, 200, 300, 400, 800, 1_600)},
            rule=RULE, settings=32, round_size=32, seeds=4, sampler="random", oracle=False,
        ),
    ),
    seeds=20,
)  # fmt: skip
