"""Self-supervised pretraining: views of unlabelled objects, then a few labels.

pretraining        what both methods share: views, linear probe, fine-tuning
barlow_twins       views agree and units do not repeat each other
instance_features  a view is told from those of other objects
"""
