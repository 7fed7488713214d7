"""Which way N models of one kind are called as one, each member on its own inputs.

"layers": one module whose layers have stacked weights (see layers), for chains of known layers and
for modules written for stacks. "vmap": any other module, by `torch.func`, on a GPU; on a CPU its
convolutions and normalisations round by the number of members (measured with torch 2.14), which
a member's result must not. "one by one": a loop over the members, where the others cannot be.
"""

import copy
from collections.abc import Sequence

import torch
from torch import nn
from torch.func import stack_module_state

from trainables.networks.stacking.layers import Reshaped, is_known
from trainables.networks.stacking.loop import Looped
from trainables.networks.stacking.one_module import Layered, Mapped
from trainables.networks.stacking.way import Draws, Way


def way_of(model: nn.Module, device: torch.device) -> str:
    """How a stack of such models is called on this device: "layers", "vmap" or "one by one"."""
    return _kind_of(model, device).name


def call_as_one(models: Sequence[nn.Module], device: torch.device, draws: Draws) -> Way:
    """N models of one kind as one; their parameters are still to be given."""
    return _kind_of(models[0], device)(models, device, draws)


def _kind_of(model: nn.Module, device: torch.device) -> type[Way]:
    if is_known(model):
        return Layered
    return Mapped if device.type != "cpu" and _can_be_mapped(model) else Looped


def _can_be_mapped(model: nn.Module) -> bool:
    """Try it on two members, with zeros: modules that draw or branch by their inputs cannot."""
    reads = [hook.before for hook in model._forward_pre_hooks.values() if type(hook) is Reshaped]
    if not reads:  # not of a Network, so it is not known what to try it with
        return False
    models = [copy.deepcopy(model).cpu() for _ in range(2)]
    try:
        mapped = Mapped(models, torch.device("cpu"), None)
        mapped.take(stack_module_state(models)[0])
        mapped.gradients(mapped(torch.zeros(2, 2, *reads[0])).sum())
    except Exception:
        return False
    return True
