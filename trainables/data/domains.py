"""The targets of the study: what a student must learn, and what its quality is measured by.

Names, direction, unit and digits of a quality stand here once; selection, progress, table,
figures and report take them from here.
"""

from dataclasses import dataclass, replace

PIXELS, CLASSES = 28 * 28, 10


STUDENT_HIDDEN_SIZES = (64,)


FASHION_MNIST, MNIST, GENERATED_MNIST = "FashionMNIST", "MNIST", "GeneratedMNIST"


BIKE_SHARING, BIKE_SHARING_PUBLISHED = (
    "Reg",
    "RegRaw",
)  # the rentals as they should be read, as they were


DOMAINS = (FASHION_MNIST, MNIST, GENERATED_MNIST, BIKE_SHARING, BIKE_SHARING_PUBLISHED)


TRAINING_SPLITS = ("Train", "Big", "Small")


FEATURES = 15  # seed 003, Table 4
IMAGES, TABLE = "images", "features"  # kinds of objects: what a link maps
IMAGE_SPLITS = {
    "Train": 60_000,
    "Big": 59_000,
    "Small": 1_000,
    "Test": 10_000,
}  # seed 003, Table 2
TABLE_SPLITS = {"Train": 9_000, "Big": 8_700, "Small": 300, "Test": 1_000}  # seed 003, Table 3


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One quality on a set of objects, recorded as "test/<name>", "validation/<name>", ...

    power: of the target's unit in it: a value measured on standardised targets times σ to this
        power is that in the target's own unit.
    """

    name: str
    title: str
    higher_is_better: bool
    digits: int = 3
    unit: str = ""
    power: int = 0

    @property
    def sign(self) -> int:
        """1 where higher is better, else -1: sign · value is to be raised."""
        return 1 if self.higher_is_better else -1

    @property
    def with_unit(self) -> str:
        """As an axis names it: "MSE, rentals²"."""
        return f"{self.title}, {self.unit}" if self.unit else self.title

    def text(self, value: float, sign: str = "") -> str:
        """A value as people read it: "0.804", "5,312"; sign "+" shows it always."""
        return f"{value:{sign},.{self.digits}f}"

    def with_digits(self, digits: int) -> "Measure":
        """The same, read with so many digits."""
        return replace(self, digits=digits)


@dataclass(frozen=True, kw_only=True)
class Domain:
    """What a student must learn, from which objects, by which network, measured how.

    objects: what one of its objects is called, in the plural.
    measures: the first is what is selected by, the first two are compared with the student alone.
    curve: the one whose area under the curve over epochs is I, the integral quality criterion.
    standardised: inputs and values by the statistics of the objects that are learnt from.
    datasets: what must be fetched for it.
    """

    name: str
    kind: str
    objects: str
    inputs: int
    outputs: int
    student_hidden_sizes: tuple[int, ...]
    split_sizes: dict[str, int]
    measures: tuple[Measure, ...]
    curve: Measure
    datasets: tuple[str, ...]
    standardised: bool = False

    @property
    def main(self) -> Measure:
        """The measure that settings are chosen by."""
        return self.measures[0]

    @property
    def compared(self) -> tuple[Measure, ...]:
        """The measures in which settings are compared with the student alone."""
        return self.measures[:2]

    @property
    def student_sizes(self) -> tuple[int, ...]:
        """Layer sizes of the student."""
        return (self.inputs, *self.student_hidden_sizes, self.outputs)

    @property
    def has_temperature(self) -> bool:
        """True where answers are classes, whose softmax has a temperature."""
        return self.kind == IMAGES

    @property
    def fixed(self) -> str:
        """The setting that tuning has to beat, in words."""
        return "λ = ½ and T = 1" if self.has_temperature else "λ = ½"


ACCURACY = Measure(name="accuracy", title="accuracy", higher_is_better=True)
CROSS_ENTROPY = Measure(
    name="cross_entropy", title="cross-entropy", higher_is_better=False, unit="nats"
)
MSE = Measure(name="mse", title="MSE", higher_is_better=False, digits=0, unit="rentals²", power=2)
MAE = Measure(name="mae", title="MAE", higher_is_better=False, digits=1, unit="rentals", power=1)
R2 = Measure(name="r2", title="R²", higher_is_better=True)

FASHION = Domain(
    name=FASHION_MNIST,
    kind=IMAGES,
    objects="garments",
    inputs=PIXELS,
    outputs=CLASSES,
    student_hidden_sizes=STUDENT_HIDDEN_SIZES,
    split_sizes=IMAGE_SPLITS,
    measures=(ACCURACY, CROSS_ENTROPY),
    curve=CROSS_ENTROPY,
    datasets=("FashionMNIST", "MNIST"),
)


def _rentals(name: str, *, standardised: bool) -> Domain:
    return Domain(
        name=name,
        kind=TABLE,
        objects="hours",
        inputs=FEATURES,
        outputs=1,
        student_hidden_sizes=(32,),
        split_sizes=TABLE_SPLITS,
        measures=(MSE, MAE, R2),
        curve=MSE,
        datasets=("BikeSharing",),
        standardised=standardised,
    )


TARGET_DOMAINS = {
    FASHION_MNIST: FASHION,
    BIKE_SHARING: _rentals(BIKE_SHARING, standardised=True),
    BIKE_SHARING_PUBLISHED: _rentals(BIKE_SHARING_PUBLISHED, standardised=False),
}
MEASURES = {
    measure.name: measure for target in TARGET_DOMAINS.values() for measure in target.measures
}  # fmt: skip


def target_domain_of(domain: str) -> Domain:
    """The target whose students a teacher of this domain can teach."""
    return TARGET_DOMAINS[FASHION_MNIST if domain in (MNIST, GENERATED_MNIST) else domain]
