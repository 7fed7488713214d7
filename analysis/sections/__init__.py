"""What a study has to say beside its own table, in one order for every output.

opening.py the one sentence that comes first
order.py   views and sentences: of ways tuned alike, of contrasts, of factors, of rows
"""

from analysis.sections.opening import answer
from analysis.sections.order import (
    all_sentences,
    first_views,
    sentences_beside_tables,
    verdict_views,
)

__all__ = ["all_sentences", "answer", "first_views", "sentences_beside_tables", "verdict_views"]
