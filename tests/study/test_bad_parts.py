"""A mistake in a part of a setting, or parts that do not fit: one line with the file's line."""

from pathlib import Path

import numpy as np
import pytest
import torch
from own_data import arrays, pictures
from own_parts import HEAD, T

from study.launch import launch

FIELDS = [
    ("Setting(hard_label_weight=1)", "unknown field of Setting 'hard_label_weight': known are"),
    (
        "replace(ON_BIG, lamda=0.5)",
        "unknown field of Setting 'lamda': known are course, held_out, link",
    ),
    ("replace(ON_BIG, techer=None)", "unknown field of Setting 'techer': did you mean 'teacher'"),
    (
        "Setting()",
        "TypeError: Setting.__init__() missing 1 required keyword-only argument: 'target",
    ),
    ("Setting(target='FashionMNIST')", "Setting.target is 'FashionMNIST': give a Domain"),
    ("replace(ON_BIG, schedule=10)", "Setting.schedule is 10: give a Schedule"),
    ("replace(ON_BIG, link='noise')", "Setting.link is 'noise': give a Link"),
    (
        "replace(ON_BIG, link=Noise)",
        "Setting.link is <class 'trainables.links.fixed.Noise'>: give",
    ),
    ("replace(ON_BIG, objective='hinton')", "Setting.objective is 'hinton': give an Objective"),
    ("replace(ON_BIG, student=nn.Linear(784, 10))", "Setting.student is Linear(in_features=784"),
    ("replace(ON_BIG, teacher=FASHION_MNIST)", "Setting.teacher is MnistLike(dataset='FashionMNI"),
    (
        "replace(ON_BIG, rule='cross-validation')",
        "Setting.rule is 'cross-validation': give a Rule",
    ),
    (
        "replace(ON_BIG, target=GENERATED_MNIST)",
        "GeneratedMNIST is made by a link's VAE, for a tea",
    ),
    ("Noise(sdt=0.1)", "unknown field of Noise 'sdt': did you mean 'std'"),
    ("Hinton(temprature=2)", "unknown field of Hinton 'temprature': did you mean 'temperature'"),
    ("ON_BIG.short", "AttributeError: 'Setting' object has no attribute 'short'"),
]
SCHEDULES = [
    ("Schedule(epochs=9, batch_size=8, optimizer='sgd')", "'optimizer': did you mean 'optimiser'"),
    ("Schedule(epochs=9, batch_size=8, optimiser='sdg')", "'sdg': did you mean 'sgd'"),
    (
        "Schedule(epochs=9, batch_size=8, momentum=0.5)",
        "and Adam has none: leave it away, or give",
    ),
    (
        "Schedule(epochs=9, batch_size=8, warm_up=1)",
        "Schedule.warm_up is 1: it must be ≥ 0 and < 1",
    ),
    ("Schedule(epochs='selected', batch_size=8)", "Schedule.epochs is 'selected': give a whole"),
    ("Schedule(epochs=9, batch_size=8, augment='flip')", "augment is 'flip': give Augment(crop=4"),
    ("augment.Augment()", "Augment() changes nothing: give rotation, crop, flip or erase"),
]
NETWORKS = [
    ("Perceptron(hidden=())", "Perceptron.hidden is (): give whole numbers ≥ 1, (64, 32) say"),
    ("Perceptron(hidden=64)", "Perceptron.hidden is 64: give whole numbers ≥ 1"),
    ("ConvNet(channels=(8, 0))", "ConvNet.channels is (8, 0): give whole numbers ≥ 1"),
    ("ConvNet(chanels=(8,))", "unknown field of ConvNet 'chanels': did you mean 'channels'"),
    ("replace(ON_BIG, student=ConvNet(channels=(8,) * 5))", "nothing is left of 28×28 pixels"),
    ("replace(REG_ON_BIG, student=ConvNet(channels=(8,)))", "ConvNet reads images, and given are"),
    (
        "replace(REG_SMALL_ALONE, student=LeNet5())",
        "LeNet5 reads images, and given are rows of 15",
    ),
    ("replace(ON_BIG, student=Own())", "Own makes [2, 11] of two objects of 1×28×28 and 10 outp"),
    (
        "replace(ON_BIG, student=Own(way='no module'))",
        "Own.build returns 'a network': it must ret",
    ),
    (
        "replace(ON_BIG, student=Own(way='no parameters'))",
        "Own has no parameters: there is nothing",
    ),
    ("replace(ON_BIG, student=Own(way='double'))", "Own has 1.weight of type torch.float64: make"),
    ("replace(ON_BIG, student=Own(way='frozen'))", "Own has a frozen parameter 1.weight: make it"),
    (
        "replace(ON_BIG, student=Own(way='shared'))",
        "one parameter under two names, a.weight and b",
    ),
    ("replace(ON_BIG, student=Own(way='lazy'))", "Own does not know the shape of 1.weight yet"),
    (
        "replace(ON_BIG, student=Own(way='pair'))",
        "the network Own makes a tuple of two objects of 1×28",
    ),
    (
        "replace(ON_BIG, student=Own(way='other size'))",
        "Own fails on two objects of 1×28×28 and 10",
    ),
    ("replace(ON_BIG, student=Own(way=[]))", "Own(way=[]) cannot be told from others: its fields"),
    (
        "replace(ON_BIG, student=Named())",
        "Named names a feature of 'layers.3', and its module has",
    ),
    ("replace(ON_BIG, teacher=Teacher(domain=MNIST, network=Own()))", "Own makes [2, 11] of two"),
]
LINKS = [
    (
        "replace(ON_BIG, link=Turned(way='halved'))",
        "Turned makes [2, 1, 14, 28] of two objects [2",
    ),
    (
        "replace(ON_BIG, link=Turned(way='flat'))",
        "[2, 784] of two objects [2, 1, 28, 28], but its",
    ),
    ("replace(ON_BIG, link=Turned(way='nothing'))", "the link Turned makes None of two objects"),
    (
        "replace(ON_BIG, link=Turned(way='smaller'))",
        "Turned makes 1×14×14 of FashionMNIST's 1×28×2",
    ),
    (
        "replace(ON_BIG, link=Turned(way='up'))",
        "Turned fails on two objects [2, 1, 28, 28]: KeyError",
    ),
    (
        "replace(ON_BIG, link=OldLink())",
        "OldLink fails on two objects [2, 1, 28, 28]: TypeError: ",
    ),
    (
        "replace(ON_BIG, link=FeatureNoise())",
        "FeatureNoise maps features, and FashionMNIST consists",
    ),
    (
        "replace(SMALL_ALONE, link=Noise())",
        "a student without a teacher has no link (noise was gi",
    ),
    (
        "replace(on_mnist_vae('all'), target=MNIST)",
        "VAE reads FashionMNIST, and the teacher is shown MNIST",
    ),
    (
        "replace(ON_BIG, teacher=Teacher(domain=GENERATED_MNIST))",
        "its link must be VaeLink(...), n",
    ),
    (
        "replace(VAE, counterparts=BIKE_SHARING)",
        "VaeRecipe.counterparts is Reg, which has no pictures of i",
    ),
    (
        "replace(VAE, classes=(0, 1))",
        "FashionMNIST has 10 classes and MNIST 10; name a class of the",
    ),
]
OBJECTIVES = [
    (
        "replace(ON_BIG, objective=Regression())",
        "Regression is an objective for numbers, and a st",
    ),
    (
        "replace(REG_ON_BIG, objective=Hinton())",
        "Hinton is an objective for classes, and a student",
    ),
    (
        "Regression(temperature=2)",
        "unknown field of Regression 'temperature': known are broadcast",
    ),
    ("Regression(broadcast=1)", "Regression.broadcast is 1: give True or False"),
    ("LabelSmoothing(amount=1)", "LabelSmoothing.amount is 1: it must be ≥ 0 and < 1"),
    ("Decoupled(alpha=-1)", "Decoupled.alpha is -1: it must be ≥ 0"),
    (
        "replace(ON_BIG, objective=Reads(of='maps'))",
        "'maps', and Perceptron names hidden: see Netw",
    ),
    (
        "replace(SMALL_ALONE, objective=Reads(of='maps'))",
        "needs none (Reads was given): see alone(s",
    ),
    (
        "Bare(of='maps')",
        "the objective Bare is no dataclass of its own: write @dataclass(frozen=True",
    ),
    ("Reads(of=['maps'])", "Reads(of=['maps']) cannot be told from others: its fields must be"),
    (
        "AttentionTransfer(beta=1, features=())",
        "AttentionTransfer.features is (): give names of fea",
    ),
    (
        "FitNets(weight=1, features=3)",
        "FitNets.features has 3: give the name of a feature of both",
    ),
    (
        "replace(ON_BIG, objective=AttentionTransfer(beta=1, features=('hidden',)))",
        "AttentionTransfer reads maps [channels, height, width], and the student's feature 'hidd",
    ),
]
TEACHERS = [
    ("Teacher(domain='MNIST')", "Teacher.domain is 'MNIST': give a domain"),
    (
        "Teacher(domain=MNIST, split='Medium')",
        "unknown Teacher.split 'Medium': known are Big, Sma",
    ),
    (
        "Teacher(domain=MNIST, network=(64,))",
        "Teacher.network is (64,): give a network, Perceptro",
    ),
    (
        "Teacher(domain=MNIST, schedule=10)",
        "Teacher.schedule is 10: give Schedule(epochs=..., bat",
    ),
    (
        "Teacher(domain=MNIST, broadcast=True)",
        "broadcast=True is for teachers of numbers, not for",
    ),
    (
        "Teacher(domain=MNIST, classes=(0, 10))",
        "is (0, 10): give a class of MNIST, 0 to 9, for eac",
    ),
    (
        "Teacher(domain=BIKE_SHARING, classes=(0,))",
        "a teacher of Reg answers with a number: leave",
    ),
    (
        "Teacher(domain=MNIST, weights='nowhere.pt')",
        "nowhere.pt: [Errno 2] No such file or directory",
    ),
    ("Teacher(domain=MNIST, weights='notes.txt')", "notes.txt is no file of weights: give one of"),
    ("Teacher(domain=MNIST, weights='cut.safetensors')", "cannot read the weights in "),
    ("Teacher(domain=MNIST, weights='other.pt')", "these weights are not those of Perceptron 256"),
    ("Teacher(domain=MNIST, weights='whole.pt')", "cannot read the weights in "),
    (
        "replace(ON_BIG, teacher=Teacher(domain=Arrays('real.npz', test_size=9)))",
        "a teacher of real cannot teach a student of FashionMNIST: their answers are of another",
    ),
    (
        "replace(REG_ON_BIG, teacher=Teacher(domain=Arrays('metres.npz', test_size=9, unit='m')))",
        "a teacher of metres cannot teach a student of Reg: their answers are of another kind",
    ),
    (
        "replace(ON_BIG, teacher=Teacher(domain=BIKE_SHARING))",
        "and the teacher of Reg reads 15: g",
    ),
    (
        "replace(ON_BIG, teacher=Teacher(domain=Arrays('three.npz', test_size=9)))",
        "FashionMNIST has 10 outputs and the teacher's three 3, and Teacher.classes is not given",
    ),
    (
        "replace(ON_BIG, teacher=replace(ON_MNIST.teacher, classes=(1, 0)))",
        "FashionMNIST has 10 outputs and the teacher's MNIST 10, and Teacher.classes names 2",
    ),
    (
        "Setting(target=ImageFolder('photos', test_size=4), teacher=Teacher(domain=Arrays("
        "'good.npz', test_size=9)))",
        "Identity makes 3×5×4 of photos's 3×5×4, and the teacher of good reads 1×3×4: give the",
    ),
]
SEARCHES = [
    ("Search(over={})", "the search 'search' needs a base, a setting or several; given was ()"),
    ("Search(base=ON_BIG)", "Search.over is empty: say what is searched"),
    ("Search(base=ON_BIG, over=[T])", "give ranges by path, in a dict"),
    ("Search(base=ON_BIG, over={T: (1, 2)})", "'objective.temperature': (1, 2): give the path"),
    ("Search(base=ON_BIG, over={'objective.t': Uniform(1, 2)})", "objective.t is no field of a s"),
    ("Search(base=ON_BIG, over={'objective.temprature': Uniform(1, 2)})", f"did you mean {T}?"),
    ("Search(base=ON_BIG, over={'link.std': Uniform(0, 1)})", "link.std is no field of a setting"),
    (
        "Search(base=SMALL_ALONE, over={'teacher.split': Choice('Big', 'Small')})",
        "teacher.split is",
    ),
    (
        "Search(base=ON_BIG, over={'target': Choice(MNIST, FASHION_MNIST)})",
        "make it one space a t",
    ),
    ("Search(base=ON_BIG, over={'rule.folds': Integers(2, 5)})", "rule.folds cannot be searched"),
    (
        "Search(base=ON_BIG, over={T: Uniform(0, 2)})",
        "objective.temperature=0.0: Distillation.tem",
    ),
    ("Search(base=ON_BIG, over={T: Choice(1, 'hot')})", "Distillation.temperature is 'hot': give"),
    (
        "Search(base=ON_BIG, over={'schedule': Choice(10, 20)})",
        "Setting.schedule is 10: give a Sch",
    ),
    (
        "Search(base=(ON_BIG, ON_BIG), over={T: Uniform(1, 2)})",
        "Search.base gives a setting twice",
    ),
    (
        "Search(base=ON_BIG, over={T: Uniform(1, 2)}, rule=Oracle())",
        "never scored on the test set",
    ),
    (
        "Search(base=ON_BIG, over={T: Uniform(1, 2)}, rule='cv')",
        "Search.rule is 'cv': give CrossV",
    ),
    (
        "Search(base=ON_BIG, learning_rate=(0, 1))",
        "unknown field of Search 'learning_rate': known",
    ),
    ("Uniform(2, 2)", "Uniform needs low < high; given were 2 and 2"),
    ("LogUniform(0, 1)", "LogUniform.low is 0: it must be > 0"),
    ("Integers(1.5, 3)", "Integers.low is 1.5: give a whole number"),
    (
        "Choice((16, 32))",
        "leaves nothing to choose: give two at least, each as an argument of its",
    ),
    ("Choice(16, 32, 16)", "Choice gives 16 twice: give different ones"),
    (
        "Search(base=ON_BIG, over={'student': Choice(LeNet5(), ConvNet(channels=(8,) * 5))})",
        "nothing is left of 28×28 pixels",
    ),
    (
        "Search(base=ON_BIG, over={'objective': Choice(Distillation(), Regression())})",
        "Regression is an objective for numbers, and a student of FashionMNIST learns classes",
    ),
]
CASES = [*FIELDS, *SCHEDULES, *NETWORKS, *LINKS, *OBJECTIVES, *TEACHERS, *SEARCHES]


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """Data of other shapes and classes, and files that hold no weights of a perceptron."""
    root = tmp_path_factory.mktemp("given")
    pictures(root / "photos")
    arrays(root / "good.npz")
    arrays(root / "three.npz", shape=(28, 28), classes=3)
    arrays(root / "real.npz", shape=(28, 28), y=np.arange(40) / 7)
    arrays(root / "metres.npz", x=np.ones((40, 15)), y=np.arange(40) / 7)
    (root / "notes.txt").write_text("784 weights")
    (root / "cut.safetensors").write_bytes(b"\x08\x00\x00")
    torch.save(torch.nn.Linear(784, 10).state_dict(), root / "other.pt")
    torch.save(torch.nn.Linear(784, 10), root / "whole.pt")
    return root


@pytest.mark.parametrize(("text", "says"), CASES, ids=[text for text, _ in CASES])
def test_parts_that_do_not_fit(
    attempt, given, monkeypatch, tmp_path, tmp_path_factory, text, says
):
    for each in given.iterdir():
        (tmp_path / each.name).symlink_to(each)
    monkeypatch.setenv("STUDY_DATA", str(tmp_path_factory.mktemp("data")))
    Path("own.py").write_text(HEAD + text, encoding="utf-8")
    said = attempt(launch, "--space", "own.py")
    assert said.startswith(f"error: own.py:{HEAD.count(chr(10)) + 1}: ")
    assert says in said
