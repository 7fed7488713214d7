"""How a setting is shown: its row in a table, and its names in lists of runs."""

from typing import Any

from trainables.networks.network import parameters_of
from trainables.objectives.controls import UNTRAINED
from trainables.objectives.objective import ANSWERS, Objective
from trainables.settings.setting import Setting, without_method

NONE = "—"
LAMBDA, TEMPERATURE = "lambda", "temperature"
CONTROL = "control"  # of a method: the key of the same student without it


def columns_of(setting: Setting) -> dict[str, Any]:
    """The setting as one flat row: what tables, run names and parameters show."""
    target, teacher, link, method = setting.target, setting.teacher, setting.link, setting.method
    schedule, objective = setting.schedule, setting.objective
    note = link.learned.note if link.learned else ""
    weights = {LAMBDA: NONE, TEMPERATURE: NONE} | objective.parameters()
    return {
        "protocol": setting.protocol,
        "student": f"{target.name}-{setting.student_split}",
        "teacher": teacher.label if teacher else NONE,
        "teacher_domain": teacher.domain.name if teacher else NONE,
        "teacher_split": teacher.split if teacher else NONE,
        "link": link.name if teacher else NONE,
        "vae_labels": note or NONE,  # of any learned link; that name is recorded
        **weights,
        "objective": objective.label,
        "learns_from": _learns_from(objective),
        "carries": _carried(setting),
        "epochs": schedule.epochs,
        "batch_size": schedule.batch_size,
        "learning_rate": schedule.learning_rate,
        "schedule": _schedule(setting),
        "held_out": setting.held_out,
        "rule": setting.rule.label if setting.rule else NONE,
        "student_objects": setting.training_objects,
        "teacher_objects": _teacher_objects(setting),
        "student_network": setting.student.label,
        "teacher_network": teacher.network.label if teacher else NONE,
        "student_parameters": parameters_of(setting.student, target.shape, target.outputs),
        "teacher_parameters": _teacher_parameters(setting),
        "link_parameters": link.parameters() or NONE,
        **(method.columns(target) if method else {}),
        **({CONTROL: control.key} if (control := without_method(setting)) else {}),
    }


def _schedule(setting: Setting) -> str:
    """The schedule, and how often numbers change in it."""
    label, course = setting.schedule.label, setting.course
    if course is None:
        return label
    return course.label if label == NONE else f"{label}, {course.label}"


def _learns_from(objective: Objective) -> str:
    if objective.is_plain:
        return "labels"
    return "labels and teacher" if objective.needs_teacher else "changed labels"


def _carried(setting: Setting) -> str:
    """What of a teacher reaches the student, as LADDER names it; a dash where nothing could."""
    objective, teacher = setting.objective, setting.teacher
    if objective.is_plain or setting.method:
        return NONE
    if teacher is None:
        return NONE if objective.carries == ANSWERS else objective.carries
    return objective.carries if teacher.trained else UNTRAINED


def _teacher_objects(setting: Setting) -> int:
    teacher = setting.teacher
    if teacher and not teacher.trained:
        return 0
    return teacher.domain.split_sizes[teacher.split] if teacher else 0


def _teacher_parameters(setting: Setting) -> int:
    teacher, link = setting.teacher, setting.link
    if teacher is None:
        return 0
    return parameters_of(teacher.network, teacher.reads(link), teacher.domain.outputs)


def name_of(setting: Setting) -> str:
    """A name that a person can read: "drawings-Small ← photos-Big φ=noise λ=0.5 T=1"."""
    where, *how = _parts(setting)
    return f"{where} · {how[0]}" if setting.method else " ".join((where, *how))


def short_name_of(setting: Setting) -> str:
    """The same, begun with what differs within a space: lists of runs cut what follows."""
    where, *how = _parts(setting)
    return f"{' '.join(reversed(how))} · {where}"


def _parts(setting: Setting) -> tuple[str, ...]:
    """Domains, then what is done between them."""
    ending = f", {setting.course.label}" if setting.course else ""
    ending += f" · {setting.rule.label}" if setting.rule else ""
    if setting.method:
        return setting.target.name, setting.method.label(setting.target) + ending
    row = columns_of(setting)
    objective, schedule = setting.objective, setting.schedule
    student = row["student"]
    student += setting.target.size_note if setting.student_split == "Small" else ""
    ending = (f", {schedule.label}" if schedule.select_epoch else "") + ending
    if setting.teacher is None:
        return student, f"alone{objective.note}{ending}"
    link = setting.link.label.replace(" ", "")
    return f"{student} ← {row['teacher']}", f"φ={link}", f"{objective.short}{ending}"
