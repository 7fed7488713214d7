"""How fast the study is, against what a user would otherwise write: README.md has the figures.

throughput    many students, against five other ways (rivals has these)
making        teachers and VAEs, against plain PyTorch
limit         how near a cohort comes to what one core can do
gpu           students a second on a GPU
scale         seconds a trial from 100 to 10,000 trials
many_trials   table, figures and report of 10,000 trials
samplers      what proposing settings in rounds costs a search
pruning       what pruning saves and costs: a space
"""
