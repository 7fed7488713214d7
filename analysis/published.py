"""Table 3 as printed (seed 000): the published values beside which ours stand."""

from typing import NamedTuple


class Published(NamedTuple):
    """A printed row: test accuracy and cross-entropy. Its "±" was left empty in print."""

    accuracy: float
    cross_entropy: float


# (student, teacher's domain, link) in the order of the table.
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
UNPRINTED = len(TABLE_3)


def row_of(student: str, teacher: str, link: str) -> tuple[int, Published | None]:
    """The place in Table 3 and the printed values, from a record's columns.

    teacher: "MNIST-Big", say, or "—". (UNPRINTED, None) for rows that Table 3 lacks.
    """
    key = (student, teacher.split("-")[0], link)
    if key not in TABLE_3:
        return UNPRINTED, None
    return list(TABLE_3).index(key), TABLE_3[key]


def is_comparable(row: dict[str, str]) -> bool:
    """True where the setting is that of Table 3: λ = ½ at T = 1, all of the split to learn from.

    row: a record's parameters. A student alone is comparable whatever its T.
    """
    alone = row["teacher"] == "—"
    half = float(row["lambda"]) == 0.5 and float(row["temperature"]) == 1.0
    large = not row["teacher"].endswith("-Small")  # every teacher of Table 3 had Big or Train
    return float(row["held_out"]) == 0.0 and (alone or (half and large))
