"""What is asked of a device: what it is, its memory, its rates, how it rounds."""

import os
import platform
import shutil
import subprocess
import time
from typing import Any

import torch


def synchronize(device: torch.device) -> None:
    """Wait until the device has done what it was told."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def reset_peak(device: torch.device) -> None:
    """Count the peak of memory anew."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)


def peak_bytes(device: torch.device) -> int | None:
    """The most that tensors took since then; None on a CPU."""
    return torch.cuda.max_memory_allocated(device) if device.type == "cuda" else None


def give_back(device: torch.device) -> None:
    """Let other processes have the memory that no tensor uses."""
    if device.type == "cuda":
        torch.cuda.empty_cache()


def tf32() -> dict[str, bool]:
    """Whether fp32 products and convolutions are rounded to 10 bits (TF32) on the way."""
    return {
        "products": torch.backends.cuda.matmul.allow_tf32,
        "convolutions": torch.backends.cudnn.allow_tf32,
    }


def about(device: torch.device) -> dict[str, Any]:
    """Hardware and software, for the record."""
    found: dict[str, Any] = {
        "device": str(device),
        "hardware": platform.processor() or platform.machine(),
        "cpus": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        found |= {
            "hardware": properties.name,
            "gib": round(properties.total_memory / 2**30, 1),
            "multiprocessors": properties.multi_processor_count,
            "tf32": tf32(),
            "driver": _driver(),
            "cuda": torch.version.cuda,
            "cudnn": torch.backends.cudnn.version(),
        }
    return found


def _driver() -> str:
    """The driver's version, as its own tool says it."""
    if not (tool := shutil.which("nvidia-smi")):
        return "unknown: there is no nvidia-smi"
    command = [tool, "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return f"unknown: {type(error).__name__}"
    return (said.stdout.splitlines() or ["unknown"])[0].strip()


def product_rate(device: torch.device, size: int) -> float:
    """Operations a second of an fp32 product of two size × size matrices."""
    a, b = torch.rand(2, size, size, device=device)
    return 2 * size**3 / _fastest(lambda: torch.mm(a, b), device)


def copy_rate(device: torch.device, count: int) -> float:
    """Bytes a second of a copy of so many bytes: each is read and written."""
    source = torch.empty(count, dtype=torch.uint8, device=device).fill_(1)
    target = torch.empty_like(source)
    return 2 * count / _fastest(lambda: target.copy_(source), device)


def _fastest(function: Any, device: torch.device, repeats: int = 10) -> float:
    """The least seconds of a call: what the device can do."""
    times = []
    for _ in range(repeats):
        synchronize(device)
        started = time.perf_counter()
        function()
        synchronize(device)
        times.append(time.perf_counter() - started)
    return min(times)
