"""Ways to learn that were tuned alike: which is best, how sure is that, and what it costs.

ways.py        the searches of a study that had the same budget, each with what it chose
ranks.py       ranks with intervals, by resampling seeds
views.py       the table of one study, and what each way costs
sentences.py   what a reader should use
across.py      the same ways over several studies: of other pairs of domains, or other networks
"""

from analysis.ranking.sentences import ranking_sentences
from analysis.ranking.views import ranking_views

__all__ = ["ranking_sentences", "ranking_views"]
