"""Real nodes on one machine: network namespaces joined by a bridge, each with its own address.

Runs inside namespaces of its own (make test-cluster), so that nothing of it outlives the test.
"""

import json
import os
import secrets
import subprocess
import sys
import time
from importlib.metadata import distribution
from pathlib import Path

import psutil

import trainables

ROOT = Path(trainables.__file__).parent.parent
VENV = Path(sys.prefix).resolve()
NETWORK = "10.77.0"
HEAD = f"{NETWORK}.1:6379"


class Lab:
    """The bridge, and what was started on the nodes around it."""

    def __init__(self, folder):
        self.folder, self.nodes = folder, {}
        self.environment = {
            **os.environ,
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "RAY_USAGE_STATS_ENABLED": "0",
            # A dead node is noticed after two seconds, not twenty.
            "RAY_health_check_period_ms": "500",
            "RAY_health_check_failure_threshold": "4",
        }
        for name in ("RAY_ADDRESS", "PYTHONPATH"):
            self.environment.pop(name, None)
        for place in ("/run/netns", "/tmp/ray"):
            Path(place).mkdir(exist_ok=True)
            say("mount", "-t", "tmpfs", "tmpfs", place)
        say("ip", "link", "add", "bridge", "type", "bridge")
        say("ip", "address", "add", f"{NETWORK}.254/24", "dev", "bridge")
        say("ip", "link", "set", "bridge", "up")

    def machine(self, name, number):
        """A namespace with an address of its own; the words that run a command in it."""
        say("ip", "netns", "add", name)
        say("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
        say("ip", "link", "set", name, "master", "bridge", "up")
        for words in (
            ("address", "add", f"{NETWORK}.{number}/24", "dev", "eth0"),
            ("link", "set", "eth0", "up"),
            ("link", "set", "lo", "up"),
        ):
            say("ip", "-n", name, *words)
        named = f'hostname {name} && exec "$@"'
        return ["ip", "netns", "exec", name, "unshare", "--uts", "sh", "-c", named, "sh"]

    def ray(self, name, number, *options):
        """Start Ray there: the head as number 1, else a worker without this project's code."""
        words = self.machine(name, number)
        join = ["--head", "--port=6379"] if number == 1 else [f"--address={HEAD}"]
        bare = [] if number == 1 else ["sh", "-ec", f'{hide()} exec "$@"', "sh"]
        said = (self.folder / f"{name}.said").open("w")
        process = subprocess.Popen(
            [
                *words, *bare, VENV / "bin" / "ray", "start", *join, "--block",
                f"--node-ip-address={NETWORK}.{number}", "--num-cpus=1",
                "--object-store-memory=100000000", *options,
            ],
            env=self.environment, cwd="/", stdout=said, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.nodes[name] = (process, words)
        return words

    def until_up(self, name, seconds=60):
        """Wait until its Ray has started."""
        deadline = time.monotonic() + seconds
        said = self.folder / f"{name}.said"
        while "Ray runtime started" not in said.read_text():
            assert time.monotonic() < deadline, said.read_text()
            time.sleep(0.1)

    def until(self, process, said, text, seconds=120):
        """Wait until a process has printed this."""
        deadline = time.monotonic() + seconds
        while text not in said.read_text():
            assert process.poll() is None, said.read_text()
            assert time.monotonic() < deadline, said.read_text()
            time.sleep(0.1)

    def kill(self, name):
        """SIGKILL to all that runs on a node, as if its power had failed."""
        process, _ = self.nodes.pop(name)
        for one in [*psutil.Process(process.pid).children(recursive=True), process]:
            one.kill()
        process.wait()

    def close(self):
        """End everything."""
        for name in list(self.nodes):
            self.kill(name)


def say(*words):
    """Run a command that must succeed."""
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"


def hide():
    """Shell words for a machine of its own: without the head's /tmp/ray, and without our code."""
    origin = json.loads(distribution("distillation-study").read_text("direct_url.json") or "{}")
    installed = Path(origin.get("url", "").removeprefix("file://") or ROOT)
    hold = "/tmp/ray/held"
    lines = ["mount -t tmpfs tmpfs /tmp/ray", f"mkdir {hold}", f"mount --bind {VENV} {hold}"]
    for folder in {ROOT, installed}:
        lines.append(f"mount -t tmpfs tmpfs {folder}")
        if VENV.is_relative_to(folder):
            lines += [f"mkdir -p {VENV}", f"mount --bind {hold} {VENV}"]
    return "; ".join(lines) + ";"
