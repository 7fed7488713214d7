"""What there is: python -m study"""

COMMANDS = """\
python -m study.launch --list                  the spaces, and the questions they answer
python -m study.launch --space vae_lambda      run a study; the same command goes on
python -m study.status --space vae_lambda      how far it is (--watch), what failed and why
python -m study.clean --space vae_lambda       failed runs and unused artifacts
python -m study.records export|import          move records between MLflow stores
python -m study.preflight HOST:PORT            the nodes of a Ray cluster
python -m study.completion                     completion of all this in bash
python -m analysis.table --space vae_lambda    its table: text, md, csv, latex, json
python -m analysis.figures --space vae_lambda  its figures as PNG and SVG
python -m analysis.report --space vae_lambda   one HTML file with all of it
make ui                                        MLflow's pages over the records
Each says more with --help; README.md and docs/ say the rest."""

if __name__ == "__main__":
    print(COMMANDS)
