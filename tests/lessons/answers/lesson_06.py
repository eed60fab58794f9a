"""What the tests hand in to the exercises of lesson 06: wrong answers and right ones."""

from tests.lessons.answers import Answers, and_then, from_here, instead

ANSWERS = {}

ANSWERS["06.1"] = Answers(
    mistakes={
        "hand them to recv() as its timeout": instead(("timeout=seconds", "")),
        "again and again": from_here(
            "        try",
            "        while True:\n            try:\n                return ws.recv(timeout=seconds)\n"
            "            except TimeoutError:\n                continue\n",
        ),
        "recv() is what waits": from_here("        try", "        return None\n"),
        "recv() was given 0.5 ": instead(("timeout=seconds", "timeout=0.5")),
        "recv() was given 1 ": instead(("timeout=seconds", "timeout=2 * seconds")),
        "recv() got 500 as its timeout": instead(("timeout=seconds", "timeout=1000 * seconds")),
        "recv() was given 'seconds' as its timeout": instead(("=seconds", "='seconds'")),
        "Each call takes a message of its own": instead(
            ("return ws", "ws.recv(timeout=seconds)\n            return ws")
        ),
        "was not called": from_here("        try", "        import time\n        time.sleep(seconds)\n"),
        "no client came to that address": instead(("connect(url", "connect(server.ws_url")),
        "in another order than url, seconds": instead(("url, seconds", "seconds, url")),
        "Catch it, and return None": from_here("        try", "        return ws.recv(timeout=seconds)\n"),
        "returned 'nothing came' instead of None": instead(("return None", "return 'nothing came'")),
        "Return what recv() returns": instead(("return ws.recv", "ws.recv")),
        "listen_for(url) is there": instead(("url, seconds", "url")),
        "no attribute 'receive'": instead(("ws.recv", "ws.receive")),
        "runs none of its lines": instead(("def", "async def")),
        "of type int, and it needs the function itself": and_then("listen_for = 7"),
    },
    right=[
        instead(("timeout=seconds", "seconds"), ("return None", "pass")),
        from_here(
            "    with connect",
            "    end = time.monotonic() + seconds\n"
            "    with connect(url, proxy=None) as ws:\n"
            "        while (left := end - time.monotonic()) > 0:\n"
            "            with suppress(TimeoutError):\n"
            "                return ws.recv(timeout=min(left, 0.1))\n"
            "import time\nfrom contextlib import suppress\n",
        ),
        from_here(
            "    with connect",
            "    async def listen():\n"
            "        async with connect_async(url, proxy=None) as ws:\n"
            "            return await asyncio.wait_for(ws.recv(), seconds)\n"
            "    try:\n        return asyncio.run(listen())\n"
            "    except TimeoutError:\n        return None\n"
            "import asyncio\nfrom websockets.asyncio.client import connect as connect_async\n",
        ),
    ],
)

ANSWERS["06.2"] = Answers(
    mistakes={
        "yours come one after the other": from_here(
            "    return await asyncio", "    return [await ask_one(text) for text in texts]\n"
        ),
        "the list holds coroutines that have not run": from_here(
            "    return await asyncio", "    return [ask_one(text) for text in texts]\n"
        ),
        "still has to be awaited": instead(("await asyncio.gather", "asyncio.gather")),
        "gather() got one generator": instead(("*(", "(")),
        "gather() got one list": instead(("*(", "["), ("texts))", "texts])")),
        "give it one text in each call": instead(("*(ask_one(text) for text in texts)", "ask_one(texts)")),
        "though the server answered all": instead(("return await asyncio", "await asyncio")),
        "in the order of their arrival": from_here(
            "    return await asyncio",
            "    tasks = [ask_one(text) for text in texts]\n"
            "    return [await task for task in asyncio.as_completed(tasks)]\n",
        ),
        "asyncio.run() cannot run inside a coroutine": from_here(
            "    return await asyncio",
            "    return asyncio.run(asyncio.wait([ask_one(text) for text in texts]))\n",
        ),
        "gather() got something of type str": instead(("*(ask_one(text) for text in texts)", "*texts")),
        "Take that out": instead(("*(ask_one", "*(await ask_one")),
        "while 5 of its tasks still ran": from_here(
            "    return await asyncio", "    for text in texts:\n        asyncio.create_task(ask_one(text))\n"
        ),
        "send() was called without await": instead(("await ws.send(text)", "ws.send(text)")),
        "ask_all returned ['pear',": instead(
            ("async def ask_all", "def ask_all"), ("return await asyncio", "return texts #")
        ),
        "ask_all is an asynchronous generator": from_here(
            "    return await asyncio", "    for text in texts:\n        yield await ask_one(text)\n"
        ),
        "an order that chance decides": from_here(
            "    return await asyncio",
            "    done, _ = await asyncio.wait([asyncio.create_task(ask_one(text)) for text in texts])\n"
            "    return [task.result() for task in done]\n",
        ),
        "sorted by the alphabet": instead(
            (
                "return await asyncio.gather(*(ask_one(text) for text in texts))",
                "return sorted(await asyncio.gather(*map(ask_one, texts)))",
            ),
        ),
        "the list holds tasks": from_here(
            "    return await asyncio", "    return [asyncio.create_task(ask_one(text)) for text in texts]\n"
        ),
        "no more than 2 did": from_here(
            "    return await asyncio",
            "    gate = asyncio.Semaphore(2)\n\n    async def ask_at_the_gate(text):\n"
            "        async with gate:\n            return await ask_one(text)\n\n"
            "    return await asyncio.gather(*map(ask_at_the_gate, texts))\n",
        ),
        "only 4 of 5 came": instead(("in texts))", "in texts[1:]))")),
        "over one connection": from_here(
            "    async def ask_one",
            "    async with connect_async(url, proxy=None) as ws:\n        for text in texts:\n"
            "            await ws.send(text)\n        return [await ws.recv() for text in texts]\n",
        ),
        "not one came to the server": instead(("await ws.send(text)", "pass")),
    },
    right=[
        from_here(
            "    return await asyncio",
            "    async with asyncio.TaskGroup() as group:\n"
            "        tasks = [group.create_task(ask_one(text)) for text in texts]\n"
            "    return [task.result() for task in tasks]\n",
        ),
        from_here(
            "    return await asyncio",
            "    tasks = [asyncio.create_task(ask_one(text)) for text in texts]\n"
            "    await asyncio.wait(tasks)\n    return tuple(task.result() for task in tasks)\n",
        ),
        from_here(
            "    async def ask_one",
            "    async with AsyncExitStack() as stack:\n"
            "        enter = stack.enter_async_context\n"
            "        opened = [await enter(connect_async(url, proxy=None)) for _ in texts]\n"
            "        for ws, text in zip(opened, texts):\n            await ws.send(text)\n"
            "        return [await ws.recv() for ws in opened]\n\n"
            "from contextlib import AsyncExitStack\n",
        ),
        instead(("async def ask_all", "def ask_all"), ("return await asyncio", "return asyncio")),
    ],
)

ANSWERS["06.3"] = Answers(
    mistakes={
        "you begin with a.": 'order = "abc"',
        "b is the beginning": 'order = ("b", "c", "a")',
        "you begin with c,": 'order = "cab"',
        "'ba' does not have each": 'order = "ba"',
        "'213' does not have each": "order = [2, 1, 3]",
        "braces make a set": 'order = {"b", "a", "c"}',
        "1 is no text": "order = 1",
    },
    right=['order = {"a": 2, "b": 1, "c": 3}', 'order = "B, A, C"', 'order = (letter for letter in "bac")'],
)
