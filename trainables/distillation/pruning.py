"""Which settings of a cohort are dropped before their last epoch, and why."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from trainables.distillation.member import Member
from trainables.results import failure_of
from trainables.settings.scoring import Halving, Pruning


def scores_of(
    members: Sequence[Member], metric: str, asked: Sequence[str]
) -> dict[str, list[float]]:
    """Each setting's last values over its seeds and folds, in the order in which they were asked.

    asked: keys of settings; members stand in the stack by their rates. A member whose loss was
    not finite has a NaN, whatever accuracy its NaNs have.
    """
    found: dict[str, list[float]] = defaultdict(list)
    for member in members:
        failed = failure_of(member.history["train/loss"])
        found[member.setting.key].append(math.nan if failed else member.history[metric][-1])
    return {key: found[key] for key in asked if key in found}


def dropped(
    scores: Mapping[str, Sequence[float]], pruning: Pruning | Halving, *, higher_is_better: bool
) -> dict[str, str]:
    """The settings that stop here, each with its reason; the best never does.

    scores: each setting's values over its seeds and folds, in the same order for all; of equals
    the earlier goes on. A setting with a NaN is not compared: its trials fail by themselves.
    """
    sign = 1.0 if higher_is_better else -1.0
    means = {key: sign * float(np.mean(values)) for key, values in scores.items()}
    sound = {key: mean for key, mean in means.items() if math.isfinite(mean)}
    if len(sound) < 2:
        return {}
    order = sorted(sound, key=sound.__getitem__, reverse=True)  # stable: the earlier asked first
    best, kept = order[0], pruning.kept(len(order))
    reasons = {}
    for rank, key in enumerate(order[1:], start=2):
        mean = f"{sign * sound[key]:.4f} against {sign * sound[best]:.4f}"
        if rank > kept:
            reasons[key] = f"rank {rank} of {len(order)} ({mean}), the best {kept} go on"
        elif pruning.alpha and behind(scores[key], scores[best], sign) < pruning.alpha:
            reasons[key] = f"behind the best in too many seeds and folds ({mean})"
    return reasons


def behind(ours: Sequence[float], best: Sequence[float], sign: float) -> float:
    """How rarely signed ranks of equals would fall as far behind the best as ours: 0 to 1.

    Computed as the one-sided p of Wilcoxon's signed-rank test, and no p: folds share most of what
    they learn from, and the best is the best because it was picked. It saves epochs, and claims
    nothing.
    """
    from scipy import stats  # not needed where nothing is pruned

    gaps = np.round(sign * (np.asarray(ours) - np.asarray(best)), 12)
    if not gaps.any():
        return 1.0
    return float(stats.wilcoxon(gaps, alternative="less").pvalue)
