"""The formats that a network can leave in: written to a file, and asked from that file alone."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import redirect_stdout
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from search_spaces.base.catalogue import OWN_MODULE
from study.exporting.networks import Leaving, WholeNetwork
from trainables.errors import BadInputError

Asked = Callable[[Tensor], Tensor]
"""Whole objects [B, *shape] → what the file says of them."""
INPUT = "objects"


class Format(ABC):
    """A kind of file: how it is written, and how it is asked without the module behind it."""

    name: ClassVar[str]
    file: ClassVar[str]
    needs: ClassVar[tuple[str, ...]]
    """What the script that runs it imports, beside NumPy."""

    @abstractmethod
    def check(self, part: str) -> None:
        """Raise BadInputError where it cannot be written here, or not of this part."""

    @abstractmethod
    def write(self, given: Leaving, path: Path) -> None:
        """Write the file."""

    @abstractmethod
    def read(self, given: Leaving, path: Path) -> Asked:
        """What the file is asked by."""


class Onnx(Format):
    """One .onnx file; it runs wherever ONNX Runtime does."""

    name, file, needs = "onnx", "model.onnx", ("onnxruntime",)

    def check(self, part: str) -> None:
        """It needs packages that a study does not."""
        lacking = [each for each in ("onnx", "onnxruntime", "onnxscript") if not find_spec(each)]
        if lacking:
            raise BadInputError(
                f"--format onnx needs {', '.join(lacking)}: pip install "
                "'distillation-study[export]', or give --format torch-export"
            )

    def write(self, given: Leaving, path: Path) -> None:
        """By PyTorch's exporter, for any number of objects."""
        output = "logits" if given.classes else "outputs"
        with redirect_stdout(StringIO()):  # it tells its steps
            program: Any = torch.onnx.export(
                given.module,
                (_example(given),),
                dynamo=True,
                verbose=False,
                input_names=[INPUT],
                output_names=[output],
                dynamic_shapes=({0: torch.export.Dim("batch", min=1)},),
            )
        program.save(str(path), external_data=False)

    def read(self, given: Leaving, path: Path) -> Asked:
        """By ONNX Runtime, on one thread of the CPU."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        return lambda objects: _tensor(session.run(None, {INPUT: objects.numpy()})[0])


class TorchExport(Format):
    """One .pt2 file; it needs PyTorch alone."""

    name, file, needs = "torch-export", "model.pt2", ("torch",)

    def check(self, part: str) -> None:
        """It can, wherever a study can."""

    def write(self, given: Leaving, path: Path) -> None:
        """By torch.export, for any number of objects."""
        shapes = ({0: torch.export.Dim("batch", min=1)},)
        program = torch.export.export(given.module, (_example(given),), dynamic_shapes=shapes)
        torch.export.save(program, path)

    def read(self, given: Leaving, path: Path) -> Asked:
        """As loaded."""
        module: Asked = torch.export.load(path).module()
        return module


class Safetensors(Format):
    """Weights alone: the plain network's, by the names of its parameters."""

    name, file, needs = "safetensors", "model.safetensors", ("safetensors", "torch")

    def check(self, part: str) -> None:
        """A link is no plain network."""
        if part == "link":
            raise BadInputError(
                f"--format {self.name} is of networks alone, not of a link: give --format onnx"
            )

    def write(self, given: Leaving, path: Path) -> None:
        """As stored artifacts are. Raises BadInputError for a network of the user's space file."""
        if type(given.network).__module__ == OWN_MODULE:
            raise BadInputError(
                f"{type(given.network).__name__} is in your space file, and who is given weights "
                "alone needs its code: give --format onnx or torch-export"
            )
        save_file({name: value.contiguous() for name, value in given.weights.items()}, path)

    def read(self, given: Leaving, path: Path) -> Asked:
        """The network built anew, with these weights."""
        assert isinstance(given.module, WholeNetwork)
        given.module.network.load_state_dict(load_file(path))
        return given.module


FORMATS: dict[str, Format] = {one.name: one for one in (Onnx(), TorchExport(), Safetensors())}


def _example(given: Leaving) -> Tensor:
    """Two objects: of one alone a tracer would take the number for granted."""
    return given.objects[:2].clone()


def _tensor(found: np.ndarray) -> Tensor:
    return torch.from_numpy(found)
