"""What the tests hand in to the exercises of lesson 12: wrong answers and right ones."""

from tests.lessons.answers import Answers, and_then, from_here, instead

ANSWERS = {}

ANSWERS["12.1"] = Answers(
    mistakes={
        "Its own people hear twice": instead(
            (
                "    async def publish(self, text):\n",
                "    async def publish(self, text):\n        self.deliver(text)\n",
            )
        ),
        "It delivered 2 such texts itself, and the second one 0. No text went to NATS": from_here(
            "        await self.connection.publish", "        self.deliver(text)\n"
        ),
        "It delivered 0 such texts itself, and the second one 0. No text went to NATS": from_here(
            "        await self.connection.publish", "        pass\n"
        ),
        "and none was delivered": instead(("        self.deliver(message.data.decode())", "        pass")),
        "What NATS brings from the other server is not delivered": instead(
            ("        self.deliver(message.data.decode())", "        pass"),
            (
                "        await self.connection.publish",
                "        self.deliver(text)\n        await self.connection.publish",
            ),
        ),
        "a subject to which nobody had subscribed": instead(('subscribe("room"', 'subscribe("rooms"')),
        "as work in a queue does": instead(("cb=self.on_message", 'queue="servers", cb=self.on_message')),
        "publish() was called without await": instead(
            ("await self.connection.publish", "self.connection.publish")
        ),
        "How often is each text published": instead(
            (
                "        await self.connection.subscribe",
                '        await self.connection.subscribe("room", cb=self.on_message)\n'
                "        await self.connection.subscribe",
            )
        ),
        "NATS handed over more than was delivered": instead(
            ("cb=self.on_message", "cb=self.on_message, max_msgs=2")
        ),
        "can't concat str to bytes": instead(("text.encode()", "text")),
        "deliver got bytes": instead((".data.decode()", ".data")),
        "NATS wants to await on_message": instead(("async def on_message", "def on_message")),
        "nobody can await what publish returns": instead(
            ("async def publish", "def publish"), ("await self.connection.publish", "self.connection.publish")
        ),
        "no attribute 'deliver'": instead(("self.deliver = deliver", "pass")),
        "it needs the class EagerRelay": and_then("EagerRelay = EagerRelay(None)"),
        "Equal texts of two people, or of one, are two texts": instead(
            (
                "        self.deliver(message.data.decode())",
                "        if message.data.decode() not in self.heard:\n"
                "            self.deliver(message.data.decode())",
            ),
            ("self.deliver = deliver", "self.deliver, self.heard = deliver, []"),
            (
                "        await self.connection.publish",
                "        self.deliver(text)\n        self.heard.append(text)\n"
                "        await self.connection.publish",
            ),
        ),
        ": await self.deliver(": instead(
            ("        self.deliver(message", "        await self.deliver(message")
        ),
    },
    right=[
        instead(("text.encode()", 'bytes(text, "utf-8")'), (".decode()", '.decode("utf-8")')),
        instead(
            (
                "    async def publish(self, text):\n        await",
                "    def publish(self, text):\n        return",
            )
        ),
        instead(
            (
                'await self.connection.subscribe("room", cb=self.on_message)',
                'async def heard(message):\n            deliver(str(message.data, "utf-8"))\n\n'
                '        await self.connection.subscribe("chat", cb=heard)',
            ),
            ('publish("room"', 'publish("chat"'),
        ),
    ],
)

ANSWERS["12.2"] = Answers(
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
