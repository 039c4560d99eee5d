"""Records what the real Jinja2 makes of every template in templates.txt.

    pip install jinja2==3.1.6 && python record.py

Writes recorded.json: the versions that made it, then for each template its output, or
the exception that it ends in. The environment is the one that makejinja 2.8.1 makes.
"""

import json
import platform
from pathlib import Path

import jinja2

HERE = Path(__file__).parent

DATA = {
    "answer": 42,
    "pi": 3.14159,
    "text": "Hello World",
    "empty": "",
    "none_value": None,
    "yes": True,
    "numbers": [3, 1, 2],
    "words": ["banana", "Apple", "cherry"],
    "mapping": {"b": 2, "a": 1, "C": 3},
    "nested": {"list": [1, [2, 3]], "dict": {"k": "v"}, "none": None},
    "nodes": [
        {"name": "k8s-0", "controller": True, "address": "10.0.0.1", "mtu": 1500},
        {"name": "k8s-1", "controller": False, "address": "10.0.0.2"},
        {"name": "k8s-2", "controller": True, "address": "10.0.0.3", "mtu": 9000},
    ],
    "quote": "it's \"quoted\"\n\ttab \\ back é \u0000 \u200b",
    "html": "<a href='x'>b & c</a>",
    "lines": "one\ntwo\n\nthree\n",
}


def environment():
    return jinja2.Environment(
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        loader=jinja2.DictLoader({}),
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
    )


def templates():
    """One template a line; `\\n` stands for a line break, `#` starts a comment."""
    for line in (HERE / "templates.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("# "):
            yield line.replace("\\n", "\n")


def main():
    recorded = []
    for source in templates():
        env = environment()
        env.globals.update(json.loads(json.dumps(DATA)))
        try:
            entry = {"template": source, "output": env.from_string(source).render()}
        except Exception as error:
            entry = {"template": source, "error": type(error).__name__}
        recorded.append(entry)
    document = {
        "python": platform.python_version(),
        "jinja2": jinja2.__version__,
        "data": DATA,
        "recorded": recorded,
    }
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    (HERE / "recorded.json").write_text(text, encoding="utf-8")
    print(len(recorded), "templates")


main()
