"""What is trained. A room imports from those above it; only `trainable` knows Ray.

data           domains, their files and splits
recipes        schedules, and how teachers and VAEs are made
networks       modules of one model or of a stack of N; objectives: losses and measures; links: φ
settings       what determines a result; artifacts: what is made once and stored
results        what a trained student leaves
distillation   students of labels and a teacher; methods: other ways to make the student
cohorts        what is trained together, and each kind's cost
trainable      one cohort as a Ray Tune trial
"""
