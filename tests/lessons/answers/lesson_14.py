"""What the tests hand in to the exercises of lesson 14: wrong answers and right ones."""

from tests.lessons.answers import Answers, and_then, from_here, instead

ANSWERS = {}

ANSWERS["14.1"] = Answers(
    mistakes={
        "In that order they connected": 'order = ["Cleo", "Ben", "Ann"]',
        "the answer to their handshake": 'order = ["Ben", "Ann", "Cleo"]',
        "the order with the seed 1": 'order = "Cleo, Ann, Ben"',
        "Ben would hear both words": 'order = ["Ann", "Cleo", "Ben"]',
        "nobody behind her": 'order = ["Ben", "Cleo", "Ann"]',
        "has a name twice": 'order = ["Cleo", "Cleo", "Ben"]',
        "is none of the words": 'order = ["Cleo", "Ann", "server"]',
        "and yours has 2": 'order = ["Ann", "Ben"]',
        "braces make a set": 'order = {"Ann", "Ben", "Cleo"}',
    },
    right=[
        'order = ("ann", "ben", "cleo")',
        'order = "Ann Ben Cleo"',
        'order = "Ann, Ben, Cleo"',
        'order = {"Ann": 1, "Ben": 2, "Cleo": 3}',
    ],
)

KEPT = '    elif message["type"] == "kept":\n        client.outbox.pop(message["id"], None)\n'

ANSWERS["14.2"] = Answers(
    mistakes={
        "is not in the outbox any more": instead(
            ("text=text)\n", "text=text)\n        client.outbox.clear()\n"),
        ),
        "is still in the outbox at the end, and the room has not": instead(
            ('== "welcome":', '== "welcome" and client.after == 0:')
        ),
        "needs the id that it had": instead(
            ("id=id", "id=random.getrandbits(40)"), ("async", "import random\n\nasync")
        ),
        "keep both, with each message": instead(
            ('client.log, client.after = message["log"], message["number"]', 'client.log = message["log"]')
        ),
        "the room has kept all of it": instead((KEPT, "")),
        "Each message that comes has to be noted": instead(
            (
                "        client.heard",
                '        if message["text"] not in client.heard:\n            client.heard',
            )
        ),
        "KeyError: 'key'": instead(('pop(message["id"], None)', 'pop(message["key"], None)')),
        "has to begin with async def": "def take_safely(client, message, ws):\n    pass",
        "it has to take client and message and ws": instead(("(client, message, ws)", "(client, message)")),
        "goes round for ever without waiting": instead(
            (KEPT, KEPT + "        while True:\n            await asyncio.sleep(0)\n")
        ),
    },
    right=[
        instead(
            (
                "        client.log,",
                '        if message["log"] == client.log and message["number"] <= client.after:\n'
                "            return\n"
                "        client.log,",
            )
        ),
        instead(('client.outbox.pop(message["id"], None)', 'del client.outbox[message["id"]]')),
        from_here(
            "    if message",
            """    match message:
        case {"type": "welcome"}:
            for i in client.outbox:
                await ws.send(json.dumps({"type": "message", "id": i, "text": client.outbox[i]}))
        case {"type": "message", "log": log, "number": number, "text": text}:
            client.log = log
            client.after = number
            client.heard += [text]
        case {"type": "kept", "id": id}:
            client.outbox = {i: text for i, text in client.outbox.items() if i != id}
""",
        ),
        and_then("take = take_safely"),
    ],
)
