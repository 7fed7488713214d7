"""Data-free distillation: a teacher, and none of the data that it learned from.

teacher_alone       what these methods share: a teacher to ask, and Small beside it
lenet_teachers      LeNet-5 teachers, for the papers' figures
impressions         inputs made of a teacher, as artifacts, and students of them
class_impressions   inputs of which the teacher is sure
zero_shot           inputs for soft targets drawn from class similarity (ZSKD)
input_optimisation  gradient descent on inputs
dafl, generators    a generator trained beside the student (DAFL)
"""
