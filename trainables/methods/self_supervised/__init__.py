"""Self-supervision on unlabelled images, then a few labels.

pretraining         what the methods share: views, linear probe, fine-tuning
barlow_twins        views agree, no unit repeats another (Zbontar et al. 2021)
instance_features   every object is its own class (Ye et al. 2019)
"""

from trainables.methods.self_supervised.barlow_twins import BarlowTwins
from trainables.methods.self_supervised.instance_features import InstanceFeatures

__all__ = ["BarlowTwins", "InstanceFeatures"]
