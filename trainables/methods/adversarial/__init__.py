"""Adversarial domain adaptation: a labelled source, an unlabelled target, a critic of both.

critic  what both methods share: the two sides, and the critic's loss
dann    domain-adversarial training by gradient reversal
adda    adversarial discriminative adaptation, in two stages
"""
