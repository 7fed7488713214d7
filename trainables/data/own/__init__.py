"""Domains of a user's own data: files, a data set of torchvision's, or what a function returns.

image_folder      ImageFolder: a folder of pictures, its sub-folders the classes
arrays            Arrays: an .npz, or two .npy
table_file        TableFile: CSV or Parquet
torchvision_set   TorchvisionSet: by the name of its class
from_function     FromFunction: what a user's function returns
drawn             PrintedDigits, PrintedLetters and Emoji: pictures that are made here
base, kinds       what all have in common; what files have, and what is made
content, index    objects, decoded, in memory and on disk; their digests, computed once
partition         sizes of splits, and the rows that a seed puts into each
reading           pictures, arrays and columns, checked and turned into objects
"""

from trainables.data.own.arrays import Arrays
from trainables.data.own.drawn import Emoji, PrintedDigits, PrintedLetters
from trainables.data.own.from_function import FromFunction
from trainables.data.own.image_folder import ImageFolder
from trainables.data.own.table_file import TableFile
from trainables.data.own.torchvision_set import TorchvisionSet

__all__ = [
    "Arrays",
    "Emoji",
    "FromFunction",
    "ImageFolder",
    "PrintedDigits",
    "PrintedLetters",
    "TableFile",
    "TorchvisionSet",
]
