"""Spaces of other pairs of domains than the paper's.

fonts      printed digits teach handwritten ones, of 1,000 labels
fonts_100  the same, of 100 labels
emoji      one vendor's emoji teach another's; emoji_pairs: behind a link learned from pairs
"""
