"""LeNet-5 teachers of a whole domain, for published figures that are repeated here."""

from trainables.methods.batches import endless, generators
from trainables.methods.method_run import MethodRun
from trainables.networks.lenet import WHOLE, LeNet
from trainables.networks.stack import Stack
from trainables.objectives.losses import hard_cross_entropy
from trainables.randomness import generator
from trainables.schedule import Schedule

TEACHING = Schedule(epochs=3, batch_size=64)


def train_lenets(run: MethodRun) -> list[LeNet]:
    """Train a LeNet-5 for each seed on all of the target's Train; they are returned frozen."""
    seeds, device = run.seeds, run.device
    models = [LeNet(WHOLE, generator("init/teacher", seed)) for seed in seeds]
    split = run.split("Train")
    stack = Stack(models, [TEACHING.learning_rate] * len(seeds), device)
    places = endless(len(split), TEACHING.batch_size, generators("order/teacher", seeds))
    for step in range(TEACHING.steps(len(split))):
        x, y = split.at(next(places))
        stack.step(hard_cross_entropy(stack(x), y))
        if step % 100 == 0:
            run.report(0.0)  # a sign of life; this is not counted as progress
    for place, model in enumerate(models):
        model.load_state_dict(stack.member(place))
    return [model.to(device).requires_grad_(False) for model in models]
