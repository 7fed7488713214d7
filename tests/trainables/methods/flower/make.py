"""Weights of clients as Flower's FedAvg aggregates them: a second opinion, kept as numbers.

Flower wants other versions of packages than the study has, so it is asked in a venv of its own:

    python3 -m venv /tmp/flower
    /tmp/flower/bin/pip install flwr==1.41.0
    FLWR_TELEMETRY_ENABLED=0 /tmp/flower/bin/python tests/trainables/methods/flower/make.py
"""

import json
from pathlib import Path

import flwr
import numpy as np
from flwr.common import Code, FitRes, Status, ndarrays_to_parameters, parameters_to_ndarrays
from flwr.server.strategy import FedAvg

SHAPES = {"layers.0.weight": (3, 4), "layers.0.bias": (3,), "layers.1.weight": (2, 3)}
OBJECTS = (600, 590, 12, 1, 250)  # of each client

draw = np.random.default_rng(0)
clients = [{name: draw.normal(size=shape) for name, shape in SHAPES.items()} for _ in OBJECTS]
replies = [
    FitRes(Status(Code.OK, ""), ndarrays_to_parameters(list(weights.values())), objects, {})
    for weights, objects in zip(clients, OBJECTS, strict=True)
]
aggregated, _ = FedAvg().aggregate_fit(1, [(None, reply) for reply in replies], [])
found = dict(zip(SHAPES, parameters_to_ndarrays(aggregated), strict=True))
answer = {
    "flower": flwr.__version__,
    "objects": OBJECTS,
    "clients": [{name: value.tolist() for name, value in each.items()} for each in clients],
    "aggregated": {name: value.tolist() for name, value in found.items()},
}
Path(__file__).with_name("fedavg.json").write_text(json.dumps(answer, indent=1) + "\n")
