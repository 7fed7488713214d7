"""How parameters follow their gradients.

rules   Adam and SGD, at one rate, or at one for each member
calls   which members are updated in one call
"""
