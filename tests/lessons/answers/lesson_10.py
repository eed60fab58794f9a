"""What the tests hand in to the exercises of lesson 10: wrong answers and right ones."""

from tests.lessons.answers import Answers, from_here, instead

ANSWERS = {}

ANSWERS["10.1"] = Answers(
    mistakes={
        "It has no assert": instead(("    assert error", "    error")),
        "it is never reached. Put it after the block": instead(
            ("    assert error", "            assert error")
        ),
        "closes with 1008, against the rules": instead(
            ("error.value.code == 1003", "error.value.code >= 1003")
        ),
        "'ExceptionInfo' object has no attribute 'code'": instead(("error.value.code", "error.code")),
        "pytest found no test in test_bytes.py": instead(("def test_bytes", "def bytes")),
        "'(' was never closed": instead(("ws.receive_text()", "ws.receive_text(")),
        "pytest says: 1 skipped": instead(("def test", "@pytest.mark.skip\ndef test")),
        "async def functions are not natively supported": instead(("def test", "async def test")),
        "closes with 1002": instead(("error.value.code == 1003", "1000 < error.value.code < 1008")),
        "An assert with a comma": instead(("error.value.code == 1003", "(error.value.code == 1003, 'no')")),
        "was still running after 5 s": instead(('        ws.send_bytes(b"\\x00\\x01")\n', "")),
        "ends the whole program": instead(
            ("    with TestClient", "    import os\n\n    os._exit(0)\n    with TestClient")
        ),
        "as there nothing is": from_here(
            "        with pytest",
            "        try:\n            ws.receive_text()\n        except WebSocketDisconnect as error:\n"
            "            assert error.code == 1003\n",
        ),
        "the app got no bytes": from_here(
            "def test",
            "def test_source():\n    from pathlib import Path\n\n"
            "    assert 'WebSocketException(1003' in Path('app/endpoints.py').read_text()\n",
        ),
    },
    right=[
        from_here(
            "def test",
            "class TestBytes:\n    def test_refused(self):\n"
            '        with TestClient(app).websocket_connect("/ws") as ws:\n            ws.send_bytes(b"1")\n'
            "            error = pytest.raises(WebSocketDisconnect, ws.receive_text)\n"
            "        assert error.value.code == 1003\n",
        ),
        from_here(
            "def test",
            '@pytest.fixture\ndef ws():\n    with TestClient(app).websocket_connect("/ws") as ws:\n'
            '        yield ws\n\n\n@pytest.mark.parametrize("data", [b"", b"1"])\n'
            'def test_bytes(ws, data):\n    ws.send_bytes(data)\n    assert ws.receive()["code"] == 1003\n',
        ),
        from_here(
            "        with pytest",
            "        try:\n            ws.receive_text()\n        except WebSocketDisconnect as error:\n"
            '            assert error.code == 1003\n        else:\n            pytest.fail("no end")\n',
        ),
    ],
)

ANSWERS["10.2"] = Answers(
    mistakes={
        "And the red one is in your list": 'red = ["test_long", "test_any_text"]',
        "And one that you left out was red": 'red = ["test_any_text"]',
        "Which sends most?": "red = []",
        "test_hello was run against the broken app": 'red = ["test_hello", "test_long"]',
        "'test_longer' is none of the words": 'red = ["test_longer"]',
    },
    right=['red = "test_long"', 'red = ("test_four.py::test_long",)', 'red = {"test_long"}'],
)

ANSWERS["10.3"] = Answers(
    mistakes={
        "none was too many: 2 were answered": instead(("range(20)", "range(1)")),
        "and one of yours sent more": instead(("range(20)", "range(21)")),
        "It opens one connection": instead(
            (' as one, client.websocket_connect("/ws") as other', " as one"),
            ("range(20)", "range(10)"),
            ("other", "one"),
        ),
        "receive the answer to the last message, and claim it": instead(
            (
                '        assert other.receive_text() == "Message text was: hello"\n',
                "        other.receive()\n",
            )
        ),
        "a test that sleeps": instead(
            ("        other.send", "        import time\n\n        time.sleep(1.1)\n        other.send")
        ),
        "catches the exception that would tell": from_here(
            "        other",
            "        try:\n            other.send_text('hello')\n"
            "            assert other.receive_text()\n        except Exception:\n            pass\n",
        ),
        "for another reason": from_here(
            "        for number",
            "        import inspect\n\n        from app import main\n\n"
            "        assert 'rate =' in inspect.getsource(main.websocket_endpoint)\n",
        ),
    },
    right=[
        from_here(
            "    with",
            "    for _ in range(2):\n"
            '        with client.websocket_connect("/ws") as ws:\n            for _ in range(15):\n'
            '                ws.send_text("hello")\n                assert ws.receive_text()\n',
        ),
        from_here(
            "        for number",
            '        for ws in [one, other] * 11:\n            ws.send_text("hello")\n'
            '            assert ws.receive_text() == "Message text was: hello"\n',
        ),
        from_here(
            "def test",
            "def talkative():\n    "
            'with client.websocket_connect("/ws") as ws:\n        for _ in range(20):\n'
            '            ws.send_text("hello")\n            assert ws.receive_text()\n\n\n'
            "class TestLimit:\n    def test_each(self):\n        talkative()\n        talkative()\n",
        ),
    ],
)
