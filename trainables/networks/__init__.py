"""The networks, each written once: for one model, or with stacked weights for N of them.

perceptron    teachers and students
vae           one encoder, a decoder for garments and one for digits
lenet         LeNet-5, for published figures that are repeated
convolution   the convolution that it is made of
stack         many models of one shape trained as one
optimisers    a stack under another optimiser than Adam, and from given weights
kernels       the layers of a stack, at the speed of the machine
"""

from trainables.networks.lenet import LeNet5
from trainables.networks.perceptron import Perceptron
from trainables.networks.stack import Report, Stack
from trainables.networks.vae import Vae

__all__ = ["LeNet5", "Perceptron", "Report", "Stack", "Vae"]
