"""How many workers fit, node by node, and what each is given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from study.cluster.resources import Node, Resources
from trainables.errors import BadInputError

CPU_NODE, GPU_NODE = Node("a", 4, 0), Node("b", 8, 2)


@pytest.mark.parametrize(
    ("asked", "nodes", "workers", "gpus"),
    [
        ({}, [CPU_NODE], 4, 0),
        ({}, [GPU_NODE], 2, 1),  # one a GPU by default
        ({}, [CPU_NODE, GPU_NODE], 2, 1),
        ({"gpus_per_worker": 0}, [CPU_NODE, GPU_NODE], 12, 0),
        ({"gpus_per_worker": 0.5}, [GPU_NODE], 4, 0.5),
        ({"gpus_per_worker": 1 / 3}, [GPU_NODE], 6, 1 / 3),
        ({"cpus_per_worker": 3}, [CPU_NODE, CPU_NODE], 2, 0),  # what is left over does not add up
        ({"workers": 3}, [CPU_NODE], 3, 0),
    ],
)
def test_as_many_as_fit(asked, nodes, workers, gpus):
    fitted = Resources(**asked).fit(nodes)
    assert (fitted.workers, fitted.gpus_per_worker) == (workers, gpus)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"cpus_per_worker": 5}, "1 workers × 5 CPU do not fit"),
        ({"workers": 9}, "enough for 8 workers; lower --workers or --cpus-per-worker"),
        ({"gpus_per_worker": 1}, "lower --workers or --gpus-per-worker"),
    ],
)
def test_what_would_wait_for_ever_is_refused(asked, says):
    with pytest.raises(BadInputError, match=says):
        Resources(**asked).fit([CPU_NODE, CPU_NODE])


@pytest.mark.parametrize("share", [0.4, 0.75, 1.5, -1, float("inf"), float("nan")])
def test_a_gpu_is_parted_evenly(share):
    with pytest.raises(BadInputError, match="share 1/k"):
        Resources(gpus_per_worker=share)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), min_size=1, max_size=4),
    st.integers(1, 4),
    st.sampled_from([None, 0.0, 0.25, 0.5, 1.0, 2.0]),
)
def test_workers_fit_one_by_one(sizes, cpus, gpus):
    """Place them greedily, as Ray would: none is left over, and no further one fits."""
    nodes = [Node(str(number), *size) for number, size in enumerate(sizes)]
    try:
        fitted = Resources(cpus_per_worker=cpus, gpus_per_worker=gpus).fit(nodes)
    except BadInputError:
        workers, each = 0, gpus if gpus is not None else float(any(g for _, g in sizes))
    else:
        workers, each = fitted.workers, fitted.gpus_per_worker
    placed = 0
    for has_cpus, has_gpus in sizes:
        free = [1.0] * has_gpus
        while has_cpus >= cpus and taken(free, each):
            has_cpus -= cpus
            placed += 1
    assert placed == workers


def taken(free, each):
    """Take a share of one GPU, or whole ones; whether that could be had."""
    if each >= 1:
        whole = [index for index, left in enumerate(free) if left == 1.0][: int(each)]
        if len(whole) < each:
            return False
        for index in whole:
            free[index] = 0.0
        return True
    if each == 0:
        return True
    for index, left in enumerate(free):
        if left >= each:
            free[index] -= each
            return True
    return False
