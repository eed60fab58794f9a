"""The command `python3 -m tests bench`, whose figures are another matter."""

import json
import math
import re
import subprocess
import sys
from statistics import quantiles

import psutil
import pytest

from tests.bench import measure, peers


def test_row(kit):
    """A row that is named is measured, alone, and comes as a table and as JSON."""
    command = [sys.executable, "-m", "tests", "bench", "cell"]
    run = subprocess.run(command, cwd=kit, capture_output=True, text=True, timeout=110)
    assert run.returncode == 0, run.stderr
    head, rule, *rows = [line.strip("| ").split(" | ") for line in run.stdout.splitlines() if line[:1] == "|"]
    assert set(rule) == {"---"}
    written = json.loads((kit / "workspace" / "bench.json").read_text(encoding="utf-8"))
    assert [dict(zip(head, row, strict=True)) for row in rows] == written["lines"]
    assert [row[0] for row in rows] == ["echo from a cell, p50"]
    assert re.fullmatch(r"tutorial \d+ µs, websockets \d+ µs", rows[0][2])
    assert written["machine"] in run.stdout


def test_unknown_row(capsys):
    """A row that is not there is one sentence, and exit code 1."""
    with pytest.raises(SystemExit, match="1"):
        measure.measure_rows(["cell", "speed"])
    out, error = capsys.readouterr()
    assert (out, error.count("\n")) == ("", 1)
    assert error.startswith("there is no row 'speed', only cell, echo, start, ")


def test_row_that_fails(monkeypatch, tmp_path, capsys):
    """A row that fails says why, and the other rows, which all run without a name, are kept."""
    rows = {"bad": lambda: [math.sqrt(-1)], "good": lambda: [measure.table_row("good", "1 s", "2 s")]}
    for name, value in {"ROWS": rows, "ROOT": tmp_path, "RESULTS": tmp_path / "new" / "bench.json"}.items():
        monkeypatch.setattr(measure, name, value)
    measure.measure_rows([])
    bad, good = capsys.readouterr().out.splitlines()[2:4]
    assert (bad[:6], good[:7]) == ("| bad ", "| good ")
    assert "not measured: ValueError(" in bad
    assert len(json.loads(measure.RESULTS.read_text(encoding="utf-8"))["lines"]) == 2


@pytest.mark.parametrize(
    ("figure", "bound", "measured"),
    [
        (0.5, "≤ 0.5 × theirs", "0.5: why"),
        (0.51, "≤ 0.5 × theirs", "**0.51, missed**: why"),
        (0.9, "≥ 0.9 × theirs", "0.9: why"),
        (0.89, "≥ 0.9 × theirs", "**0.89, missed**: why"),
        (math.inf, "≤ 1.2 × theirs", "**inf, missed**: why"),
    ],
)
def test_bound(figure, bound, measured):
    """A bound that is missed is marked."""
    line = measure.table_row("row", "1 s", "2 s", (figure, bound), note="why")
    assert (line["wanted"], line["measured"]) == (bound, measured)


def test_turns():
    """The peers take turns, each first now and then, and the median counts."""
    order = []
    measures = {name: lambda name=name: order.append(name) or len(order) for name in "abc"}
    found = measure.in_turns(measures, 31)
    turns = [order[start : start + 3] for start in range(0, 93, 3)]
    assert all(sorted(turn) == ["a", "b", "c"] for turn in turns)
    assert {turn[0] for turn in turns} == {"a", "b", "c"}
    assert all(46 <= value <= 48 for value in found.values())


@pytest.mark.skipif(not hasattr(psutil.Process, "cpu_affinity"), reason="macOS lets nobody choose")
def test_one_processor():
    """A program that is started for an echo shares one processor with its client, and only for that time."""
    ask = [sys.executable, "-c", "import psutil; print(psutil.Process().cpu_affinity())"]
    before = psutil.Process().cpu_affinity()
    with measure.one_processor():
        here = psutil.Process().cpu_affinity()
        assert subprocess.check_output(ask, text=True) == f"{here}\n"
    assert here == before[:1]
    assert psutil.Process().cpu_affinity() == before


def test_peers(monkeypatch):
    """The echo has all its peers, and each runs as it comes: only the kit leaves compression out."""
    monkeypatch.setattr(measure, "TURNS", 6)
    compressed = {}

    class WatchedClient(peers.SocketClient):
        def __init__(self, port):
            super().__init__(port)
            compressed[len(compressed)] = bool(self.protocol.extensions)

    monkeypatch.setattr(measure, "SocketClient", WatchedClient)
    trip, pipelined = measure.measure_echo()
    assert list(compressed.values()) == [False, True, True]
    assert re.fullmatch(r"tutorial \d+ µs, websockets \d+ µs, TCP \d+ µs", trip["beside it"])
    assert "above TCP, the floor" in trip["measured"]
    assert re.fullmatch(r"tutorial \d+ k/s, websockets \d+ k/s", pipelined["beside it"])


def test_room(monkeypatch):
    """A client that stopped reading holds up the documented loop, and not the kit's room."""
    monkeypatch.setattr(measure, "CROWD", 10)
    monkeypatch.setattr(peers, "WAIT", 3)
    counts = set()
    monkeypatch.setattr(measure, "quantiles", lambda all, n: counts.add(len(all)) or quantiles(all, n=n))
    healthy, hurt = measure.measure_room()
    assert "stands still" in hurt["beside it"]
    for told in healthy["the kit"], healthy["beside it"], hurt["the kit"]:
        assert all(word in told for word in ("k/s", "p50", "p99")), told
    assert all(word in hurt["measured"] for word in ("deliveries", "p50", "p99"))
    assert counts == {5 * 6 * 20}


def test_log(monkeypatch):
    """The room is measured with its log beside without one, a stream beside core NATS, and coming back."""
    monkeypatch.setattr(measure, "CROWD", 5)
    monkeypatch.setattr(measure, "TURNS", 6)
    [log], [stream], [back] = measure.measure_log(), measure.measure_stream(), measure.measure_coming_back()
    assert re.match(r"without a log \d+ k/s, last to hear p50 ", log["beside it"])
    assert re.fullmatch(r"core NATS room [\d,]+ µs", stream["beside it"])
    assert re.fullmatch(r"a loop of 1,000 sends \d+ ms", back["beside it"])
    assert all(re.search(r"\d", row["measured"]) for row in (log, stream, back))
