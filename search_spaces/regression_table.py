"""The paper's Table 5, and the same on Reg-Small: rentals an hour, alone and with a teacher."""

from search_spaces.base.space import Space
from search_spaces.rows.bike_sharing import (
    REG_ON_BIG,
    REG_ON_BIG_NOISE,
    REG_ON_TRAIN,
    REG_ON_TRAIN_NOISE,
    REG_SMALL_ALONE,
    REG_TRAIN_ALONE,
)

SPACE = Space(
    name="regression_table",
    about="Does a teacher lower the error of a student that predicts rentals, from 9,000 hours "
    "and from 300?",
    settings=(
        REG_TRAIN_ALONE,
        REG_ON_TRAIN,
        REG_ON_TRAIN_NOISE,
        REG_SMALL_ALONE,
        REG_ON_BIG,
        REG_ON_BIG_NOISE,
    ),
    seeds=20,
)
