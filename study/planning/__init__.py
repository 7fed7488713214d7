"""What is to be run: which trials and artifacts a study still lacks, and in which order.

plan           a space with its seeds and records: what is known and needed; predicted: its cost
trial_index    trials that have ended, by key
search_state   one search of a plan: what it asked for, how that was scored, what it chose
final_choice   its finalists, scored again, and the best of them; the best of listed settings
finals         what searches chose, with the seeds that it is trained with
expected       a setting that is to be trained, and what proposed it; planned: as it is recorded
optuna_search  Optuna, asked for a round of settings at a time
seeds          how many each setting has: a number, or more until all is decided
rounds         the work in rounds: what may be trained at the same time
optuna_journal the searches as a file for optuna-dashboard
"""

from study.planning.expected import Expected
from study.planning.plan import Plan
from study.planning.rounds import Round
from study.planning.search_state import SearchState
from study.planning.trial_index import TrialIndex

__all__ = ["Expected", "Plan", "Round", "SearchState", "TrialIndex"]
