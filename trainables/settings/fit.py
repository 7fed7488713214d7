"""Whether the parts of a setting fit each other: one line for the first that does not."""

from trainables.data.domain import IMAGES, Domain, shape_text
from trainables.errors import BadInputError
from trainables.links.link import ANYTHING, Identity, Link, check_link
from trainables.networks.network import Network, Perceptron, feature_shapes
from trainables.networks.tried import check_network
from trainables.objectives.objective import ANY, Objective
from trainables.schedule import Schedule
from trainables.settings.method import Method, check_plain
from trainables.settings.population import Population
from trainables.settings.scoring import Rule
from trainables.teacher import Teacher

MOST_TURNS = 30  # a lineage of four numbers is one tag of a run, of at most 8,000 characters


def check_objective(
    objective: Objective, target: Domain, student: Network, teacher: Teacher | None, link: Link
) -> None:
    """The objective fits what is learnt, and who teaches; a student alone has no link."""
    name, learnt = type(objective).__name__, target.task.kind
    if objective.task not in (ANY, learnt):
        raise BadInputError(
            f"{name} is an objective for {objective.task}, and a student of {target.name} learns "
            f"{learnt}: give an objective for {learnt}"
        )
    if teacher is None and (objective.needs_teacher or link != Identity()):
        raise BadInputError(
            f"a student without a teacher has no link ({link.name} was given) and an objective "
            f"that needs none ({name} was given): see alone(setting), or "
            "Distillation(hard_label_weight=1)"
        )
    asked = [("student", student, objective.student_features)]
    if teacher:
        asked.append(("teacher", teacher.network, objective.teacher_features))
    for who, network, features in asked:
        for feature in features:
            if feature not in network.features:
                known = ", ".join(network.features) or "none"
                raise BadInputError(
                    f"{name} reads the {who}'s feature {feature!r}, and "
                    f"{type(network).__name__} names {known}: see Network.features"
                )
    if teacher and objective.student_features:
        own = feature_shapes(student, target.shape, target.outputs)
        theirs = feature_shapes(teacher.network, teacher.reads(link), teacher.domain.outputs)
        objective.check_features(
            {name: own[name] for name in objective.student_features},
            {name: theirs[name] for name in objective.teacher_features},
        )


def check_target(target: Domain) -> None:
    """A student learns from objects that there are."""
    if target.made_by_link:
        raise BadInputError(
            f"{target.name} is made by a link's VAE, for a teacher: a student needs a domain that "
            "has objects"
        )


def check_networks(target: Domain, student: Network, teacher: Teacher | None, link: Link) -> None:
    """The networks read the objects and answer as many outputs as there are."""
    check_network(student, target.shape, target.outputs)
    if teacher:
        check_network(teacher.network, teacher.reads(link), teacher.domain.outputs)


def check_teacher(teacher: Teacher, target: Domain, shown: Domain, link: Link) -> None:
    """The link gives what the teacher reads, and their answers mean the same.

    shown: the student's objects as the teacher is shown them.
    """
    domain, own = teacher.domain, type(link).__name__
    if link.maps not in (ANYTHING, shown.kind):
        raise BadInputError(
            f"the link {own} maps {link.maps}, and {shown.name} consists of {shown.kind}: give "
            "a link for them, or Identity()"
        )
    if domain.made_by_link and not (link.learned and link.learned.generates):
        raise BadInputError(
            f"{domain.name} is made by a VAE: its link must be VaeLink(...), not {link.name}"
        )
    if link.learned:
        link.learned.check_for(shown, domain)
    check_link(link, shown.shape)
    reads = teacher.reads(link)
    given = link.shape(shown.shape)
    if given != reads:
        raise BadInputError(
            f"the link {own} makes {shape_text(given)} of {shown.name}'s "
            f"{shape_text(shown.shape)}, and the teacher of {domain.name} reads "
            f"{shape_text(reads)}: give the domains one size (size=...), or a link that makes it"
        )
    otherwise = domain.splitting != target.splitting or (
        teacher.split == "Small" and domain.split_sizes != target.split_sizes
    )
    if domain.source == target.source and otherwise:
        raise BadInputError(
            f"student and teacher learn {target.name} split otherwise, so that the teacher may "
            "know what is held out of the student's objects: give both the same splits"
        )
    if teacher.weights and reads != domain.shape:
        raise BadInputError(
            f"the weights {teacher.weights} are for {shape_text(domain.shape)}, and the link "
            f"{own} makes {shape_text(reads)} of what a teacher learns from: leave weights away"
        )
    _check_answers(teacher, target, link)


def _check_answers(teacher: Teacher, target: Domain, link: Link) -> None:
    mine, theirs = target.task, teacher.domain.task
    if mine.kind != theirs.kind or getattr(mine, "unit", "") != getattr(theirs, "unit", ""):
        raise BadInputError(
            f"a teacher of {teacher.domain.name} cannot teach a student of {target.name}: "
            "their answers are of another kind, or in other units"
        )
    if teacher.domain.standardised != target.standardised:
        raise BadInputError(
            f"a teacher of {teacher.domain.name} cannot teach a student of {target.name}: the "
            "features of one are standardised, those of the other are not"
        )
    classes = teacher.classes
    if len(classes) != mine.outputs if classes else mine.outputs != theirs.outputs:
        given = f"names {len(classes)}" if classes else "is not given"
        raise BadInputError(
            f"{target.name} has {mine.outputs} outputs and the teacher's {teacher.domain.name} "
            f"{theirs.outputs}, and Teacher.classes {given}: name one of the teacher's classes "
            "for each of the student's"
        )
    paired = link.learned.paired_classes if link.learned else None
    if paired is not None and target.is_classification:
        own = classes or tuple(range(mine.outputs))
        if paired != own:
            raise BadInputError(
                f"the link's {link.name} pairs classes by {paired}, and the teacher's answers are "
                f"read by {own}: give VaeRecipe.classes and Teacher.classes the same"
            )


def check_method(
    method: Method,
    target: Domain,
    student: Network,
    teacher: Teacher | None,
    link: Link,
    objective: Objective,
) -> None:
    """A method says itself what it learns from, and what of that it cannot use."""
    if bool(teacher) != method.asks_teacher or link != Identity():
        needs = "a teacher and no link" if method.asks_teacher else "neither teacher nor link"
        raise BadInputError(
            f"{method.name} has {needs}: see search_spaces/transfer/transfer_methods.py"
        )
    if target.kind != IMAGES or not target.is_classification:
        raise BadInputError(
            f"{method.name} makes students that tell images apart, and {target.name} is "
            f"{target.kind} to learn {target.task.kind} from"
        )
    if not isinstance(student, Perceptron):
        raise BadInputError(
            f"{method.name} works on the hidden layers of a Perceptron; the student given is "
            f"{student!r}"
        )
    if teacher and teacher.domain.shown(target.whole) != target:
        raise BadInputError(
            f"{method.name} gives its student what it makes for the teacher, and the student sees "
            f"{target.name}: give both the same view, or the whole domain"
        )
    method.check(target, teacher, objective)
    method.check_student(student, teacher)


def check_method_training(method: Method, schedule: Schedule, student_split: str) -> None:
    """What of a setting a method reads for its training."""
    check_plain(f"the schedule of {method.name}", schedule)
    if student_split != "Small":
        raise BadInputError(
            f"{method.name} says itself what it learns from, beside Small: leave student_split "
            f"away, which was {student_split!r}"
        )


def check_rule(
    rule: Rule | None, held_out: float, protocol: str, target: Domain, method: Method | None
) -> None:
    """Who is scored by a rule, and by what."""
    if method and (held_out or protocol != "corrected"):
        raise BadInputError(
            f"{method.name} is trained on all that it gets, as its setting says: nothing held out "
            "but by a rule, protocol 'corrected'"
        )
    if method and rule and (rule.parts > 1 or rule.group):
        raise BadInputError(
            f"{method.name} is trained once a seed and to its end; given was {rule.name} of "
            f"{rule.parts} parts, "
            + (f"{rule.population}" if rule.population else f"pruning={rule.pruning}")
            + ": give rule=HoldOut()"
        )
    if rule and (held_out or protocol != "corrected"):
        raise BadInputError(
            "a setting with a rule is corrected, and its rule says what is held out; given "
            f"were protocol={protocol!r} and held_out={held_out:g}"
        )
    names = [measure.name for measure in target.measures]
    if rule and rule.score not in names:
        raise BadInputError(
            f"the rule's score is {rule.score!r}; {target.name} is measured by {', '.join(names)}"
        )


def check_selected_by(schedule: Schedule, target: Domain) -> None:
    """The measure that selects the epoch is one of the target's."""
    names = [measure.name for measure in target.measures]
    if schedule.select_by and schedule.select_by not in names:
        raise BadInputError(
            f"Schedule.select_by is {schedule.select_by!r}; {target.name} is measured by "
            f"{', '.join(names)}"
        )


def check_population(population: Population, schedule: Schedule) -> None:
    """Its settings are trained to their end, and their lineage can be recorded."""
    if schedule.select_epoch:
        raise BadInputError(
            "settings of a population are trained to their end: leave select_epoch away"
        )
    turns = (schedule.epochs - 1) // population.every
    if not 1 <= turns <= MOST_TURNS:
        raise BadInputError(
            f"Population.every is {population.every}: in {schedule.epochs} epochs settings would "
            f"learn from each other {turns} times; once is the least, {MOST_TURNS} times the most"
        )
