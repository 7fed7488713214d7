"""How fast the study is, against what a user would otherwise write: README.md has the figures.

throughput    many students, against five other ways (rivals has these)
making        teachers and VAEs, against plain PyTorch
vae_recipe    how a VAE's schedule was chosen; privileged: what a printed figure is made of
limit         how near a cohort comes to what one core can do
convolution   convolutional students, five ways
gpu           all there is to say about a GPU
scale         from 100 to 10,000 trials; many_trials: their table, figures and report
looks         studies until decided: how often they are wrong, what they need (simulated)
samplers      what proposing settings in rounds costs a search
pruning       what pruning saves and costs: a space
"""
