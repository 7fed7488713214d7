"""What came out: records → statistics → table, figures, report. Never launches anything.

table.py, report.py   the commands; figures/ is one too; ranks.py, compare.py: of several spaces
publish.py            the one door for a study: what a launch shows and writes at its end
evidence/             rows of a study, statistics, what was chosen, sentences
comparisons/          all that is compared, in one list; sections/: views and sentences in order
tables/               the table as numbers, as views, and in each format
objects/, factors/    answers object by object; what soft labels carry, and labels saved
methods/, ranking/    transfer methods beside each other; ways that were tuned alike
side_by_side/         two settings, two studies; trials and curves as DataFrames
papers/, audits/      what papers print; a printed table held against its rows run here
pages/, mlflow_page/  a study's report, studies side by side; what MLflow's pages show beside runs
"""
