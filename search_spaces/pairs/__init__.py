"""Spaces of other pairs of domains than the paper's.

fonts      printed digits teach handwritten ones, of 1,000 labels
fonts_100  the same, of 100 labels
fonts_labels, fonts_labels_conv   the same, of 100 to 10,000, by either network
letters    printed letters teach handwritten digits
emoji      one vendor's emoji teach another's; emoji_pairs: behind a link learned from pairs
"""
