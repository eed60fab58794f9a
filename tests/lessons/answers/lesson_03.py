"""What the tests hand in to the exercises of lesson 03: wrong answers and right ones."""

from tests.lessons.answers import Answers, instead

ANSWERS = {}

ANSWERS["03.1"] = Answers(
    mistakes={
        'It has "mesages", which is nearly that': instead(("messages", "mesages")),
        'It has "messagetext", which is nearly that': instead(("messageText", "messagetext")),
        'the label is for "messagetext"': instead(('for="messageText"', 'for="messagetext"')),
        '"messages" is the class of <ul>': instead(('<ul id="', '<ul class="')),
        'the page still has the id "mesages"': instead(("</ul>", '</ul><ol id="mesages"></ol>')),
        "stands in a comment": instead(("<ul", "<!-- <ul"), ("</ul>", "</ul> -->")),
        "One quotation mark has no other": instead(('messages"', "messages")),
        "the label is empty": instead((">Message<", "><")),
        "the box stands outside of the form": instead(
            ('  <input id="messageText">\n', ""), ("</form>", '</form><input id="messageText">')
        ),
        "the button sends nothing": instead(("<button>", '<button type="button">')),
        "no element at all": "mended = 'messageText'",
        'two elements have the id "messages"': instead(('id="connection"', 'id="messages"')),
        'looks for "form", and the page has no such id': instead((' id="form"', "")),
        '"messages" is the id of <p> here': instead(
            ('id="connection"', 'id="-"'), ('id="messages"', 'id="connection"'), ('id="-"', 'id="messages"')
        ),
        'the label is for ""': instead((' for="messageText"', "")),
        "the label is gone": instead(('  <label for="messageText">Message</label>\n', "")),
        "the button is gone": instead(("  <button>Send</button>\n", "")),
        "of type int. The page is a text": "mended = 42",
    },
    right=[
        instead(('"form"', "form"), ('"messages"', "'messages'")),
        instead(
            (
                '<label for="messageText">Message</label>\n  <input id="messageText">',
                '<label>Message <input id="messageText"></label>',
            )
        ),
        instead(("ul", "ol"), ('<input id="messageText">', '<textarea id="messageText"></textarea>')),
        instead(
            ('id="connection"', 'role="status" id="connection"'),
            ('<ul id="messages"></ul>', '<DIV><UL ID="messages"></UL></DIV>'),
        ),
    ],
)

ANSWERS["03.2"] = Answers(
    mistakes={
        "http://127.0.0.1:8123/ has no address yet": instead(('"ws://127.0.0.1:8123/ws"', "...")),
        "http://127.0.0.1:8123/ws is no address of a socket": instead(("ws://127", "http://127")),
        "a browser refuses ws": instead(("wss://chat", "ws://chat")),
        "It lacks 'user/ann/proxy/8000/'": instead(
            ("wss://hub.example/user/ann/proxy/8000/", "wss://hub.example/")
        ),
        "It lacks ':8123'": instead(("ws://127.0.0.1:8123", "ws://127.0.0.1")),
        "It lacks 'ws'": instead(("chat.example/ws", "chat.example/")),
        "It has 'localhost' in the place of '127.0.0.1'": instead(("//127.0.0.1", "//localhost")),
        "It has '/' too much": instead(("8123/ws", "8123/ws/")),
        "It has 'static/' and '.js' too much": instead(("8123/ws", "8123/static/ws.js")),
        "8123 is no address of a socket": instead(('"ws://127.0.0.1:8123/ws"', "8123")),
        "Keep the dictionary": "addresses = {'ws://127.0.0.1:8123/ws': ...}",
        "is a list of 3 addresses, and yours has 1": "addresses = ['ws://127.0.0.1:8123/ws']",
        "its socket goes by ws, and you have wss://127.0.0.1": instead(("ws://127", "wss://127")),
        "Large and small letters differ": instead(("8123/ws", "8123/WS")),
        "https://chat.example/ has no address yet": instead(('"wss://chat.example/ws"', "None")),
    },
    right=[
        instead(("{", "dict({"), ("}", "})"), ('"ws://127.0.0.1:8123/ws"', '["ws://127.0.0.1:8123/ws"]')),
        lambda solution: solution + "\naddresses = list(addresses.values())",
        lambda solution: solution + "\naddresses = list(addresses.items())",
        instead(("wss://chat.example/", "WSS://Chat.example:443/")),
    ],
)
