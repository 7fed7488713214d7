"""Spaces in which every way to learn from a teacher is searched alike; see rows/fair.

fair_garments, fair_garments_conv   garments from digits, by a perceptron and by a convolution
fair_text, fair_text_conv           handwritten digits from printed ones
fair_emoji, fair_emoji_conv         one vendor's emoji from another's
fair_small                          garments from digits in minutes: few settings and ways
"""
