"""The products of a stack's linear layers, each with its gradients written out.

layout    how members lie in memory; activations
onednn    wide products of oneDNN's, one a group of members
batched   PyTorch's batched product, for small layers
traced    a layer's call, with what its gradients are made of
"""
