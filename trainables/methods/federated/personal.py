"""How good personal models are on what their own clients have."""

from collections.abc import Sequence

import torch
from torch import Tensor

from trainables.methods.batches import SplitBatches
from trainables.methods.federated.pixels import Shown, as_they_are
from trainables.methods.method_run import MethodRun
from trainables.networks.stack import Stack

BLOCK = 500  # test objects of each client that models are evaluated on at a time


class PersonalTests:
    """Each client's own test set: test objects of its labels, equally many for each client.

    owned: rows of `split` that each client owns, for each seed: [clients, n]. Where the test set
    has none of a client's labels, all accuracies are NaN. shown: what models read of an object.
    """

    def __init__(
        self,
        run: MethodRun,
        owned: Sequence[Tensor],
        split: SplitBatches,
        shown: Shown = as_they_are,
    ) -> None:
        inputs = shown(torch.cat([x for x, _ in run.blocks], -2))
        labels = torch.cat([y for _, y in run.blocks], -1)
        self.members = len(run.trials)
        self.inputs = inputs.expand(self.members, *inputs.shape[-2:])
        labels = labels.expand(self.members, labels.shape[-1])
        mine = [
            torch.isin(theirs, split.labels[rows]).nonzero().flatten()
            for theirs, clients in zip(labels, owned, strict=True)
            for rows in clients
        ]
        size = min(map(len, mine))
        self.rows = torch.stack(
            [rows[torch.linspace(0, len(rows) - 1, size).long()] for rows in mine]
        )
        members = torch.arange(self.members, device=labels.device)
        self.owners = members.repeat_interleave(len(owned[0]))[:, None]
        self.labels = labels[self.owners, self.rows]

    @torch.no_grad()
    def accuracy(self, clients: Stack) -> Tensor:
        """The accuracy of personal models on their own tests, averaged by seed: [N]."""
        right = torch.zeros(len(clients))
        blocks = self.rows.split(BLOCK, 1), self.labels.split(BLOCK, 1)
        for rows, labels in zip(*blocks, strict=True):
            answers = clients(self.inputs[self.owners, rows]).argmax(-1)
            right += (answers == labels).sum(1).cpu()
        return (right / self.rows.shape[1]).view(self.members, -1).mean(1)
