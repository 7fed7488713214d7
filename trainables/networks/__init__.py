"""The networks, each written once: for one model, or with stacked weights for N of them.

network         what a setting names: shape and outputs → a module; what it costs
perceptron      teachers and students; its part is in network
convolutional   a small convolutional network, one from pictures to pictures, and ResNet-18
lenet           LeNet-5, of convolution's layers, also for published figures that are repeated
vae             one encoder, a decoder for objects and one for counterparts
pretrained      weights from a file; tried: whether a network can be trained
stack           many models of one shape trained as one; stacking/ has the ways to call them
updates         how a stack's parameters follow their gradients, by optimisers/
kernels         the linear layers of a stack, of products/; convolution_kernels
"""

from trainables.networks.convolutional import ConvNet, PictureNet, ResNet18
from trainables.networks.lenet import LeNet, LeNet5
from trainables.networks.network import Network, Perceptron
from trainables.networks.perceptron import Mlp
from trainables.networks.stack import Report, Stack
from trainables.networks.vae import Vae

__all__ = [
    "ConvNet",
    "LeNet",
    "LeNet5",
    "Mlp",
    "Network",
    "Perceptron",
    "PictureNet",
    "Report",
    "ResNet18",
    "Stack",
    "Vae",
]
