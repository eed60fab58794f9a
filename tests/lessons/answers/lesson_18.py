"""What the tests hand in to the exercises of lesson 18: wrong answers and right ones."""

from tests.lessons.answers import Answers, instead

ANSWERS = {}

EITHER = """
async def answer_while_there(websocket, words):
    async def speak():
        async for word in words:
            await websocket.send_text(word)

    async def listen():
        while True:
            await websocket.receive()

    tasks = [asyncio.create_task(speak()), asyncio.create_task(listen())]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
"""
GROUP = """
async def answer_while_there(websocket, words):
    async def speak():
        async for word in words:
            await websocket.send_text(word)

    async with asyncio.TaskGroup() as group:
        speaking = group.create_task(speak())
        try:
            while True:
                await websocket.receive_text()
        except WebSocketDisconnect:
            speaking.cancel()

from fastapi import WebSocketDisconnect
"""

GROUP_THAT_ENDS = """
async def answer_while_there(websocket, words):
    async def speak():
        async for word in words:
            await websocket.send_text(word)

    async def listen():
        while True:
            await websocket.receive_text()

    async with asyncio.TaskGroup() as group:
        group.create_task(speak())
        group.create_task(listen())
"""

ANSWERS["18.1"] = Answers(
    mistakes={
        "does anything in your function receive": instead(
            ("    async for _ in websocket.iter_text():\n        pass\n", "    await speaking\n")
        ),
        "the task with the words went on": instead(
            ("    speaking.cancel()\n", "    print(speaking.done())\n")
        ),
        "A client that says something is still there": instead(
            (
                "    async for _ in websocket.iter_text():\n        pass\n",
                "    await websocket.receive_text()\n",
            )
        ),
        "end the words, or does something wait": instead(("        pass\n", "        speaking.cancel()\n")),
        "came to its end before the first one": instead(
            ("    async for _ in websocket.iter_text():\n        pass\n", "")
        ),
        "it begins with: async def": "def answer_while_there(websocket, words):\n    return words",
        "What a task raises stays in it": instead(("send_text(word)", "send_text(text)")),
        "your code raised AttributeError": instead(("websocket.iter_text()", "websocket.iter_texts()")),
    },
    right=[EITHER, GROUP, GROUP_THAT_ENDS],
)

ANSWERS["18.2"] = Answers(
    mistakes={
        "' w6 w7' never came": instead(('    if piece:\n        yield "".join(piece)\n', "")),
        "an empty piece came": instead(("    if piece:\n        yield", "    yield")),
        "which is no text": instead(
            ('    if piece:\n        yield "".join(piece)', "    if piece:\n        yield piece")
        ),
        "the pieces were": instead(("len(piece) == size", "len(piece) > size")),
        "it stays an asynchronous generator": (
            "async def in_pieces(words, size):\n    return [word async for word in words]"
        ),
        "came when 7 had been taken": (
            "async def in_pieces(words, size):\n"
            "    all_words = [word async for word in words]\n"
            "    for start in range(0, len(all_words), size):\n"
            '        yield "".join(all_words[start : start + size])\n'
        ),
    },
    right=[
        "async def in_pieces(words, size):\n"
        '    piece, count = "", 0\n'
        "    async for word in words:\n"
        "        piece, count = piece + word, count + 1\n"
        "        if count % size == 0:\n"
        "            yield piece\n"
        '            piece = ""\n'
        '    if piece != "":\n'
        "        yield piece\n",
        "async def in_pieces(words, size):\n"
        "    piece = []\n"
        "    try:\n"
        "        while True:\n"
        "            piece.append(await anext(words))\n"
        "            if len(piece) >= size:\n"
        '                yield "".join(piece)\n'
        "                piece.clear()\n"
        "    except StopAsyncIteration:\n"
        "        if len(piece):\n"
        '            yield "".join(piece)\n',
    ],
)

ANSWERS["18.3"] = Answers(
    mistakes={
        "Only the server has something to say": 'ways = ["socket", "HTTP", "socket", "SSE", "socket"]',
        "There is nothing to stream": 'ways = ["SSE", "SSE", "socket", "SSE", "socket"]',
        "SSE goes in one direction": 'ways = ["SSE", "HTTP", "SSE", "SSE", "socket"]',
        "says which word was the last": 'ways = ["SSE", "HTTP", "socket", "socket", "socket"]',
        "an event is text": 'ways = ["SSE", "HTTP", "socket", "SSE", "SSE"]',
        "'mail' is none of the words": 'ways = ["SSE", "mail", "socket", "SSE", "socket"]',
    },
    right=[
        instead(("[", "("), ("]", ")")),
        'ways = "sse, http, Socket, sse, socket"',
        'ways = [{"S": "SSE", "H": "HTTP", "s": "socket"}[letter] for letter in "SHsSs"]',
    ],
)
