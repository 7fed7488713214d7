"""Write the golden screens anew, after a change of what is printed that is meant.

python tests/screens/make.py
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / name) for name in ("support", "analysis")]

from screens import SUBJECTS, screens  # noqa: E402 (after the path above)

for name in SUBJECTS:
    (HERE / "golden" / f"{name}.txt").write_text(screens(name))
