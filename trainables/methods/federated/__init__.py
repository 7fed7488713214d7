"""Federated learning: many clients with their own objects, and a server that averages weights.

clients   how objects are partitioned, and the clients' local training as one stack
fedavg    one global model (McMahan et al. 2017)
by_label  clients with some labels each, of equal size or not
pfedme    personal models near a global one (Dinh et al. 2020)
pixels    how clients are shown their objects: as they are, or standardised
personal  how good they are on what their clients have
"""

from trainables.methods.federated.fedavg import FedAvg
from trainables.methods.federated.pfedme import PFedMe

__all__ = ["FedAvg", "PFedMe"]
