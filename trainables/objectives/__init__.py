"""What networks are trained for, and how good they are.

losses        the losses, as pure functions
tasks         classes or numbers: which losses and qualities go together
metrics       accuracy and cross-entropy, or MSE, MAE and R², of a whole stack
calibration   reliability and the expected calibration error
"""

from trainables.objectives.calibration import Reliability
from trainables.objectives.metrics import Deviation, Quality, integral_criterion
from trainables.objectives.tasks import Task, task_of

__all__ = ["Deviation", "Quality", "Reliability", "Task", "integral_criterion", "task_of"]
