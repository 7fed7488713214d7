"""How a setting is shown: its row in a table, and its names in lists of runs."""

from typing import Any

from trainables.networks.perceptron import parameter_count
from trainables.settings.setting import Setting

BROADCAST = ", broadcast"  # in names and in the column of the loss


def columns_of(setting: Setting) -> dict[str, Any]:
    """The setting as one flat row: what tables, run names and parameters show."""
    teacher, vae, method = setting.teacher, setting.link.vae, setting.method
    return {
        "protocol": setting.protocol,
        "student": f"{method.domain if method else setting.target}-{setting.student_split}",
        "teacher": f"{teacher.domain}-{teacher.split}" if teacher else "—",
        "link": setting.link.name if teacher else "—",
        "vae_labels": vae.labels if vae else "—",
        "lambda": setting.hard_label_weight,
        "temperature": setting.temperature,
        "loss": setting.loss + _broadcast(setting),
        "t_squared": setting.soft_term_times_t_squared,
        "epochs": setting.schedule.epochs,
        "batch_size": setting.schedule.batch_size,
        "learning_rate": setting.schedule.learning_rate,
        "held_out": setting.held_out,
        "rule": setting.rule.name if setting.rule else "—",
        "teacher_layers": "-".join(map(str, teacher.hidden_sizes)) if teacher else "—",
        "student_parameters": parameter_count(setting.student_sizes),
        "teacher_parameters": parameter_count(setting.teacher_sizes),
        "link_parameters": setting.link.parameters() or "—",
        **(method.columns() if method else {}),
    }


def name_of(setting: Setting) -> str:
    """A name that a person can read: "FashionMNIST-Small ← MNIST-Big φ=noise λ=0.5 T=1"."""
    where, *how = _parts(setting)
    return f"{where} · {how[0]}" if setting.method else " ".join((where, *how))


def short_name_of(setting: Setting) -> str:
    """The same, begun with what differs within a space: lists of runs cut what follows."""
    where, *how = _parts(setting)
    return f"{' '.join(reversed(how))} · {where}"


def _parts(setting: Setting) -> tuple[str, ...]:
    """Domains, then what is done between them."""
    if setting.method:
        return setting.method.domain, setting.method.label
    row = columns_of(setting)
    ending = _broadcast(setting) + (f" · {setting.rule.name}" if setting.rule else "")
    if setting.teacher is None:
        return row["student"], f"alone{ending}"
    link = f"VAE({row['vae_labels']})" if setting.link.vae else row["link"]
    parameters = f"λ={setting.hard_label_weight:.3g}"
    if setting.domain.has_temperature:
        parameters += f" T={setting.temperature:.3g}"
    return f"{row['student']} ← {row['teacher']}", f"φ={link}", f"{parameters}{ending}"


def _broadcast(setting: Setting) -> str:
    return BROADCAST if setting.broadcast else ""
