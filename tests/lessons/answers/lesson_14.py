"""What the tests hand in to the exercises of lesson 14: wrong answers and right ones."""

from tests.lessons.answers import Answers, and_then, from_here, instead

ANSWERS = {}

ANSWERS["14.1"] = Answers(
    mistakes={
        "In that order they connected": 'order = ["Ben", "Cleo", "Ann"]',
        "the answer to their handshake": 'order = ["Ann", "Ben", "Cleo"]',
        "the order with the seed 1": 'order = "Cleo, Ann, Ben"',
        "has the lowest tip": 'order = ["Ben", "Ann", "Cleo"]',
        "nobody behind her": 'order = ["Cleo", "Ben", "Ann"]',
        "has a name twice": 'order = ["Cleo", "Cleo", "Ben"]',
        "is none of the words": 'order = ["Cleo", "Ann", "server"]',
        "and yours has 2": 'order = ["Ann", "Ben"]',
        "braces make a set": 'order = {"Ann", "Ben", "Cleo"}',
    },
    right=[
        'order = ("ann", "cleo", "ben")',
        'order = "Ann Cleo Ben"',
        'order = "Ann, Cleo, Ben"',
        'order = {"Ann": 1, "Cleo": 2, "Ben": 3}',
    ],
)

POP = ('del client.outbox[message["id"]]', 'client.outbox.pop(message["id"], None)')
KEPT = '    elif message["type"] == "kept":\n        del client.outbox[message["id"]]\n'

ANSWERS["14.2"] = Answers(
    mistakes={
        "of Ben is not in the outbox any more": instead(
            ("text=text)\n", "text=text)\n        client.outbox.clear()\n"), POP
        ),
        "changed while a loop went through it": instead(
            ("text=text)\n", "text=text)\n            del client.outbox[id]\n"),
        ),
        "is still in the outbox at the end, and the room has not": instead(
            ('== "welcome":', '== "welcome" and client.after == 0:')
        ),
        "with seed 133,": instead(('del client.outbox[message["id"]]', "client.outbox.clear()")),
        "needs the id that it had": instead(
            ("id=id", "id=random.getrandbits(40)"), ("async", "import random\n\nasync"), POP
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
        "KeyError: 'key'": instead(('outbox[message["id"]]', 'outbox[message["key"]]')),
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
        instead(POP),
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
