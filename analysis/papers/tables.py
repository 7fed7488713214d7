"""The published tables: the printed values beside which ours stand."""

from typing import NamedTuple

from trainables.data.domains import BIKE_SHARING, BIKE_SHARING_PUBLISHED


class Published(NamedTuple):
    """A printed row of Table 3: test accuracy and cross-entropy. Its "±" was left empty."""

    accuracy: float
    cross_entropy: float


class PublishedRegression(NamedTuple):
    """A printed row of Table 5: test MSE, and what stands behind its "±"."""

    mse: float
    mse_spread: float


Printed = Published | PublishedRegression

# (student, teacher's domain, link) in the order of the table. Seed 000:
TABLE_3 = {
    ("FashionMNIST-Train", "—", "—"): Published(0.879, 0.376),
    ("FashionMNIST-Train", "FashionMNIST", "identity"): Published(0.884, 0.332),
    ("FashionMNIST-Small", "—", "—"): Published(0.796, 0.616),
    ("FashionMNIST-Small", "FashionMNIST", "identity"): Published(0.812, 0.560),
    ("FashionMNIST-Small", "FashionMNIST", "noise"): Published(0.811, 0.563),
    ("FashionMNIST-Small", "FashionMNIST", "dilation"): Published(0.804, 0.576),
    ("FashionMNIST-Small", "MNIST", "VAE"): Published(0.804, 0.625),
    ("FashionMNIST-Small", "MNIST", "identity"): Published(0.480, 1.241),
    ("FashionMNIST-Small", "GeneratedMNIST", "VAE"): Published(0.806, 0.576),
}
# Seed 003:
TABLE_5 = {
    ("Reg-Train", "—", "—"): PublishedRegression(18_694.9, 266.0),
    ("Reg-Train", "Reg", "identity"): PublishedRegression(18_411.4, 153.3),
}
UNPRINTED = len(TABLE_3) + len(TABLE_5)


def row_of(student: str, teacher: str, link: str) -> tuple[int, Printed | None]:
    """The place in its table and the printed values, from a record's columns.

    teacher: "MNIST-Big", say, or "—". (UNPRINTED, None) for rows that the tables lack. The
    rentals as they were read stand for the same rows as those as they should be.
    """
    domain = teacher.split("-")[0]
    if domain == BIKE_SHARING_PUBLISHED:
        domain = BIKE_SHARING
    key = (student.replace(BIKE_SHARING_PUBLISHED, BIKE_SHARING), domain, link)
    table: dict[tuple[str, str, str], Printed] = {**TABLE_3, **TABLE_5}
    if key not in table:
        return UNPRINTED, None
    return list(table).index(key), table[key]


def is_comparable(row: dict[str, str]) -> bool:
    """True where the setting is that of the table: λ = ½ at T = 1, all of the split to learn from.

    row: a record's parameters. A student alone is comparable whatever its T.
    """
    alone = row["teacher"] == "—"
    half = float(row["lambda"]) == 0.5 and float(row["temperature"]) == 1.0
    large = not row["teacher"].endswith("-Small")  # every teacher there had Big or Train
    return float(row["held_out"]) == 0.0 and (alone or (half and large))
