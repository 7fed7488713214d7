"""The same networks, as one would otherwise write their training.

plain    one after the other, in PyTorch
mapped   students at once, by torch.func.vmap
"""
