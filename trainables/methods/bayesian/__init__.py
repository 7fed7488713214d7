"""Bayesian distillation: a teacher's posterior as the student's prior (Grabovoy, Strijov 2021).

distillation       the method: which prior, from where it starts
students           students at their start, and how they learn Small
posterior          a teacher's mean-field posterior, made once
reduction          its units dropped until it has the student's shape
gaussian_network   a perceptron whose weights are independent Gaussians
evidence           the evidence lower bound, and how a stack learns by it
as_published       what the authors' code does instead
"""

from trainables.methods.bayesian.distillation import BayesianDistillation

__all__ = ["BayesianDistillation"]
