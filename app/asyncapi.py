"""All that is said on the room's socket, as an AsyncAPI document, see www.asyncapi.com."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from app.messages import from_client
from app.room_messages import ROOM_MESSAGES
from app.whispers import Told

from_room = TypeAdapter(Annotated[ROOM_MESSAGES | Told, Field(discriminator="type")])
ABOUT = """\
All that is said on the socket of the chat room. Each message is JSON, and its type says which it is. \
A name is a nickname by the rules of RFC 8266."""
CLIENT = """\
Join first. If you have been here before, name the log and the number of the last message that you have. \
Give each message an id, and send it again under that id until you are told that it is kept. \
Where people have accounts, send the ticket of your log-in before all else, as a text and no JSON."""
ROOM = "First you are told what you have missed, and then you are welcome."
SIDES = {"client": ("receive", from_client, CLIENT), "room": ("send", from_room, ROOM)}


def ref(*path):
    return {"$ref": "/".join(["#", *path])}


def document():
    """Return the document, made of the models that check the messages themselves."""
    adapters = [(side, "validation", adapter) for side, (_, adapter, _) in SIDES.items()]
    unions, found = TypeAdapter.json_schemas(adapters, ref_template="#/components/schemas/{model}")
    messages, operations = {}, {}
    for (side, _), union in unions.items():
        kinds = union["discriminator"]["mapping"]  # the type of a message -> its schema
        keys = {f"{side}.{kind}": kind for kind in kinds}
        messages |= {key: {"name": kind, "payload": {"$ref": kinds[kind]}} for key, kind in keys.items()}
        operations[side] = {
            "action": SIDES[side][0],
            "summary": f"What the {side} says",
            "description": SIDES[side][2],
            "channel": ref("channels", "room"),
            "messages": [ref("channels", "room", "messages", key) for key in keys],
        }
    room = {"address": "/room/ws", "messages": {key: ref("components", "messages", key) for key in messages}}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Chat room", "version": "1.0.0", "description": ABOUT},
        "defaultContentType": "application/json",
        "channels": {"room": room},
        "operations": operations,
        "components": {"messages": messages, "schemas": found["$defs"]},
    }
