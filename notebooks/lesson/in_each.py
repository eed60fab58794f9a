"""Run pytest in one folder after the other, and leave its report and its exit code in each.

python in_each.py FOLDER … -- WORD …: the words go to pytest. If its tests do not pass in the first folder,
the others are left out. It is one process because its imports take longer than a learner's tests.
"""

import os
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest

split = sys.argv.index("--")
folders, words = sys.argv[1:split], sys.argv[split + 1 :]
for folder in folders:
    os.chdir(folder)
    sys.path[0] = folder
    with open("report.txt", "w", encoding="utf-8") as report, redirect_stdout(report):
        code = int(pytest.main(words))
    Path("code.txt").write_text(str(code))
    if code and folder == folders[0]:
        break
    for name, module in list(sys.modules.items()):  # the next folder has an app of its own
        if (getattr(module, "__file__", None) or "").startswith(folder):
            del sys.modules[name]
