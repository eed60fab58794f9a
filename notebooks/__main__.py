"""python3 -m notebooks: open the lessons in JupyterLab, or run them anew."""

import os
import sys

from app.environment import ROOT, Parser, ensure

parser = Parser(
    prog="python3 -m notebooks",
    description="Open JupyterLab at lesson 00. Options such as --no-browser or --port 8899 go to JupyterLab.",
)
parser.add_argument(
    "command", nargs="?", choices=["refresh"], help="refresh: run the lessons and store their outputs"
)


def open_lab(options):
    """Open lesson 00 in JupyterLab, which takes the options."""
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        [str(ROOT / "notebooks/.jupyter"), *os.environ.get("JUPYTER_CONFIG_PATH", "").split(os.pathsep)]
    )
    from jupyterlab.labapp import main

    first = "/lab/tree/notebooks/00_start_here.ipynb"
    ours = [
        "--log-level=ERROR",
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.default_url={first}",
        "--ServerApp.contents_manager_class=notebooks.lesson.contents.LessonContents",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        ours.append("--allow-root")  # a container's only user
    main([*ours, *options])


options = sys.argv[1:]
if options and (not options[0].startswith("-") or options[0] in {"-h", "--help"}):
    parser.parse_args(options)
ensure("requirements.txt")
if options[:1] == ["refresh"]:
    from notebooks.lesson.refresh import refresh

    refresh()
else:
    open_lab(options)
