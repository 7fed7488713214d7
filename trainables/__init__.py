"""What is trained, and with what: from the data to a trained student.

data                   domains, splits and files
schedule               how long, how fast and by what a network is trained
networks, teacher      networks and stacks of them; a teacher, as a setting names it
objectives, links      losses and qualities; φ, from the student's objects to the teacher's
settings, artifacts    what determines a result; teachers, VAEs and logits, made once and stored
results                what one trained student leaves
distillation, methods  training by a teacher behind a link; ten other ways
cohorts, trainable, stalled  trials trained together; Ray's one door; what makes no progress
errors, checks, device, identity, randomness   what all of these need
"""
