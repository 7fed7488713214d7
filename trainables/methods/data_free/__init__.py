"""Distillation from a teacher alone, without the data that it learned from.

teacher_alone        what the methods share: the teachers, and how Small is added
lenet_teachers       teachers for published figures that are repeated
impressions          inputs made from a teacher, and the students that learn them
class_impressions    inputs that raise a class's score (Mopuri et al. 2018)
zero_shot            inputs for soft targets drawn from class similarity (Nayak et al. 2019)
input_optimisation   gradient descent on inputs
dafl, generators     a generator of images that the teacher is sure of (Chen et al. 2019)
"""

from trainables.methods.data_free.class_impressions import ClassImpressions
from trainables.methods.data_free.dafl import DataFree
from trainables.methods.data_free.generators import PixelScale
from trainables.methods.data_free.zero_shot import ZeroShot

__all__ = ["ClassImpressions", "DataFree", "PixelScale", "ZeroShot"]
