"""python3 -m notebooks: open the lessons in JupyterLab, or do one of the instructor's jobs."""

import os
import sys

from environment import ROOT, Parser, ensure

parser = Parser(
    prog="python3 -m notebooks",
    description="Open JupyterLab at lesson 00. Options such as --no-browser or --port 8899 go to JupyterLab.",
)
commands = parser.add_subparsers(dest="command", metavar="command")
command = commands.add_parser("refresh", help="run the lessons, store their outputs, write the chat's files")
command.add_argument("lesson", metavar="NN", nargs="?", help="one lesson's number or name; without it, all")
command = commands.add_parser("handout", help="write the folder that a class gets")
command.add_argument("folder", metavar="DIR", help="a folder that is not there yet, or is empty")
command.add_argument("--without-solutions", action="store_true", help="leave the solutions out")
command.add_argument("--clear-outputs", action="store_true", help="leave the outputs of all cells out")
command = commands.add_parser("slides", help="write a lesson as slides that need no network")
command.add_argument("lesson", metavar="NN", help="the lesson's number or name, such as 04")
commands.add_parser("doctor", help="look whether this machine is ready for a class")


def open_lab(options):
    """Open the learner's own lesson 00 in JupyterLab, which takes the options."""
    from jupyterlab.labapp import main

    from lesson import KitError
    from notebooks.teach.own_lessons import lay_out_lessons

    try:
        for saying in lay_out_lessons():
            print(saying, flush=True)
    except KitError as error:
        sys.exit(str(error))
    first = "/lab/tree/workspace/00_start_here.ipynb"
    ours = [
        "--log-level=ERROR",
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.default_url={first}",
        f"--LabApp.workspaces_dir={ROOT / 'workspace' / '.lab'}",  # its open tabs, and not another clone's
        "--ServerApp.contents_manager_class=notebooks.teach.contents.LessonContents",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        ours.append("--allow-root")  # a container's only user
    main([*ours, *options])


def put_first(variable):
    """Let Jupyter look into the kit's own folder before all others."""
    paths = [str(ROOT / "notebooks/.jupyter"), *filter(None, [os.environ.get(variable)])]
    os.environ[variable] = os.pathsep.join(paths)


def carry_out(job):
    """Do the job that parser has read; what one sentence mends ends with it and exit code 1."""
    from lesson import KitError

    try:
        if job.command == "refresh":
            from notebooks.teach.refresh import refresh

            refresh(job.lesson)
        elif job.command == "handout":
            from notebooks.teach.handout import handout

            handout(job.folder, job.without_solutions, job.clear_outputs)
        elif job.command == "slides":
            from notebooks.teach.slides import slides

            slides(job.lesson)
        else:
            from notebooks.teach.doctor import examine

            sys.exit(examine())
    except KitError as error:
        sys.exit(str(error))


options = sys.argv[1:]
to_lab = not options or (options[0].startswith("-") and options[0] not in {"-h", "--help"})
job = None if to_lab else parser.parse_args(options)
ensure("requirements.txt")
put_first("JUPYTER_CONFIG_PATH")
os.environ["KIT_NOTEBOOKS"] = str(ROOT / "notebooks")  # its kernel starts with a file from there
put_first("JUPYTER_PATH")  # for its kernel: any other of the name python3 may be another environment's
if to_lab:
    open_lab(options)
else:
    carry_out(job)
