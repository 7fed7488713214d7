"""Methods on domains that are seen through a view: their images are floats, not bytes."""

from dataclasses import replace

import pytest
import torch
from everything import Everything
from tile_methods import TILES, methods_on, train

from trainables.data.views import Viewed
from trainables.methods.batches import SplitBatches
from trainables.methods.federated.pfedme import PFedMe
from trainables.methods.federated.pixels import standardised

SEEN = Viewed(of=TILES, view=Everything())
METHODS = methods_on(TILES)
STANDARDISED = PFedMe(clients=6, local_rounds=2, local_rate=0.05, share=1, standardised=True)
METHODS["pfedme, standardised"] = replace(METHODS["pfedme"], method=STANDARDISED)


def test_a_batch_has_the_inputs_of_the_objects():
    splits = [SplitBatches(one, "Small", [1, 2], torch.device("cpu")) for one in (TILES, SEEN)]
    for split in splits:
        x, y = split.all()
        for place, seed in enumerate((1, 2)):
            small = TILES.split("Small", seed)
            assert x[place].equal(small.inputs())
            assert y[place].equal(small.labels)


def test_pixels_are_standardised_alike_whether_bytes_or_floats():
    bytes_, floats = (one.load().train for one in (TILES, SEEN))
    x = bytes_.inputs()
    found = standardised(floats.pixels)(x)
    torch.testing.assert_close(found.mean(0), torch.zeros(TILES.inputs), atol=1e-5, rtol=0)
    torch.testing.assert_close(found, standardised(bytes_.pixels)(x), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", ["fedavg", "pfedme", "bayesian, its own start", "barlow_twins"])
def test_a_student_that_sees_all_is_that_of_the_whole_domain(name, workshop):
    """To the bit: the same objects, splits and draws, and inputs that are equal."""
    setting = METHODS[name]
    (whole,) = train(setting, workshop, 5)
    (seen,) = train(replace(setting, target=SEEN), workshop, 5)
    assert seen.history == whole.history


def test_standardised_clients_learn_what_is_seen(workshop):
    setting = replace(METHODS["pfedme, standardised"], target=SEEN)
    (found,) = train(setting, workshop, 5)
    assert found.final["test/balanced_accuracy"] > 0.85
