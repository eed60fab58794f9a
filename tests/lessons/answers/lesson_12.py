"""What the tests hand in to the exercises of lesson 12: wrong answers and right ones."""

from tests.lessons.answers import Answers, and_then, from_here, instead

ANSWERS = {}

ANSWERS["12.1"] = Answers(
    mistakes={
        "where some are missing, a number is not a place": from_here(
            "    for pair", "    if 0 <= number < len(messages):\n        return messages[number]\n"
        ),
        "would be told it again, without an end": instead(("> number", ">= number")),
        "that number alone cannot be looked for": instead(("> number", "== number + 1")),
        "and none a yield": instead(("return pair", "yield pair")),
        "the text alone": instead(("return pair", "return pair[1]")),
        "the number alone": instead(("return pair", "return pair[0]")),
        "Of all that follow, the first one is asked for, and alone": from_here(
            "    for pair", "    return [pair for pair in messages if pair[0] > number]\n"
        ),
        "the last of those that follow": from_here(
            "    for pair",
            "    after = [pair for pair in messages if pair[0] > number]\n"
            "    return after[-1] if after else None\n",
        ),
        "raised IndexError": from_here(
            "    for pair", "    return [pair for pair in messages if pair[0] > number][0]\n"
        ),
        "raised StopIteration": from_here(
            "    for pair", "    return next(pair for pair in messages if pair[0] > number)\n"
        ),
        "returned (), expected None": and_then(
            "of_before = next_after\n\ndef next_after(messages, number):\n"
            "    return of_before(messages, number) or ()"
        ),
        "The list is everybody's": instead(("            return pair", "            return messages.pop()")),
        "Print shows it to you": instead(("return pair", "print(pair)")),
        "it has to take messages and number": instead(("(messages, number)", "(messages)")),
    },
    right=[
        from_here("    for pair", "    return next((pair for pair in messages if pair[0] > number), None)\n"),
        from_here(
            "    for pair",
            "    from bisect import bisect_right\n\n"
            "    place = bisect_right(messages, number, key=lambda pair: pair[0])\n"
            "    return messages[place] if place < len(messages) else None\n",
        ),
        from_here(
            "    for pair", "    return min((pair for pair in messages if pair[0] > number), default=None)\n"
        ),
        from_here(
            "    for pair",
            "    for there, text in messages:\n        if there > number:\n            return there, text\n",
        ),
    ],
)

ANSWERS["12.2"] = Answers(
    mistakes={
        "raised IntegrityError": from_here(
            "    database.execute(INSERT",
            '    sentence = "INSERT INTO log (id, message) VALUES (?, ?)"\n'
            "    return database.execute(sentence, (id, message)).lastrowid\n",
        ),
        "That is the number of the row that was put in last": from_here(
            "    database.execute(INSERT", "    return database.execute(INSERT, (id, message)).lastrowid\n"
        ),
        "was replaced by a new one": from_here(
            "    database.execute(INSERT",
            '    sentence = "INSERT OR REPLACE INTO log (id, message) VALUES (?, ?)"\n'
            "    return database.execute(sentence, (id, message)).lastrowid\n",
        ),
        "takes it for a part of the sentence": instead(
            ('WHERE id = ?", (id,))', 'WHERE id = \'" + id + "\'")')
        ),
        "fetchone() returns a row": instead(("(number,) =", "number =")),
        "fetchone() returned None": instead(("    database.execute(INSERT, (id, message))\n", "")),
        "keep returned None": instead(("    return number", "    print(number)")),
        "is the id that says which message it is": instead(
            ('WHERE id = ?", (id,)', 'WHERE message = ?", (message,)')
        ),
        "has to stay as it was": from_here(
            "    database.execute(INSERT",
            '    sentence = "INSERT INTO log (id, message) VALUES (?, ?) "\n'
            '    sentence += "ON CONFLICT (id) DO UPDATE SET message = excluded.message RETURNING number"\n'
            "    (number,) = database.execute(sentence, (id, message)).fetchone()\n    return number\n",
        ),
        "is not in the table under its id": from_here(
            "    database.execute(INSERT", "    return database.execute(INSERT, (message, id)).lastrowid\n"
        ),
        "it has to take database and id and message": instead(("(database, id, message)", "(database, id)")),
        "of type int, and it needs the function itself": and_then("keep = 1"),
    },
    right=[
        from_here(
            "    database.execute(INSERT",
            "    try:\n"
            '        database.execute("INSERT INTO log (id, message) VALUES (?, ?)", (id, message))\n'
            "    except sqlite3.IntegrityError:\n        pass\n"
            '    return database.execute("SELECT number FROM log WHERE id = ?", [id]).fetchone()[0]\n',
        ),
        from_here(
            "    database.execute(INSERT",
            '    there = database.execute("SELECT number FROM log WHERE id = ?", (id,)).fetchone()\n'
            "    if there:\n        return there[0]\n"
            "    return database.execute(INSERT, (id, message)).lastrowid\n",
        ),
        from_here(
            "    database.execute(INSERT",
            '    sentence = "INSERT INTO log (id, message) VALUES (:id, :message) "\n'
            '    sentence += "ON CONFLICT (id) DO UPDATE SET id = id RETURNING number"\n'
            '    return database.execute(sentence, {"id": id, "message": message}).fetchone()[0]\n',
        ),
        instead(
            (
                "(INSERT, (id, message))",
                '("INSERT OR IGNORE INTO log (id, message) VALUES (?, ?)", (id, message))',
            )
        ),
    ],
)

ANSWERS["12.3"] = Answers(
    mistakes={
        "number 1, for Ben, is not 7": instead(("[3", "[7")),
        "number 1, for Ben, is not 4": instead(("[3", "[4")),
        "number 2, for Cleo, is not 0": instead(("10", "0")),
        "number 2, for Cleo, is not 50": instead(("10", "50")),
        "number 3, for Dan, is not 10": instead((" 0", " 10")),
        "number 4, for Eve, is not 7": instead(("11", "7")),
        "number 4, for Eve, is not 10": instead(("11", "10")),
        "number 4, for Eve, is not 0": instead(("11", "0")),
        "number 3 has no answer yet": instead((" 0", " ...")),
        "yours has 3": instead((", 11", "")),
        "3 is no list": "before_welcome = 3",
    },
    right=[
        instead(("[", "("), ("]", ")")),
        'before_welcome = "3, 10, 0, 11"',
        'before_welcome = ["3", "10", "0", "11"]',
        'before_welcome = {"Ben": 3, "Cleo": 10, "Dan": 0, "Eve": 11}',
    ],
)
