"""Adversarial domain adaptation: a critic of domains, and features that fool it.

critic   the labelled source, the unlabelled target, and the critic's loss
dann     through a layer that reverses the gradient (Ganin and Lempitsky 2015)
adda     by a second encoder with inverted labels (Tzeng et al. 2017)
"""

from trainables.methods.adversarial.adda import Adda
from trainables.methods.adversarial.dann import Dann

__all__ = ["Adda", "Dann"]
