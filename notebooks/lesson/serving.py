"""Serve a learner's app with the kit's own server, whatever the name `app` means to the learner."""

import inspect
import re
import sys
from functools import cache
from importlib import import_module

from .lessons import KIT, KitError


def of_the_app():
    """Return the modules of whatever is imported as `app`, by their names."""
    return {name: module for name, module in sys.modules.items() if re.match(r"app(\.|$)", name)}


def imported_anew(module):
    """Return a module of the kit's own `app`, imported while the learner's is out of the way."""
    learners, kit = of_the_app(), str(KIT)
    for name in learners:
        del sys.modules[name]
    sys.path.insert(0, kit)
    try:
        return import_module(module)
    finally:
        sys.path.remove(kit)
        for name in of_the_app():
            del sys.modules[name]
        sys.modules.update(learners)


kits_own = cache(imported_anew)


def background_server(app):
    settings = kits_own("app.hardened").SETTINGS  # for what a learner's client sends may be anything
    return kits_own("app.background").BackgroundServer(app, port=0, **settings)


def empty_room():
    """Return an app with the kit's own room, in which nothing has been said yet, whatever a server keeps."""
    from unittest.mock import patch

    from fastapi import FastAPI

    app = FastAPI()
    with patch.dict("os.environ", ROOM_FILE="", NATS_URL="", ACCOUNTS_FILE=""):
        app.include_router(imported_anew("app.room_endpoint").router)
    return app


def server_of(shown):
    """Return a server that runs: `shown` itself, or the one of this kernel that now serves the app `shown`.

    KitError: it is neither, or the server does not run.
    """
    if hasattr(shown, "running") and hasattr(shown, "port"):
        if not shown.running:
            raise KitError("This server does not run. Run the cell that starts it, and then this one again.")
        return shown
    if not is_app(shown):
        raise KitError(
            f"show_page() got something of type {type(shown).__name__}, and it needs an app, the object that "
            "FastAPI() made, or a server that runs."
        )
    try:
        server = kits_own("app.background").BackgroundServer(shown)
        return server.start()  # in the place of the one before, at its port
    except RuntimeError as error:
        raise KitError(str(error)) from None


def is_app(shown):
    """Return whether a server could call it, with the three arguments that ASGI names."""
    try:
        return list(inspect.signature(shown).parameters) == ["scope", "receive", "send"]
    except (TypeError, ValueError):  # it cannot be called, or Python does not know how
        return False
