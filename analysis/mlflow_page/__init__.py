"""What MLflow's pages say beside the runs.

notes.py        a study's answer above its runs, its report and figures as files
verdicts.py     the verdict on each setting, as a tag and metrics of its run
view_state.py   which columns and charts the page of a study opens with
"""
