"""Whether a file parses, and what is wrong if it does not."""

from pathlib import Path


def text_in(file):
    """Return a file's text with the line ends of the course; what is no UTF-8 is kept as it is."""
    return file.read_bytes().decode("utf-8", "surrogateescape").replace("\r\n", "\n")


def syntax_error(file):
    """Return what is wrong with a Python program or a template, such as "line 3: invalid syntax", or None."""
    try:
        if file.suffix == ".py":
            compile(file.read_bytes(), file.name, "exec")
        elif file.suffix == ".html":
            from jinja2 import Environment  # here, for most files are no templates

            Environment().parse(text_in(file))
    except Exception as error:  # SyntaxError, TemplateSyntaxError, and ValueError for a null byte
        line = getattr(error, "lineno", None)
        what = getattr(error, "msg", None) or getattr(error, "message", None) or error
        return f"line {line}: {what}" if line else str(what)


def fault_in_written_file(source):
    """Return what to say of the file that a cell has written, if that does not parse, or None.

    A part that was added twice is a fault as well: the file defines the same things again.
    """
    magic, _, part = source.partition("\n")
    name = magic.removeprefix("%%writefile").removeprefix(" -a").strip()
    if name == magic.strip() or not Path(name).is_file():
        return None
    if magic.startswith("%%writefile -a") and text_in(Path(name)).count(part.strip()) > 1:
        return f"{name} has this part twice now. Run the cell that begins the file, then each part once."
    fault = syntax_error(Path(name))
    until_then = "the page is an error" if name.endswith(".html") else "what runs is what was there before"
    return fault and (
        f"{name} cannot run yet: {fault}. Mend it in this cell and run the cell again; until then, "
        f"{until_then}."
    )
