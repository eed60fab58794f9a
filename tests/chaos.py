"""python3 -m tests chaos: people speak in the room while its servers, its NATS and its connections break.

By a seed, things happen at random moments: a server or NATS is killed, or stands still for longer than
every deadline; a person's connection is cut. At the end each person must have heard each kept message
once, and all in one order.
"""

import asyncio
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from environment import ROOT
from tests.ports import free_port

NATS = shutil.which("nats-server", path=sysconfig.get_path("scripts"))


class Program:
    """A program of its own, which can be killed, frozen and started again."""

    def __init__(self, *command, **environ):
        self.command, self.environ = command, {**os.environ, **environ}
        self.log = tempfile.TemporaryFile("w+")
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env=self.environ, stdout=self.log, stderr=self.log
        )

    async def kill(self, rest):
        self.process.kill()
        await asyncio.to_thread(self.process.wait)
        await asyncio.sleep(rest)
        self.start()

    async def freeze(self, rest):
        self.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(rest)
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        self.process.kill()
        self.process.wait()


@dataclass
class Speaker:
    """A person who says numbered texts, one after the other, and says each again until it is kept."""

    name: str
    ports: list
    log: str = ""
    after: int = 0
    heard: list = field(default_factory=list)
    kept: dict = field(default_factory=dict)  # text -> its number
    gaps: int = 0
    faults: list = field(default_factory=list)
    ws: object = None

    async def run(self, pause, random):
        while True:
            port = random.choice(self.ports)
            with suppress(OSError, WebSocketException, TimeoutError, EOFError):
                async with connect(
                    f"ws://127.0.0.1:{port}/room/ws",
                    proxy=None,
                    open_timeout=3,
                    ping_interval=2,
                    ping_timeout=4,
                    close_timeout=0.1,
                ) as self.ws:
                    await self.ws.send(
                        json.dumps({"type": "join", "name": self.name, "log": self.log, "after": self.after})
                    )
                    await self.stay(pause)
            await asyncio.sleep(0.3)

    async def stay(self, pause):
        inside = asyncio.Event()
        self.again = asyncio.Event()
        speaking = asyncio.create_task(self.speak(inside, pause))
        try:
            async for text in self.ws:
                self.on(json.loads(text), inside)
                if self.refused:
                    return
        finally:
            speaking.cancel()

    refused = False

    def on(self, message, inside):
        self.refused = False
        match message["type"]:
            case "welcome":
                self.log = message["log"]
                inside.set()
            case "gap":
                self.gaps += 1
            case "message":
                self.heard.append((message["number"], message["name"], message["text"]))
                self.after = message["number"]
            case "kept":
                self.kept[self.saying] = message["number"]
                self.again.set()
            case "error":
                if not inside.is_set():
                    self.refused = True
                elif message["again"]:
                    self.again.set()
                else:
                    self.faults.append(message)

    async def speak(self, inside, pause):
        await inside.wait()
        while True:
            self.saying = f"{self.name} {len(self.kept)}"
            self.again.clear()
            await self.ws.send(json.dumps({"type": "message", "text": self.saying, "id": len(self.kept)}))
            await self.again.wait()
            if self.saying not in self.kept:
                await asyncio.sleep(0.3)
            elif self.quiet:
                return
            else:
                await asyncio.sleep(pause)

    quiet = False

    async def cut(self):
        if self.ws and self.ws.transport:
            self.ws.transport.abort()


async def chaos(seed, seconds, servers=3, people=20, pause=0.25):
    rng = random.Random(seed)
    nats_port = free_port()
    store = tempfile.mkdtemp()
    nats = Program(NATS, "-a", "127.0.0.1", "-p", str(nats_port), "-js", "-sd", store)
    await asyncio.sleep(1)
    ports = [free_port() for _ in range(servers)]
    env = {"NATS_URL": f"nats://127.0.0.1:{nats_port}", "ROOM_NAME": "chaos"}
    chats = [Program(sys.executable, "-m", "app", "--port", str(port), **env) for port in ports]
    speakers = [Speaker(f"P{n}", ports) for n in range(people)]
    tasks = [asyncio.create_task(s.run(pause, random.Random(f"{seed} {s.name}"))) for s in speakers]
    loop = asyncio.get_running_loop()
    await asyncio.sleep(4)
    end, acts = loop.time() + seconds, []
    while loop.time() < end:
        what = rng.choice(["kill server", "freeze server", "kill nats", "freeze nats", "cut", "cut", "cut"])
        print(f"{end - loop.time():5.1f} {what}", flush=True)
        match what.split():
            case ["cut"]:
                await rng.choice(speakers).cut()
                await asyncio.sleep(rng.random() * 1)
            case [how, which]:
                program = nats if which == "nats" else rng.choice(chats)
                await getattr(program, how)(rng.uniform(0.2, 2) if how == "kill" else rng.uniform(3, 9))
                await asyncio.sleep(rng.uniform(1, 4))
    for s in speakers:
        s.quiet = True
    deadline = loop.time() + 40

    def whole():
        kept = set().union(*(s.kept for s in speakers))
        return all(kept <= {t for _, _, t in s.heard} for s in speakers)

    while loop.time() < deadline and not whole():
        await asyncio.sleep(0.1)
    await asyncio.sleep(1)
    kept = set().union(*(s.kept for s in speakers))
    orders = []
    for s in speakers:
        texts = [t for _, _, t in s.heard]
        numbers = [n for n, _, _ in s.heard]
        print(
            s.name,
            "kept",
            len(s.kept),
            "heard",
            len(texts),
            "twice",
            len(texts) - len(set(texts)),
            "lost",
            len(kept - set(texts)),
            "gaps",
            s.gaps,
            "ordered",
            numbers == sorted(set(numbers)),
            s.faults[:2],
        )
    print("all kept", len(kept))
    for t in tasks:
        t.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for c in chats:
        c.stop()
    nats.stop()
    for c in chats:
        c.log.seek(0)
        print(
            "".join(
                sorted(
                    set(
                        l
                        for l in c.log.read().splitlines(True)
                        if "INFO" not in l and '"WebSocket' not in l and "connection " not in l
                    )
                )
            )[-3000:]
        )


if __name__ == "__main__":
    asyncio.run(chaos(int(sys.argv[1]), float(sys.argv[2])))
