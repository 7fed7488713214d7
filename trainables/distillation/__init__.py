"""Distillation: students that learn from labels and from a teacher.

student        training a cohort of students; what trials of one cohort share
student_stack  its members as one stack of networks
evaluation     their quality on what is held out, and on the test set
member         one network: what it learns from, and the results that it leaves
pruning        which settings of a cohort are dropped before their last epoch
population     how their numbers change in training, and which take after which
requirements   the teacher's logits that a trial needs
selected_epochs  students that are trained for as long as a held-out part says
"""

from trainables.distillation.requirements import all_logits_for, logits_for
from trainables.distillation.student import fit, train_students

__all__ = ["all_logits_for", "fit", "logits_for", "train_students"]
