"""How JupyterLab reads the lessons."""

import platform

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager


class LessonContents(AsyncLargeFileManager):
    """Name this Python in a notebook that is read: otherwise JupyterLab opens it as modified."""

    async def get(self, path, content=True, **options):
        model = await super().get(path, content, **options)
        if content and model["type"] == "notebook":
            language = model["content"]["metadata"].get("language_info", {})
            language["version"] = platform.python_version()
        return model
