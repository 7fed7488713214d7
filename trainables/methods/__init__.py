"""Baselines: other methods to carry knowledge to a domain with few labels.

method           what a method must offer to be trained
method_run       follows a method's students: curves, facts, results
batches, taught  batches of each seed's own split; what is learnt of a teacher's answers
normalising, lenet_figures  normalisation over a batch; LeNet-5 in published figures
adversarial      DANN and ADDA: a critic of domains
bayesian         a teacher's posterior as the student's prior
data_free        a teacher and none of its data: class impressions, ZSKD, DAFL
federated        FedAvg and pFedMe: objects that stay with clients
self_supervised  Barlow Twins and instance features: views of unlabelled objects
omitted_class    a student that never saw one class (Hinton et al. 2015, §3)
"""

from trainables.methods.method import TrainableMethod

__all__ = ["TrainableMethod"]
