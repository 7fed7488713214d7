"""The domains: what a student must learn, from which splits, and how its quality is measured.

The name, direction, unit and digits of a quality stand here once; selection, progress, table,
figures and report take them from here.
"""

from dataclasses import dataclass, replace

FASHION_MNIST, MNIST, GENERATED_MNIST = "FashionMNIST", "MNIST", "GeneratedMNIST"
# Bike sharing, with corrected features and as published: docs/protocol, "Domains and splits".
# Both names are part of every key and record of a regression.
BIKE_SHARING, BIKE_SHARING_PUBLISHED = "Reg", "RegRaw"
DOMAINS = (FASHION_MNIST, MNIST, GENERATED_MNIST, BIKE_SHARING, BIKE_SHARING_PUBLISHED)

IMAGES, TABLE = "images", "features"  # the kinds of objects, which a link maps

# Sizes as Orlov and Grabovoy print them: docs/protocol, "Domains and splits" and "Networks".
TRAINING_SPLITS = ("Train", "Big", "Small")
IMAGE_SPLITS = {"Train": 60_000, "Big": 59_000, "Small": 1_000, "Test": 10_000}
TABLE_SPLITS = {"Train": 9_000, "Big": 8_700, "Small": 300, "Test": 1_000}
PIXELS, CLASSES = 28 * 28, 10
FEATURES = 15  # of a row of bike sharing
STUDENT_HIDDEN_SIZES = (64,)  # of the student of images


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One quality on a set of objects, recorded as "test/<name>", "validation/<name>", ...

    digits: after the decimal point, where people read it.
    power: of the target's unit in this measure. Measured on standardised targets, it times σ to
        this power is the measure in the target's own unit: 2 for a squared error.
    """

    name: str
    title: str
    higher_is_better: bool
    digits: int = 3
    unit: str = ""
    power: int = 0

    @property
    def sign(self) -> int:
        """1 where higher is better, else -1: a search maximises sign · value."""
        return 1 if self.higher_is_better else -1

    @property
    def with_unit(self) -> str:
        """As an axis names it: "MSE, rentals²"."""
        return f"{self.title}, {self.unit}" if self.unit else self.title

    def text(self, value: float, sign: str = "") -> str:
        """A value as people read it: "0.804", "5,312"; sign "+" shows it always."""
        return f"{value:{sign},.{self.digits}f}"

    def with_digits(self, digits: int) -> "Measure":
        """The same measure, shown with so many digits."""
        return replace(self, digits=digits)


@dataclass(frozen=True, kw_only=True)
class Domain:
    """What a student must learn, from which objects, by which network, measured how.

    kind: of its objects, IMAGES or TABLE; objects: what they are called, in the plural.
    measures: settings are selected by the first, and compared with the student alone by the
        first two.
    curve: the measure whose area under the curve over epochs is I, the integral criterion.
    standardised: whether inputs and targets are, by the statistics of the training objects.
    datasets: the names of the data sets that must be fetched for it.
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
        """Layer sizes of the student, inputs and outputs included."""
        return (self.inputs, *self.student_hidden_sizes, self.outputs)

    @property
    def is_classification(self) -> bool:
        """True where answers are classes; else they are numbers."""
        return self.kind == IMAGES

    @property
    def has_temperature(self) -> bool:
        """True where the loss has a temperature: that of a softmax over classes."""
        return self.is_classification

    @property
    def fixed(self) -> str:
        """The fixed setting that tuning has to beat, in words."""
        return "λ = ½ and T = 1" if self.has_temperature else "λ = ½"


ACCURACY = Measure(name="accuracy", title="accuracy", higher_is_better=True)
CROSS_ENTROPY = Measure(
    name="cross_entropy", title="cross-entropy", higher_is_better=False, unit="nats"
)
MSE = Measure(name="mse", title="MSE", higher_is_better=False, digits=0, unit="rentals²", power=2)
MAE = Measure(name="mae", title="MAE", higher_is_better=False, digits=1, unit="rentals", power=1)
R2 = Measure(name="r2", title="R²", higher_is_better=True)


def _bike_sharing(name: str, *, standardised: bool) -> Domain:
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
    FASHION_MNIST: Domain(
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
    ),
    BIKE_SHARING: _bike_sharing(BIKE_SHARING, standardised=True),
    BIKE_SHARING_PUBLISHED: _bike_sharing(BIKE_SHARING_PUBLISHED, standardised=False),
}
MEASURES = {
    measure.name: measure for domain in TARGET_DOMAINS.values() for measure in domain.measures
}


def target_domain_of(domain: str) -> Domain:
    """The target domain whose students a teacher of this domain can teach."""
    return TARGET_DOMAINS[FASHION_MNIST if domain in (MNIST, GENERATED_MNIST) else domain]
