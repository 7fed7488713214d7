"""Links whose model is learned, from pairs above all; by moments of colours: test_colours."""

from dataclasses import dataclass, replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from twins import PLACES, Twin, images, through

from search_spaces.base import Choice
from search_spaces.pairs.emoji import BY_CONVOLUTION, NOTO
from search_spaces.pairs.emoji_pairs import colours, paired
from search_spaces.rows.fair import searched
from trainables.artifacts.artifact import model_of
from trainables.artifacts.paired import Member, pairs_of
from trainables.artifacts.workshop import ignore
from trainables.data.domains import BIKE_SHARING, FASHION_MNIST, GENERATED_MNIST, MNIST
from trainables.data.own import Emoji
from trainables.distillation.requirements import logits_for
from trainables.distillation.student import train_students
from trainables.errors import BadInputError
from trainables.links import (
    ColourRecipe,
    ColourStatistics,
    Identity,
    Noise,
    PairedLink,
    PairedRecipe,
)
from trainables.networks import ConvNet, Perceptron, PictureNet
from trainables.randomness import generator
from trainables.schedule import Schedule
from trainables.settings import Setting
from trainables.settings.scoring import CrossValidation
from trainables.settings.trial import Trial
from trainables.teacher import Teacher

PLAIN, TURNED = Twin(), Twin(turned=True)
SHORT = Schedule(epochs=3, batch_size=16, learning_rate=1e-2)
PAIRED = PairedRecipe(
    objects=PLAIN,
    counterparts=TURNED,
    pairs=12,
    network=PictureNet(channels=(4,)),
    schedule=SHORT,
)
COLOURS = ColourRecipe(objects=PLAIN, counterparts=TURNED)


def test_a_known_map_is_learned_from_pairs(workshop):
    """Of pictures that are in no pair, and better than they are."""
    schedule = Schedule(epochs=150, batch_size=16, learning_rate=3e-2, rate="cosine")
    link = PairedLink(recipe=replace(PAIRED, pairs=40, schedule=schedule))
    test = images(PLAIN, "Test", 1)
    found = through(workshop, link, 1, test)
    assert (found - test[:, PLACES]).abs().mean() < 0.02
    assert (test - test[:, PLACES]).abs().mean() > 0.2
    facts = workshop.get_or_make(model_of(link.recipe, 1)).facts
    assert facts["test_error"] == pytest.approx(float((found - test[:, PLACES]).square().mean()))
    without = float((test - test[:, PLACES]).square().mean())
    assert facts["test_error_without"] == pytest.approx(without)
    few = workshop.get_or_make(model_of(replace(link.recipe, schedule=SHORT), 1)).facts
    assert facts["test_error"] < few["test_error"] < without


@given(
    st.integers(0, 2**31), st.integers(1, 1_088), st.sampled_from(["noto", "twemoji"]), st.data()
)
def test_no_pair_is_of_what_is_tested_or_held_out(seed, pairs, vendor, data):
    """For any seed and number: emoji and their variants, for either vendor as the student's."""
    mine, theirs = Emoji(vendor=vendor, size=16), Emoji(vendor="noto", size=16)
    if mine == theirs:
        theirs = replace(theirs, vendor="twemoji")
    artifact = model_of(PairedRecipe(objects=mine, counterparts=theirs, pairs=pairs), seed)
    rows, groups = pairs_of(artifact), mine.load().groups
    assert len(rows.unique()) == pairs
    known = set(groups[rows].tolist())
    for domain in (mine, theirs):
        for split in ("Test", "Small"):
            assert known.isdisjoint(domain.groups(split, seed).tolist())
    fewer = replace(artifact.recipe, pairs=data.draw(st.integers(1, pairs)))
    assert torch.equal(pairs_of(model_of(fewer, seed)), rows[: fewer.pairs])


def test_an_epoch_has_all_pairs_equally_often():
    """As many objects as Big has, 50, of 12 pairs: each four or five times."""
    artifact = model_of(PAIRED, 0)
    epoch = Member(artifact).epoch()
    rows, counts = epoch.unique(return_counts=True)
    assert len(epoch) == 50
    assert rows.tolist() == sorted(pairs_of(artifact).tolist())
    assert set(counts.tolist()) == {4, 5}


@pytest.mark.parametrize("network", [PAIRED.network, Perceptron(hidden=(9,))])
@pytest.mark.parametrize("error", ["squared", "absolute"])
def test_a_network_of_pairs_equals_its_solo_run_to_the_bit(workshop, network, error):
    recipe = replace(PAIRED, network=network, error=error)
    artifacts = [model_of(recipe, seed) for seed in (4, 0, 2)]
    maker = workshop.makers["paired"]
    for artifact, member in zip(artifacts, maker(artifacts, workshop, ignore), strict=True):
        (alone,) = maker([artifact], workshop, ignore)
        assert all(torch.equal(member.tensors[k], v) for k, v in alone.tensors.items())
        assert member.facts["test_error"] == alone.facts["test_error"]


# ---- what a setting makes of them ----


def test_candidates_share_the_model_of_their_seed():
    """It knows nothing of Small, so whatever is held out of it, the model is the same."""
    rule = CrossValidation(folds=5)
    for make in (colours, paired):
        setting = replace(BY_CONVOLUTION, link=make(BY_CONVOLUTION.target, NOTO.domain))
        scored = replace(setting, rule=rule)
        found = {logits_for(Trial(setting=scored, seed=7), part).vae.key for part in range(5)}
        assert found == {logits_for(Trial(setting=setting, seed=7)).vae.key}


@pytest.mark.parametrize("link", [PairedLink(recipe=PAIRED), ColourStatistics(recipe=COLOURS)])
def test_a_teacher_is_asked_about_what_the_model_makes(workshop, link):
    network = ConvNet(channels=(2,))
    teacher = Teacher(domain=TURNED, network=network, schedule=SHORT)
    setting = Setting(target=PLAIN, student=network, teacher=teacher, link=link)
    logits = logits_for(Trial(setting=setting, seed=1))
    (found,), facts = (saved := workshop.get_or_make(logits)).tensors["logits"], saved.facts
    seen = through(workshop, link, 1, images(PLAIN, "Small", 1))
    torch.testing.assert_close(found, workshop.teacher(logits.teacher)(seen.flatten(1)))
    kind = link.recipe.kind
    own = workshop.get_or_make(logits.vae).facts
    assert {name: facts[f"{kind}/{name}"] for name in own} == own


@dataclass(frozen=True, kw_only=True)
class SmallTwin(Twin):
    """The other pictures at half their size."""

    @property
    def name(self):
        return "Half"

    @property
    def shape(self):
        return (3, 4, 4)

    def load(self):
        data = super().load()
        pixels = data.train.pixels.unflatten(1, super().shape)[..., ::2, ::2].flatten(1)
        return data._replace(train=replace(data.train, pixels=pixels))


@dataclass(frozen=True, kw_only=True)
class WithHalf(Twin):
    """Pairs with those, too."""

    def pairs_with(self, other):
        return isinstance(other, SmallTwin)


def test_pairs_of_unlike_shapes_have_no_error_without_their_link(workshop):
    """There is no distance between them to record, and a student's record goes without."""
    mine, theirs = WithHalf(), SmallTwin(turned=True)
    recipe = replace(PAIRED, objects=mine, counterparts=theirs, network=Perceptron(hidden=(9,)))
    teacher = Teacher(domain=theirs, network=ConvNet(channels=(2,)), schedule=SHORT)
    setting = Setting(
        target=mine,
        student=ConvNet(channels=(2,)),
        teacher=teacher,
        link=PairedLink(recipe=recipe),
        schedule=SHORT,
    )
    (result,) = train_students([Trial(setting=setting, seed=1)], workshop, ignore)
    assert not result.failure
    assert result.facts["paired/test_error"] > 0
    assert result.facts["paired/seconds"] > 0
    assert "paired/test_error_without" not in result.facts


def test_pairs_can_be_searched():
    base = replace(BY_CONVOLUTION, link=paired(BY_CONVOLUTION.target, NOTO.domain))
    search = searched("pairs", base, {"link.recipe.pairs": Choice(30, 100)})
    found = search.setting({"link.recipe.pairs": "30"})
    assert found.link.label == "paired (30 pairs)"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (
            lambda: replace(PAIRED, counterparts=replace(TURNED, small=20)),
            "Plain and Turned are not known to be pairs, row by row and split by split: give "
            "domains that are (Domain.pairs_with), or a link without pairs",
        ),
        (
            lambda: PairedRecipe(objects=FASHION_MNIST, counterparts=MNIST),
            "FashionMNIST and MNIST are not known to be pairs, row by row and split by split: "
            "give domains that are (Domain.pairs_with), or a link without pairs",
        ),
        (
            lambda: replace(PAIRED, pairs=51),
            "PairedRecipe.pairs is 51: give a whole number ≥ 1 and ≤ 50",
        ),
        (
            lambda: replace(PAIRED, error="L2"),
            "unknown PairedRecipe.error 'L2': known are absolute, squared",
        ),
        (
            lambda: replace(PAIRED, network=8),
            "PairedRecipe.network is 8: give a network, PictureNet(channels=(16, 16)) say",
        ),
        (
            lambda: replace(PAIRED, schedule=8),
            "PairedRecipe.schedule is 8: give Schedule(epochs=..., batch_size=...)",
        ),
        (
            lambda: replace(PAIRED, schedule=replace(SHORT, normalise=True)),
            "a link learns from pairs as they are, and given was normalised: leave augment, "
            "normalise and select_epoch away",
        ),
        (
            lambda: replace(COLOURS, objects="Plain"),
            "ColourRecipe.objects is 'Plain': give a domain (see trainables.data)",
        ),
        (
            lambda: replace(COLOURS, counterparts=BIKE_SHARING),
            "ColourRecipe.counterparts is Reg, which has no pictures of its own: give a domain "
            "of images that there are",
        ),
        (
            lambda: replace(COLOURS, counterparts=MNIST),
            "colours are matched channel by channel, and Plain has 3 and MNIST 1: give domains "
            "of as many channels",
        ),
        (
            lambda: ColourStatistics(recipe=PAIRED),
            f"ColourStatistics.recipe is {PAIRED!r}: give ColourRecipe(objects=..., "
            "counterparts=...)",
        ),
        (
            lambda: PairedLink(recipe=8),
            "PairedLink.recipe is 8: give PairedRecipe(objects=..., counterparts=...)",
        ),
        (
            lambda: replace(BY_CONVOLUTION, link=PairedLink(recipe=PAIRED)),
            "PairedRecipe.objects is Plain, and the teacher is shown Twemoji: give that domain",
        ),
        (
            lambda: replace(
                BY_CONVOLUTION,
                link=colours(BY_CONVOLUTION.target, Emoji(vendor="noto", small=300)),
            ),
            "ColourRecipe.counterparts is NotoEmoji, and the teacher knows NotoEmoji, made "
            "otherwise: give that domain",
        ),
    ],
)
def test_a_wrong_value_is_one_clear_line_of_learned_links(make, says):
    with pytest.raises(BadInputError) as caught:
        make()
    assert str(caught.value) == says


def test_pairs_are_the_other_vendor_s_of_equal_size_and_splits():
    noto = Emoji(vendor="noto")
    assert noto.pairs_with(Emoji(vendor="twemoji"))
    for other in (
        noto,
        Emoji(vendor="twemoji", size=16),
        Emoji(vendor="twemoji", small=300),
        MNIST,
    ):
        assert not noto.pairs_with(other)
    assert not MNIST.pairs_with(MNIST)


def test_a_generated_domain_needs_a_link_that_generates():
    teacher = replace(NOTO, domain=GENERATED_MNIST)
    for link in (Identity(), Noise(), BY_CONVOLUTION.link, colours(PLAIN, TURNED)):
        with pytest.raises(BadInputError, match=r"its link must be VaeLink\(\.\.\.\)"):
            replace(BY_CONVOLUTION, teacher=teacher, link=link)


def test_a_picture_net_makes_pictures_of_the_same_sides():
    with pytest.raises(BadInputError, match="PictureNet makes pictures of the 8×8 pixels"):
        PictureNet(channels=(4,)).build((3, 8, 8), 100)
    found = PictureNet(channels=(4, 4)).initialised((3, 8, 6), 2 * 48, generator("x", 0))
    assert found(torch.rand(5, 3 * 48)).shape == (5, 2 * 48)
    assert ConvNet(channels=(4,)) != PictureNet(channels=(4,))
