"""Mermaid, which draws the diagrams, out of the files that JupyterLab serves it from.

They are a bundle: files of numbered modules ("chunks"), and a runtime that loads them over
HTTP. What a page needs to draw without JupyterLab is the chunks and a smaller runtime.
"""

import re
from pathlib import Path

import jupyterlab.commands

# as in `Promise.all([t.e(12),t.e(34)]).then(t.bind(t,56))`: load chunks 12 and 34, then take module 56
LOAD = re.compile(r"(?:Promise\.all\(\[([^]]*)\]\)|\w\.e\((\d+)\))\.then\(\w+\.bind\(\w+,(\d+)\)")
# as in `78:{shareKey:"marked",…,fallback:()=>t.e(90).then(()=>()=>t(12))}`: module 78 is 12, in chunk 90
SHARED = re.compile(r'(\d+):\{[^{}]*shareKey:"marked"[^{}]*?\.e\((\d+)\)\.then\(\(\)=>\(\)=>\w+\((\d+)\)')
RUNTIME = """\
self.loadMermaid = () => {
    const sources = Object.assign({}, ...rspackChunk_jupyterlab_application_top.map((chunk) => chunk[1]));
    const modules = {};
    const load = (id) => {
        id = SHARED[id] ?? id;
        if (!modules[id]) {
            modules[id] = { exports: {} };
            sources[id].call(modules[id].exports, modules[id], modules[id].exports, load);
        }
        return modules[id].exports;
    };
    load.d = (exports, names) => {
        for (const name in names) {
            Object.defineProperty(exports, name, { enumerable: true, get: names[name] });
        }
    };
    load.e = () => Promise.resolve(); // every chunk is here
    load.g = self;
    load.n = (module) => {
        const get = module?.__esModule ? () => module.default : () => module;
        return Object.assign(get, { a: get() });
    };
    load.hmd = load.nmd = (module) => module;
    load.o = Object.hasOwn;
    load.r = (exports) => Object.defineProperty(exports, "__esModule", { value: true });
    return load(ENTRY).default;
};
"""


def scripts():
    """Return the scripts after which `loadMermaid()` is Mermaid, or None if JupyterLab has changed."""
    static = Path(jupyterlab.commands.get_app_dir()) / "static"
    files = {path.name.split(".")[0]: path for path in static.glob("*.js")}
    text = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
    try:
        [(first, entry)] = [
            (chunks, module)
            for chunks, module in loads(text["jlab_core"])
            if any('"flowchart-v2"' in text.get(chunk, "") for chunk in chunks)
        ]
        [body] = [chunk for chunk in first if '"flowchart-v2"' in text.get(chunk, "")]
        shared = SHARED.search(text["main"])
        needed = {*first, shared[2], *(chunk for chunks, _ in loads(text[body]) for chunk in chunks)}
    except (KeyError, TypeError, ValueError):
        return None
    runtime = RUNTIME.replace("SHARED", f"{{ {shared[1]}: {shared[3]} }}").replace("ENTRY", entry)
    return [text[chunk] for chunk in sorted(needed & text.keys())] + [runtime]


def loads(text):
    """Yield the chunks and the module of each load in the text."""
    for several, one, module in LOAD.findall(text):
        yield re.findall(r"\d+", several) or [one], module
