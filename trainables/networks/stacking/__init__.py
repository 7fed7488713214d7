"""N models of one kind called as one.

layers       PyTorch's layers, and whatever else is written for stacked weights
images       layers of images, member by member through all of them; image_layers: each
way          what all ways have in common
one_module   by stacked layers, or by torch.vmap
loop         one model after the other
ways         which of them it is
"""
