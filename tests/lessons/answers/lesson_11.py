"""What the tests hand in to the exercises of lesson 11: wrong answers and right ones."""

from tests.lessons.answers import Answers, from_here, instead

ANSWERS = {}

ANSWERS["11.1"] = Answers(
    mistakes={
        "those behind move up, and the loop passes one": instead(("list(listeners)", "listeners")),
        'Ann said "hello", and Ann heard it': instead(("list(listeners)", "[websocket]")),
        "it changed what it was going through, and Python noticed": instead(
            ("listeners = []", "listeners = set()"), ("append", "add"), ("list(listeners)", "listeners")
        ),
        "make it anew for each message": instead(
            ("    async for", "    everybody = list(listeners)\n    async for"),
            ("in list(listeners)", "in everybody"),
        ),
        'Ann said "hello", and nobody heard it. Each': instead(("    listeners.append(websocket)\n", "")),
        'and Ann heard "hello", and Cleo heard "hello"': instead(
            ("(message)", "(message)\n                await ws.send_text(message)")
        ),
        "has to be removed when the first send fails": instead(("listeners.remove(ws)", "pass")),
        "still kept": instead(("listeners.remove(ws)", "pass"), ("WebSocketDisconnect:", "Exception:")),
        "One who has gone must not end the loop": instead(("listeners.remove(ws)", "break")),
        'Ann said "two", and nobody heard it': instead(("listeners.remove(ws)", "listeners.clear()")),
        "Ben left, then Ann spoke, and WebSocketDisconnect": instead(
            ("except WebSocketDisconnect", "except KeyError")
        ),
        "called time.sleep()": instead(
            ("    async for", "    from time import sleep\n\n    sleep(0.1)\n    async for")
        ),
        "keeps the event loop for itself": instead(
            (
                "    async for",
                "    from time import monotonic\n\n    began = monotonic()\n"
                "    while monotonic() < began + 0.3:\n        pass\n    async for",
            )
        ),
        "Dan left while Ann spoke": from_here(
            "        for ws",
            "        for ws in list(listeners):\n            await ws.send_text(message)\n"
            "    listeners.remove(websocket)\n",
        ),
        "send_text() was called without await": instead(("await ws.send_text", "ws.send_text")),
        "is closed after it": instead(
            (
                "    async for message in websocket.iter_text():",
                "    if message := await websocket.receive_text():",
            )
        ),
    },
    right=[
        instead(("list(listeners)", "listeners[:]")),
        instead(
            ("listeners = []", "listeners = {}"),
            ("listeners.append(websocket)", "listeners[websocket] = 0"),
            ("listeners.remove(ws)", "del listeners[ws]"),
        ),
        from_here(
            "        for ws",
            "        import asyncio\n\n        everybody = tuple(listeners)\n"
            "        sends = [ws.send_text(message) for ws in everybody]\n"
            "        ends = await asyncio.gather(*sends, return_exceptions=True)\n"
            "        for ws, end in zip(everybody, ends):\n            if end:\n"
            "                listeners.remove(ws)\n",
        ),
        from_here(
            "        for ws",
            "        gone = []\n        for ws in listeners:\n            try:\n"
            "                await ws.send_text(message)\n            except WebSocketDisconnect:\n"
            "                gone.append(ws)\n        for ws in gone:\n            listeners.remove(ws)\n",
        ),
    ],
)

ANSWERS["11.2"] = Answers(
    mistakes={
        "The union needs Whisper": instead((" | Whisper", "")),
        "to needs at least one character": instead(
            (
                "to: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30)]",
                "to: str",
            )
        ),
        "at most 29 characters": instead(("max_length=30", "max_length=29")),
        "text has at most 200 characters": instead(("max_length=200", "max_length=1000")),
        "there is nothing to whisper": instead(("max_length=200)]", 'max_length=200)] = "psst"')),
        "nobody knows whom it is for": instead(("max_length=30)]", 'max_length=30)] = "Ann"')),
        "of text is a str with limits, alone": instead(("max_length=200)]", "max_length=200)] | None")),
        "and nothing else": instead(('Literal["whisper"]', 'Literal["whisper", "shout"]')),
        "It has no type": instead(
            ('Literal["whisper"]', 'Literal["whisper"] = "whisper"'), (', Field(discriminator="type")', ", 0")
        ),
        "Join is to stay as it was": lambda solution: (
            'class Join(BaseModel):\n    type: Literal["join"]\n    name: str\n\n' + solution
        ),
        "the class wants a field called name": instead(("    to: ", "    name: ")),
        "pydantic says": instead(('Literal["whisper"]', '"whisper"')),
        "check() needs requests": lambda solution: solution + "requests = Whisper\n",
    },
    right=[
        instead(("Join | Message | Whisper", "Whisper | (Message | Join)")),
        instead(("StringConstraints(min", "Field(min"), ('Field(discriminator="type")', '"three of them"')),
        instead(
            ("to: Annotated[str, StringConstraints(strip_whitespace=True, ", "to: str = Field("),
            ("=30)]", "=30)"),
        ),
    ],
)

ANSWERS["11.3"] = Answers(
    mistakes={
        "that he joined himself": instead(('"welcome", ', '"welcome", "joined", ')),
        "the welcome comes first": instead(('"welcome", "error"', '"error", "welcome"')),
        "and he was told something": instead(('"error", ', "")),
        "Ben was told nothing. Who was?": instead(('"message", ', '"message", "error", ')),
        "Ben was told one thing more": instead((', "left"', "")),
        "place 5 is not": instead((', "left"', ', "left", "left"')),
        "place 3 is not": instead(('"message", "left"', '"left"')),
        "'closed' is none of the words": instead(('"left"', '"closed"')),
        "'welcome' is no list": 'ben_gets = "welcome"',
        "number 2 has no answer yet": instead(('"error"', "...")),
    },
    right=[
        instead(("[", "("), ("]", ")")),
        'ben_gets = "welcome, error, message, left"',
        'ben_gets = (type.upper() for type in ["welcome", "error", "message", "left"])',
    ],
)
