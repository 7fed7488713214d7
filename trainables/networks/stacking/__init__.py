"""N models of one kind called as one.

layers       PyTorch's layers, and whatever else is written for stacked weights
images       how members go through layers of images; image_layers has those, memory
             keeps what maps were in
way          what all ways have in common; rows: the objects of members, in orders and batches
one_module   by stacked layers, or by torch.vmap
loop         one model after the other; replayed: a step as one call of a GPU
ways         which of them it is
"""
