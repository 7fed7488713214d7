"""A trained network leaves its study: a file, a card, a script that runs it.

export.py    all of this, in order
wanted.py    which student is meant, as a trial
trained.py   trained again, and held to what was recorded
kept.py      or as its study kept it
networks.py  the student, its teacher or its link, as a module of whole objects
formats.py   ONNX, torch.export, safetensors: written and asked
checked.py   the file's answers beside the module's, and how long they take
card.py, folder.py  what is told of it; all in one folder, whole or not at all
registry.py  the same as a version of a model in MLflow
"""
