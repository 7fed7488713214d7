"""Ray: on this machine, or on a cluster of many.

resources.py   what each worker gets; whether it fits
head.py        the cluster's head, asked before it is joined
ray.py         Ray started, or joined; local_ray.py: beside all else, watched and ended
dashboard.py   its dashboard, opened without a token to paste
checks.py      every node, asked before it is given work
code.py        what travels to the nodes, and what identifies it
"""

from study.cluster.resources import Node, Resources, of_this_machine

__all__ = ["Node", "Resources", "of_this_machine"]
