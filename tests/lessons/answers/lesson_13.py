"""What the tests hand in to the exercises of lesson 13: wrong answers and right ones."""

from tests.lessons.answers import Answers, and_then, from_here, instead

ANSWERS = {}

ANSWERS["13.1"] = Answers(
    mistakes={
        "'hello' was sent once, no answer came, and say ended": from_here(
            "    while True",
            '    kept = await stream.publish("room", text.encode(), headers={"Nats-Msg-Id": id})\n'
            "    return kept.seq\n",
        ),
        "No id went along": instead((', headers={"Nats-Msg-Id": id}', "")),
        "each time under another id": instead(
            ('{"Nats-Msg-Id": id}', '{"Nats-Msg-Id": str(id) + str(asyncio.get_running_loop().time())}'),
            ("async def", "import asyncio\n\n\nasync def"),
        ),
        "The id went along as Msg-Id": instead(("Nats-Msg-Id", "Msg-Id")),
        "Equal texts under two ids are two texts": instead(('"Nats-Msg-Id": id', '"Nats-Msg-Id": text')),
        "all three were sent under the id 'id'": instead(('"Nats-Msg-Id": id', '"Nats-Msg-Id": "id"')),
        "was sent 2 times, no answer came, and say returned None": instead(
            ("while True", "for _ in range(2)")
        ),
        "was sent once, no answer came, and say returned None": instead(
            ("            pass", "            return")
        ),
        "an answer came, and say returned None": instead(("return kept.seq", "break")),
        "the whole answer of the stream": instead(("return kept.seq", "return kept")),
        "an answer had come, and the text was sent once more": instead(("            return kept.seq\n", "")),
        "publish() was called without await": instead(("await ", "")),
        "nobody can await what say returns": "say = lambda stream, text, id: 1\n",
        "no stream keeps what is published there": instead(('"room"', '"rooms"')),
        "can't concat str to bytes": instead(("text.encode()", "text")),
        "it needs the function itself": and_then('say = "say"'),
        "it has to take stream and text and id": instead(
            ("(stream, text, id)", "(stream, text)"), (": id", ": text")
        ),
    },
    right=[
        instead(("            pass", "            continue"), ("except TimeoutError", "except Exception")),
        instead(
            ("    while True:\n", "    from nats.errors import Error\n\n    while True:\n"),
            ("except TimeoutError", "except Error"),
        ),
        from_here(
            "    while True",
            '    headers, kept = {"Nats-Msg-Id": id}, None\n'
            "    while not kept:\n"
            "        try:\n"
            '            kept = await stream.publish("room", bytes(text, "utf-8"), headers=headers)\n'
            "        except TimeoutError:\n"
            '            print(end="")\n'
            "    return kept.seq\n",
        ),
        from_here(
            "    while True",
            "    try:\n"
            '        return (await stream.publish("room", text.encode(), headers={"Nats-Msg-Id": id})).seq\n'
            "    except TimeoutError:\n"
            "        return await say(stream, text, id)\n",
        ),
    ],
)

ANSWERS["13.2"] = Answers(
    mistakes={
        "Nobody can start a part of a process": instead(
            ("math.ceil(max(for_memory, for_work))", "max(for_memory, for_work)")
        ),
        "A whole number is an int": instead(("for_work))", "for_work)) * 1.0")),
        "take the larger number, not their sum": instead(
            ("math.ceil(max(for_memory, for_work))", "math.ceil(for_memory) + math.ceil(for_work)")
        ),
        "math.ceil() adds none there": instead(
            ("math.ceil(max(for_memory, for_work))", "math.floor(max(for_memory, for_work)) + 1")
        ),
        "Rounded to the nearest number": instead(("math.ceil", "round")),
        "Rounded down": instead(("math.ceil", "int")),
        "the larger of the two decides": instead(("max(for_memory, for_work)", "for_memory + for_work")),
        "That is the smaller of the two numbers": instead(("max(", "min(")),
        "Where is the work?": instead(("max(for_memory, for_work)", "for_memory")),
        "not always for the memory": instead(("max(for_memory, for_work)", "for_work")),
        "where is room?": instead((" * room", "")),
        "where is pause?": instead((" / pause", "")),
        "so pause divides": instead(("people / pause * room", "people * pause * room")),
        "one process makes DELIVERIES of them": instead((" / DELIVERIES", "")),
        "the function returned None": instead(("return ", "")),
        "processes(people, room) is there": instead(
            ("(people, room, pause)", "(people, room)"), (" / pause", "")
        ),
        "of type int, and it needs the function itself": and_then("processes = processes(1, 1, 1)"),
        "the function returned '8'": instead(
            ("math.ceil(max(for_memory, for_work))", "str(math.ceil(max(for_memory, for_work)))")
        ),
    },
    right=[
        from_here(
            "    for_work",
            "    work = -(-people * room // (pause * DELIVERIES))\n"
            "    return max(math.ceil(for_memory), work)\n",
        ),
        from_here(
            "    for_memory",
            "    count = 1\n"
            "    while count * 4 * 2**20 < people * MEMORY or count * DELIVERIES * pause < people * room:\n"
            "        count += 1\n    return count\n",
        ),
        "processes = lambda people, room, pause: math.ceil(\n"
        "    max(people * MEMORY / (4 * 2**20), people * room / (pause * DELIVERIES))\n)\n",
    ],
)
