"""Options given from Python are held to their types, as a command's parser holds words to them."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, get_args, get_type_hints

from trainables.errors import BadInputError, unknown

Given = ParamSpec("Given")
Result = TypeVar("Result")
WORDS = {
    int: "a whole number",
    float: "a number",
    bool: "True or False",
    str: "a text",
    type(None): "None",
}


def typed(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """A function that raises BadInputError for an option it has not, or of another type.

    Options are named as the command names them: "--seeds is 'two': give a whole number or None".
    """
    hints = get_type_hints(function)
    known = [*inspect.signature(function).parameters]

    @wraps(function)
    def checked(*args: Given.args, **options: Given.kwargs) -> Result:
        for name, value in options.items():
            if name not in known:
                raise unknown("option", name, known)
            _check(name, value, get_args(hints[name]) or (hints[name],))
        return function(*args, **options)

    return checked


def _check(name: str, value: Any, allowed: tuple[Any, ...]) -> None:
    classes = [one for one in allowed if isinstance(one, type)]
    if len(classes) < len(allowed):  # a function
        return
    fits = any(isinstance(value, one) for one in classes)
    fits |= isinstance(value, int) and float in classes
    if isinstance(value, bool):
        fits = bool in classes
    if not fits:
        kinds = " or ".join(WORDS.get(one, f"a {one.__name__}") for one in classes)
        option = name.replace("_", "-")
        raise BadInputError(f"--{option} is {value!r}: give {kinds}")
