"""CI runs the tests: `.ci/run` and the workflow, each with nothing that would hide a failure."""

import os
import re
import subprocess
from pathlib import Path
from tempfile import mkdtemp

import pytest
import yaml

from tests.conftest import CHROMIUM, ROOT, posix

WORKFLOW = (ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8")
TESTS = {"python3 -m tests", "python -m tests", "python3 -m tests --upgrade"}  # what a job may run
TOOLS = ["bash", "dirname"]  # what .ci/run finds on a machine that has nothing else
RECORD = '#!/bin/sh\necho "${0##*/} $*" >> "$RECORD"\nexit ${CODE_%s:-0}\n'


@pytest.fixture
def machine(tmp_path):
    """A function that calls `.ci/run` where PATH has only these programs, which write down their words."""

    def call(*programs, **codes):
        folder = Path(mkdtemp(dir=tmp_path))
        for name in TOOLS:
            where = next(path for path in os.defpath.split(":") if os.path.exists(f"{path}/{name}"))
            (folder / name).symlink_to(f"{where}/{name}")
        for name in ["python3", "apt-get", *programs]:
            (folder / name).write_text(RECORD % name.replace("-", "_"))
            (folder / name).chmod(0o755)
        record = folder / "record"
        environment = {"PATH": str(folder), "RECORD": str(record)}
        environment |= {f"CODE_{name}": str(code) for name, code in codes.items()}
        run = subprocess.run(
            ["bash", ROOT / ".ci/run"], cwd="/", env=environment, capture_output=True, text=True, timeout=60
        )
        return run.returncode, record.read_text().splitlines() if record.exists() else []

    return call


INSTALL = "apt-get install -y --no-install-recommends"


@posix
@pytest.mark.parametrize("browser", [name for name in CHROMIUM if "/" not in name and "\\" not in name])
def test_script_runs_all_tests(machine, browser):
    """Where Chromium is there, under any name that the tests look for, and nginx: the tests, and no more."""
    assert machine(browser, "nginx") == (0, ["python3 -m tests"])


@posix
@pytest.mark.parametrize("code", [1, 130])
def test_script_fails_where_the_tests_fail(machine, code):
    """The exit code of the tests is that of the script."""
    assert machine("chromium", "nginx", python3=code) == (code, ["python3 -m tests"])


@posix
def test_script_installs_what_is_missing(machine):
    """What the machine lacks is installed first, by the names that the tests tell who lacks them."""
    code, (update, install, tests) = machine()
    assert (code, update, tests) == (0, "apt-get update", "python3 -m tests")
    assert install.startswith(f"{INSTALL} ")
    packages = set(install.removeprefix(INSTALL).split())
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")]
    told = {name for text in texts for name in re.findall(r"CI needs \w+: install the package (\w+)", text)}
    assert told == {"chromium", "nginx"}
    assert told - packages <= ({"nginx"} if Path("/usr/sbin/nginx").exists() else set())


@posix
def test_script_ends_where_nothing_can_be_installed(machine):
    """Where apt-get fails, no tests are run, and the code is apt-get's."""
    assert machine(apt_get=100) == (100, ["apt-get update"])


def untested(text):
    """Yield what keeps a workflow from running all tests, or from failing where they fail."""
    try:
        workflow = yaml.safe_load(text)
    except yaml.YAMLError as error:
        yield f"the workflow does not parse: {error}"
        return
    on = workflow.get("on", workflow.get(True))  # YAML takes the word for a truth
    yield from (f"nothing runs on {event}" for event in sorted({"push", "pull_request"} - set(on)))
    for name, job in workflow["jobs"].items():
        commands = [step["run"] for step in job["steps"] if "run" in step]
        if not commands:
            yield f"the job {name} runs no tests"
        yield from (f"the job {name} runs {command!r}" for command in sorted(set(commands) - TESTS))
        for part in [job, *job["steps"]]:
            if part.get("continue-on-error"):
                yield f"the job {name} goes on where something fails"
    steps = workflow["jobs"]["pinned"]["steps"]
    for system in workflow["jobs"]["pinned"]["strategy"]["matrix"]["os"]:
        runs = [step for step in steps if "run" in step and meant(step, system)]
        if len(runs) != 1:
            yield f"{system} runs {len(runs)} commands"


def meant(step, system):
    """Return whether a step is for a system, by its condition."""
    same = system.startswith("windows")
    return {"runner.os != 'Windows'": not same, "runner.os == 'Windows'": same}.get(step.get("if"), True)


def test_workflow_runs_all_tests():
    """Each job of the workflow runs the tests, once on each system, and fails where they fail."""
    assert list(untested(WORKFLOW)) == []


def test_workflow_is_as_the_pages_say():
    """The pages say when the newest packages are tried, and the oldest Python is the one they ask for."""
    workflow = yaml.safe_load(WORKFLOW)
    [schedule] = workflow[True]["schedule"]
    assert schedule["cron"].split()[2:] == ["*", "*", "1"]
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert re.search(r"every Monday the tests with the newest packages", contributing.replace("\n", " "))
    oldest = workflow["jobs"]["pinned"]["strategy"]["matrix"]["python"][0]
    assert f"You need Python {oldest} or newer" in (ROOT / "README.md").read_text(encoding="utf-8")


FAULTS = {
    "runs 'python3 -m tests --collect-only'": ("python3 -m tests\n", "python3 -m tests --collect-only\n"),
    "runs 'python3 -m tests || true'": ("python3 -m tests\n", "python3 -m tests || true\n"),
    "runs 'python3 -m pytest'": ("python3 -m tests --upgrade", "python3 -m pytest"),
    "the job newest runs no tests": ("      - run: python3 -m tests --upgrade", ""),
    "goes on where": ("timeout-minutes: 60", "continue-on-error: true"),
    "windows-latest runs 0": ("if: runner.os == 'Windows'", "if: runner.os != 'Windows'"),
    "nothing runs on push": ("  push:\n", ""),
    "does not parse": ("jobs:", "jobs: ]"),
}


@pytest.mark.parametrize("words", FAULTS)
def test_fault_is_found(words):
    """Each way in which a workflow can stop to test is found."""
    old, new = FAULTS[words]
    assert old in WORKFLOW
    assert words in "\n".join(untested(WORKFLOW.replace(old, new, 1)))
