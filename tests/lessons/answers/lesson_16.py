"""What the tests hand in to the exercises of lesson 16: wrong answers and right ones."""

from tests.lessons.answers import Answers, instead

ANSWERS = {}

ANSWERS["16.1"] = Answers(
    mistakes={
        "A page can choose no header": "is_true = [True, True, False, False, True, True]",
        "Both are of one site": "is_true = [False, False, False, False, True, True]",
        "evil.example is another site": "is_true = [False, True, True, False, True, True]",
        "no script can read it": "is_true = [False, True, False, True, True, True]",
        "writes what it likes": "is_true = [False, True, False, False, False, True]",
        "writes it into its log": "is_true = [False, True, False, False, True, False]",
        "number 1 is 'no'": "is_true = ['no', True, False, False, True, True]",
    },
    right=[
        instead(("[", "("), ("]", ")")),
        'is_true = ["False", "True", "False", "False", "True", "True"]',
        "is_true = (int(number in [2, 5, 6]) for number in range(1, 7))",
    ],
)

WITH_AN_EXCEPTION = """
from fastapi import WebSocketException

club = FastAPI()

@club.websocket("/ws")
async def club_door(websocket: WebSocket):
    await websocket.accept()
    try:
        age = int(websocket.query_params.get("age", ""))
    except ValueError:
        raise WebSocketException(1008, "which age?")
    if age < 18:
        raise WebSocketException(1008, "too young")
    await websocket.send_text("welcome")
"""
WITH_NONE = """
club = FastAPI()

@club.websocket("/ws")
async def club_door(websocket: WebSocket, age: str | None = None):
    await websocket.accept()
    if age is None or not age.isdigit():
        return await websocket.close(code=1008, reason="which age?")
    if int(age) <= 17:
        return await websocket.close(code=1008, reason="too young")
    await websocket.send_text("welcome")
"""

ANSWERS["16.2"] = Answers(
    mistakes={
        "came with ?age=17, and the handshake was refused with 403": instead(
            ("    await websocket.accept()\n", ""),
            (
                '        await websocket.send_text("welcome")',
                '        await websocket.accept()\n        await websocket.send_text("welcome")',
            ),
        ),
        "came without an age, and the handshake was refused with 403": instead(
            ('age: str = ""', "age: int"), ("not age.isdecimal()", "age is None")
        ),
        "and your code raised TypeError": instead(("int(age) < 18", "age < 18")),
        "the reason ''": instead(('1008, "too young"', "1008")),
        "ended with 1000": instead(('1008, "too young"', '1000, "too young"')),
        "came with ?age=18, and the connection ended with 1008": instead(("< 18", "<= 18")),
        "came with ?age=17, and was told 'welcome'": instead(("< 18", "< 17")),
        "came with ?age=, and the connection ended with 1008 and the reason 'too young'": instead(
            ("not age.isdecimal()", 'age == "old" or websocket.url.query == ""'),
            ("int(age) < 18", 'int(age or "0") < 18'),
        ),
    },
    right=[WITH_AN_EXCEPTION, WITH_NONE],
)

ANSWERS["16.3"] = Answers(
    mistakes={
        "the dictionary changed while a loop went through it": instead(
            ("list(sessions.open.items())", "sessions.open.items()")
        ),
        "Sessions that were finished: 1.": instead(("sessions.finish(key)", "return sessions.finish(key)")),
        "Compare names": instead(("session.name == name", "session.name.startswith(name)")),
        "their sockets stay open": instead(("sessions.finish(key)", "del sessions.open[key]")),
        "Sessions that were finished: 0.": instead(("sessions.finish(key)", "sessions.finish(session)")),
        "nothing there needs async": instead(("def log_out", "async def log_out")),
        "then not that of Ben": instead(("session.name == name", 'session.name == "Ann"')),
    },
    right=[
        "def log_out_everywhere(sessions, name):\n"
        "    mine = [key for key, one in sessions.open.items() if one.name == name]\n"
        "    for key in mine:\n"
        "        sessions.finish(key)\n",
        "def log_out_everywhere(sessions, name):\n"
        "    for key in list(sessions.open):\n"
        "        if sessions.open[key].name == name:\n"
        "            sessions.open.pop(key).over.set()\n",
    ],
)
