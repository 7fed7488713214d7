"""Figures that papers print for the methods, for the settings that repeat them (on MNIST).

Those of zero-shot and data-free distillation are PROTOCOL.md's (§6); the others are still to be
compared with the papers.
"""

from typing import NamedTuple

from analysis.rows import Row


class Known(NamedTuple):
    """A printed figure: what it is, the recorded metric it stands beside, and what differs."""

    figure: str
    metric: str
    printed: float
    source: str
    differs: str


FEWER = (
    "fewer and shorter: 4,000 impressions of 200 steps, where the paper has some 24,000 of 1,500"
)
KNOWN: dict[str, tuple[Known, ...]] = {
    "omitted_class": (
        Known(
            "share of test 3s right, once the bias is corrected",
            "corrected/omitted_test_accuracy",
            0.986,
            "Hinton et al. 2015, §3",
            "student [784, 64, 10], not two layers of 800; the constant is chosen on Small, not "
            "on the test set",
        ),
    ),
    "zero_shot LeNet-5": (
        Known("test accuracy", "test/accuracy", 0.9877, "Nayak et al. 2019, Table 1", FEWER),
    ),
    "data_free LeNet-5": (
        Known(
            "test accuracy",
            "test/accuracy",
            0.9820,
            "Chen et al. 2019, Table 1",
            "1,000 steps of 256 by a perceptron; the paper some 24,000 of 512 by a convolutional "
            "generator",
        ),
    ),
    "fedavg IID": (
        Known(
            "rounds to 97 %",
            "rounds_to_goal",
            87,
            "McMahan et al. 2017, Table 1 (2NN, C = 0.1, E = 1, B = 10)",
            "590 objects a client, not 600; rate 0.1, where the paper took the best of a grid",
        ),
    ),
    "fedavg two shards": (
        Known(
            "rounds to 97 %",
            "rounds_to_goal",
            664,
            "McMahan et al. 2017, Table 1 (2NN, C = 0.1, E = 1, B = 10)",
            "as for IID; rounds are cut",
        ),
    ),
    "pfedme global": (
        Known(
            "personal models, mean accuracy on their clients' labels",
            "personal/test_accuracy",
            0.9946,
            "Dinh et al. 2020, Table 1 (DNN)",
            "60 rounds, not 800; η 0.05, not 0.005; clients of equal size; MNIST's own test set",
        ),
        Known(
            "global model",
            "test/accuracy",
            0.9916,
            "Dinh et al. 2020, Table 1 (DNN)",
            "60 rounds, not 800: it has not converged",
        ),
    ),
    "dann ← MNIST → blend": (
        Known(
            "MNIST → MNIST-M, test accuracy",
            "test/accuracy",
            0.8149,
            "Ganin and Lempitsky 2015, Table 1",
            "a perceptron, not a convolutional network; grey patches of garments, not coloured "
            "ones of photographs",
        ),
    ),
    "dann ← MNIST → blend (source only)": (
        Known(
            "MNIST → MNIST-M, test accuracy",
            "test/accuracy",
            0.5749,
            "Ganin and Lempitsky 2015, Table 1",
            "as for DANN",
        ),
    ),
}


def known_of(row: Row) -> tuple[Known, ...]:
    """The printed figures for a row; none where its student is no student of digits."""
    return KNOWN.get(row.method, ()) if row["student"].startswith("MNIST") else ()
