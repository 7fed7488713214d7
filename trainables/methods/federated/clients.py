"""A federation: how objects are partitioned among clients, and their local training.

The clients of all seeds train as one stack: its member s · K + k is client k of seed s.
"""

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor

from trainables.methods.batches import SplitBatches
from trainables.methods.federated.pixels import Shown, as_they_are
from trainables.methods.method_run import perceptrons
from trainables.networks.optimisers.rules import Sgd
from trainables.networks.perceptron import Mlp
from trainables.networks.stack import Stack
from trainables.objectives.losses import hard_cross_entropy
from trainables.objectives.metrics import Network
from trainables.randomness import generator

Weights = dict[str, Tensor]  # every parameter by name, [N, ...]


def partition_iid(labels: Tensor, clients: int, draw: torch.Generator) -> Tensor:
    """A random partition into equal parts: labels int64 [n] → places [clients, n // clients].

    The remainder of the division is left out.
    """
    size = len(labels) // clients
    order = torch.randperm(len(labels), generator=draw)
    return order[: clients * size].view(clients, size)


def partition_shards(labels: Tensor, clients: int, shards: int, draw: torch.Generator) -> Tensor:
    """Sort objects by label, cut them into clients · shards pieces, give each client `shards`.

    McMahan et al. 2017, §3; with two shards most clients have two labels. labels int64 [n] →
    places [clients, shards · (n // (clients · shards))].
    """
    size = len(labels) // (clients * shards)
    by_label = labels.argsort(stable=True)[: clients * shards * size].view(-1, size)
    order = torch.randperm(clients * shards, generator=draw)
    return by_label[order].reshape(clients, shards * size)


def weighted_mean(weights: Mapping[str, Tensor], sizes: Tensor) -> Weights:
    """Σ n_k / n · w_k over clients (McMahan et al. 2017, Algorithm 1).

    weights: by parameter, [N, K, ...]; sizes: objects of each client [N, K] → [N, ...].
    """
    shares = sizes / sizes.sum(1, keepdim=True)
    return {
        name: (value * shares.view(*shares.shape, *[1] * (value.dim() - 2))).sum(1)
        for name, value in weights.items()
    }


class Federation:
    """A server for each seed, and its K clients; all clients of all seeds are one stack.

    slots: K, the clients that train at a time, by plain SGD with this rate and weight decay.
    shown: what all networks read of an object.
    """

    def __init__(
        self,
        split: SplitBatches,
        slots: int,
        sizes: Sequence[int],
        seeds: Sequence[int],
        rate: float,
        weight_decay: float = 0.0,
        shown: Shown = as_they_are,
    ) -> None:
        self.shown = shown
        self.split, self.slots, self.device = split, slots, split.pixels.device
        networks = [Mlp(sizes, generator("init/student", seed)) for seed in seeds]
        self.server = Stack(networks, [rate] * len(seeds), self.device, Sgd())
        blank = [networks[0]] * (len(seeds) * slots)
        rates, decays = [rate] * len(blank), [weight_decay] * len(blank)
        self.clients = Stack(blank, rates, self.device, Sgd(), decays)

    @property
    def global_weights(self) -> Weights:
        """The servers' weights, by parameter: [N, ...]."""
        return {name: value.detach() for name, value in self.server.parameters.items()}

    def apart(self) -> Weights:
        """The clients' weights, by seed and client: [N, K, ...]."""
        seeds = len(self.server)
        return {
            name: value.detach().unflatten(0, (seeds, self.slots))
            for name, value in self.clients.parameters.items()
        }

    def send(self) -> None:
        """Set every client's weights to its server's."""
        sent = {k: v.repeat_interleave(self.slots, 0) for k, v in self.global_weights.items()}
        self.clients.load(sent)

    def loss(self, rows: Tensor) -> Tensor:
        """Cross-entropy of every client on its own objects: rows of the domain [N · K, B]."""
        x = self.shown(self.split.inputs(rows))
        return hard_cross_entropy(self.clients(x), self.split.labels[rows])

    def network(self) -> Network:
        """The global models, as one network of objects as they are."""
        network = perceptrons(self.server)
        return lambda x: network(self.shown(x))


def local_batches(
    rows: Tensor, epochs: int, size: int, draws: Sequence[torch.Generator]
) -> Iterator[Tensor]:
    """Each client's own objects in a fresh order an epoch: rows [N, K, n] → [N · K, B] each."""
    _, clients, objects = rows.shape
    for _ in range(epochs):
        keys = torch.stack([torch.rand(clients, objects, generator=draw) for draw in draws])
        shuffled = rows.gather(2, keys.argsort(dim=2).to(rows.device)).flatten(0, 1)
        yield from shuffled.split(size, dim=1)
