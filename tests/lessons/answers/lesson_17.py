"""What the tests hand in to the exercises of lesson 17: wrong answers and right ones."""

from tests.lessons.answers import Answers, instead

ANSWERS = {}

GATHER = """
async def desk(websocket, mailbox):
    heard = []
    try:
        await asyncio.gather(listen(websocket, heard), speak(websocket, mailbox))
    except WebSocketDisconnect:
        pass
"""
ONLY_SPEAKS = """
async def desk(websocket, mailbox):
    with suppress(WebSocketDisconnect):
        await speak(websocket, mailbox)
"""
CANCELS = """
async def desk(websocket, mailbox):
    speaking = asyncio.create_task(speak(websocket, mailbox))
    try:
        await listen(websocket, [])
    except WebSocketDisconnect:
        pass
    finally:
        speaking.cancel()
"""
GATHERS_AND_CANCELS = """
async def desk(websocket, mailbox):
    tasks = [asyncio.create_task(listen(websocket, [])), asyncio.create_task(speak(websocket, mailbox))]
    try:
        await asyncio.gather(*tasks)
    except WebSocketDisconnect:
        pass
    finally:
        for task in tasks:
            task.cancel()
"""
WAITS_FOR_THE_FIRST = """
async def desk(websocket, mailbox):
    tasks = [asyncio.create_task(listen(websocket, [])), asyncio.create_task(speak(websocket, mailbox))]
    done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
"""
UNTIL_SHE_SPEAKS = """
async def desk(websocket, mailbox):
    speaking = asyncio.create_task(speak(websocket, mailbox))
    await websocket.receive_text()
    speaking.cancel()
"""
IN_TURN = """
async def desk(websocket, mailbox):
    with suppress(WebSocketDisconnect):
        await listen(websocket, [])
        await speak(websocket, mailbox)
"""

ANSWERS["17.1"] = Answers(
    mistakes={
        "a task that it had started still ran": GATHER,
        "something in it has to receive": ONLY_SPEAKS,
        "and heard ['one', 'two']": UNTIL_SHE_SPEAKS,
        "except without the star does not": instead(("except*", "except")),
        "Her leaving is no error": CANCELS.replace("except WebSocketDisconnect", "except KeyError"),
        "and heard nothing": IN_TURN,
        "nobody took that error": WAITS_FOR_THE_FIRST,
        "without await": instead(
            ("tasks.create_task(speak(websocket, mailbox))", "speak(websocket, mailbox)")
        ),
        "of type TaskGroup": "desk = asyncio.TaskGroup()",
    },
    right=[
        CANCELS,
        GATHERS_AND_CANCELS,
        instead(("    heard = []\n", ""), ("(websocket, heard)", "(websocket, [])")),
    ],
)

ANSWERS["17.2"] = Answers(
    mistakes={
        'number 1 is not "threadsafe"': 'ways = ["threadsafe"] * 7',
        "and has no loop": 'ways = ["await"] * 7',
        "The cell is in the same process": 'ways = ["await", "threadsafe", *["route"] * 3, "await", "route"]',
        "a plain def of BackgroundTasks": 'ways = ["await", *["threadsafe"] * 2, *["await"] * 3, "route"]',
        "cannot reach the mailboxes": 'ways = ["await", *["threadsafe"] * 4, "await", "route"]',
        "await is all it needs": 'ways = ["await", *["threadsafe"] * 3, "route", "threadsafe", "route"]',
        "mailboxes of its own": 'ways = ["await", *["threadsafe"] * 3, "route", "await", "await"]',
        "none of the words": 'ways = ["await", "thread", "thread", "thread", "route", "await", "route"]',
    },
    right=[
        instead(("[", "("), ("]", ")")),
        'ways = ["Await", *["thread-safe"] * 3, "Route", "Await", "Route"]',
    ],
)

WITH_GATHER = """
async def tell_rooms(rooms, places, text):
    there = [place for place in places if place in rooms]
    message = Message(type="message", text=text)
    saying = [rooms[place].say(ANNOUNCER, message) for place in there]
    said = await asyncio.gather(*saying, return_exceptions=True)
    return {place: None if isinstance(one, Away) else one for place, one in zip(there, said)}
"""
IN_A_GROUP = """
async def tell_rooms(rooms, places, text):
    message = Message(type="message", text=text)
    async with asyncio.TaskGroup() as tasks:
        there = [place for place in places if place in rooms]
        said = {place: tasks.create_task(rooms[place].say(ANNOUNCER, message)) for place in there}
    return {place: task.result() for place, task in said.items()}
"""
WITH_GET = """
async def number_in(room, text):
    try:
        return await room.say(ANNOUNCER, Message(type="message", text=text))
    except Away:
        return None


async def tell_rooms(rooms, places, text):
    return {place: await number_in(rooms[place], text) for place in places if place in rooms}
"""

ANSWERS["17.3"] = Answers(
    mistakes={
        "there is no room called cellar": instead(("if place in rooms", "if True")),
        "tell_rooms ended with Away": instead(("except Away", "except KeyError")),
        "your code raised Away": IN_A_GROUP,
        "nobody in the music room was told": instead(("numbers[place] = None", "break")),
        "Return the dictionary": instead(("return numbers", "return list(numbers.values())")),
        "tell_rooms returned {'chess': 2, 'music': 1}": instead(("numbers[place] = None", "pass")),
        "Ann said": instead(("ANNOUNCER", '"Ann"')),
        "the garden was told": instead(("for place in places", "for place in rooms")),
        "without await": instead(("await rooms", "rooms")),
        "Begin it with async def": instead(("async def", "def"), ("await ", "")),
    },
    right=[WITH_GATHER, WITH_GET],
)
