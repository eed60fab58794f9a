"""python3 -m notebooks: open the lessons in JupyterLab, or do one of the instructor's jobs."""

import os
import sys
from importlib import import_module

from environment import ROOT, Parser, ensure

parser = Parser(
    prog="python3 -m notebooks",
    description="Open JupyterLab at lesson 00. Options such as --no-browser or --port 8899 go to JupyterLab.",
)
commands = parser.add_subparsers(dest="command", metavar="command")


def add_command(name, does, help, requires="requirements.txt"):
    """Add a command that `does` what a function of notebooks/teach does; return its parser."""
    command = commands.add_parser(name, help=help)
    command.set_defaults(does=does, requires=requires)
    return command


command = add_command(
    "refresh", "refresh:refresh", "run the lessons, store their outputs, write the chat's files"
)
command.add_argument("name", metavar="NN", nargs="?", help="one lesson's number or name; without it, all")
command = add_command("handout", "handout:handout", "write the folder that a class gets")
command.add_argument(
    "folder",
    metavar="DIR",
    help="a folder that is not there yet, or is empty, or holds a git repository only",
)
command.add_argument("--lessons", metavar="NN-NN", help="such as 00-06 or 00,04,07-09; others come later")
command.add_argument(
    "--update", action="store_true", help="renew a handout; what was changed there is merged or kept"
)
command.add_argument("--without-solutions", action="store_true", help="leave the solutions out")
command.add_argument("--clear-outputs", action="store_true", help="leave the outputs of all cells out")
command = add_command("exam", "exam:exam", "write the folder of an exam, ready to edit")
command.add_argument("folder", metavar="DIR", help="a folder that is not there yet, or is empty")
command = add_command("exercise", "exercise:add_exercise", "add an exercise to a lesson, ready to edit")
command.add_argument("id", metavar="NN.N", help="the number of the lesson's next exercise, such as 04.3")
command = add_command("grade", "grade.command:grade", "run the checks of all that a class has handed in")
command.add_argument("folder", metavar="DIR", help="the folder with the zips; the marks are written there")
command.add_argument("--exam", metavar="DIR", help="the folder of an exam: its exercises are marked alone")
command.add_argument("--as-root", action="store_true", help="grade as root, in a container made for it")
command = add_command("slides", "slides:slides", "write a lesson as slides that need no network")
command.add_argument("name", metavar="NN", help="the lesson's number or name, such as 04, or all")
command = add_command("board", "board.command:board", "show who is where, on the projector")
command.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
command.add_argument("--port", type=int, help="the port, if it is free (8765)")
command.add_argument("--keep", metavar="FILE", help="a file that keeps all; without it, Ctrl-C forgets")
command = add_command(
    "site",
    "site.build:build_site",
    "write the lessons as pages for the web, which need no network either",
    requires="notebooks/teach/site/requirements.txt",
)
command.add_argument("folder", metavar="DIR", help="a folder that is not there yet, or is empty")
add_command("doctor", "doctor:examine", "look whether this machine is ready for a class")


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


def carry_out(command, does, requires, **arguments):
    """Do what the parser has read; what one sentence mends ends with it and exit code 1."""
    from lesson import KitError

    module, _, function = does.partition(":")
    try:
        sys.exit(getattr(import_module(f"notebooks.teach.{module}"), function)(**arguments))
    except KitError as error:
        sys.exit(str(error))


options = sys.argv[1:]
to_lab = not options or (options[0].startswith("-") and options[0] not in {"-h", "--help"})
job = None if to_lab else parser.parse_args(options)
if getattr(job, "update", False):
    job.requires = "notebooks/teach/requirements.txt"  # to merge; a new handout needs no more than a learner
ensure(job.requires if job else "requirements.txt")
put_first("JUPYTER_CONFIG_PATH")
os.environ["KIT_NOTEBOOKS"] = str(ROOT / "notebooks")  # its kernel starts with a file from there
put_first("JUPYTER_PATH")  # for its kernel: any other of the name python3 may be another environment's
if to_lab:
    open_lab(options)
else:
    carry_out(**vars(job))
