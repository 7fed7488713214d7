"""What networks are trained for, and how good they are.

objective              the socket: student's and teacher's outputs, labels → loss
distillation           λ-loss, Hinton's, Lopez-Paz's, regression
decoupled, relational  DKD and RKD: classes apart; objects among each other
features               attention transfer and FitNets, on named features
controls               label smoothing; of the teacher its class means, or answers exchanged
answers                what a network says of a batch: outputs and features
losses                 the arithmetic, as pure functions
tasks                  how a network learns labels alone, and what its domain measures
metrics, balanced      accuracy and cross-entropy, or MSE, MAE and R², of a whole stack
calibration            reliability and the expected calibration error
"""

from trainables.objectives.answers import Answers
from trainables.objectives.calibration import Reliability
from trainables.objectives.controls import LADDER, ClassMeans, ClassShuffle, LabelSmoothing
from trainables.objectives.decoupled import Decoupled
from trainables.objectives.distillation import Distillation, Hinton, Imitation, Regression
from trainables.objectives.features import AttentionTransfer, FitNets
from trainables.objectives.losses import Terms
from trainables.objectives.metrics import Deviation, Quality, integral_criterion
from trainables.objectives.objective import Objective, label_loss
from trainables.objectives.relational import Relational

__all__ = [
    "LADDER",
    "Answers",
    "AttentionTransfer",
    "ClassMeans",
    "ClassShuffle",
    "Decoupled",
    "Deviation",
    "Distillation",
    "FitNets",
    "Hinton",
    "Imitation",
    "LabelSmoothing",
    "Objective",
    "Quality",
    "Regression",
    "Relational",
    "Reliability",
    "Terms",
    "integral_criterion",
    "label_loss",
]
