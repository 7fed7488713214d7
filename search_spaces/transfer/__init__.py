"""Spaces of other transfer methods (docs/transfer).

transfer_methods         ten methods on FashionMNIST with 1,000 labels
transfer_methods_small   the same with less training and 3 seeds
transfer_known           figures that their papers print
bayesian                 a teacher's posterior as the student's prior, and controls
bayesian_known           the same as its authors ran it
"""
