"""A view that shows all of an object: a domain seen so differs in its pixels' type alone."""

from dataclasses import dataclass

from trainables.data.views import View


@dataclass(frozen=True, kw_only=True)
class Everything(View):
    """All of an object: its pixels, as floats."""

    @property
    def name(self):
        return "whole"

    def __call__(self, objects):
        return objects
