"""λ for a student of 300 hours, and its number of epochs, by cross-validation inside them."""

from search_spaces.base.search import Search
from search_spaces.base.space import Space
from search_spaces.rows.bike_sharing import REG_ON_BIG, REG_SMALL_ALONE
from trainables.settings.scoring import CrossValidation

RULE = CrossValidation(score="mse")

SPACE = Space(
    name="regression_lambda",
    about="Which λ serves best where a teacher of 8,700 hours helps a student of 300?",
    settings=(REG_SMALL_ALONE, REG_ON_BIG),  # what to compare with: alone, and λ = ½
    searches=(
        Search(base=REG_ON_BIG, rule=RULE, settings=24, seeds=4, temperature=None),
        Search(
            name="epochs", base=REG_SMALL_ALONE, rule=RULE, settings=32, round_size=32, seeds=4,
            hard_label_weight=None, temperature=None, sampler="random",
            epochs=(100, 200, 300, 400, 800, 1_600), oracle=False,
        ),
    ),
    seeds=10,
)  # fmt: skip
