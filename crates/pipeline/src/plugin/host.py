"""Runs the plugin of a makejinja repository for ichor.

A question is a line of JSON on standard input, its answer a line of JSON on standard output.
The plugin itself sees other streams: nothing to read, and everything it prints goes to standard
error. Python's values travel as JSON where JSON has them; what it lacks is an object with one
key that starts with NUL. Any other object stays here and travels as a number.
"""

import os
import sys

_questions = os.dup(0)
os.set_blocking(_questions, False)
_answers = os.fdopen(os.dup(1), "wb")
_nothing = os.open(os.devnull, os.O_RDONLY)
os.dup2(_nothing, 0)
os.close(_nothing)
os.dup2(2, 1)

import itertools
import json
import math
import operator
import select
import types

_ME = os.getpid()
_DEPTH = 100
_objects = {}


class Undefined:
    """What a template passes on where it has nothing: empty in every way."""

    def __str__(self):
        return ""

    def __bool__(self):
        return False

    def __len__(self):
        return 0

    def __iter__(self):
        return iter(())

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key):
        return self

    def __eq__(self, other):
        return isinstance(other, Undefined)

    def __hash__(self):
        return hash(Undefined)


class Environment:
    """As much of Jinja's environment as a plugin that is given one may write to."""

    def __init__(self):
        self.globals = {}
        self.filters = {}
        self.tests = {}
        self.policies = {}
        self.extensions = {}


class Plugin:
    """The base class that makejinja offers."""

    def __init__(self, *, env=None, data=None, config=None):
        pass


def _module(name, **names):
    module = types.ModuleType(name)
    vars(module).update(names)
    # Names that only annotations use.
    module.__getattr__ = lambda name: Plugin if name.endswith("Loader") else _any(name)
    sys.modules[name] = module
    return module


def _any(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from typing import Any

    return Any


def _stand_in():
    plugin = _module("makejinja.plugin", Plugin=Plugin, AbstractLoader=Plugin)
    loader = _module("makejinja.loader", AbstractLoader=Plugin)
    config = _module("makejinja.config")
    root = _module("makejinja", plugin=plugin, loader=loader, config=config)
    root.__path__ = []


def _encode(value, depth=0):
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        return value if -(2**63) <= value < 2**63 else {"\0int": str(value)}
    if kind is float:
        return {"\0float": repr(value) if math.isfinite(value) else str(value)}
    if depth > _DEPTH:
        raise ValueError("a value is nested too deeply to be passed on")
    if kind is list:
        return [_encode(item, depth + 1) for item in value]
    if kind is tuple:
        return {"\0tuple": [_encode(item, depth + 1) for item in value]}
    if isinstance(value, dict):
        if all(type(key) is str and key[:1] != "\0" for key in value):
            return {key: _encode(item, depth + 1) for key, item in value.items()}
        return {"\0dict": [[_encode(key, depth + 1), _encode(item, depth + 1)] for key, item in value.items()]}
    if kind is bytes:
        return {"\0bytes": value.hex()}
    if isinstance(value, Undefined):
        return {"\0undefined": 1}
    if isinstance(value, str) and hasattr(value, "__html__"):
        return {"\0safe": str(value)}
    if not hasattr(value, "_member_map_") and "enum" not in {base.__module__ for base in kind.__mro__}:
        # A text, number or list of a class of its own prints and counts as what it is.
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, int):
            return _encode(int(value), depth)
        if isinstance(value, float):
            return _encode(float(value), depth)
        if isinstance(value, list):
            return [_encode(item, depth + 1) for item in value]
    return _keep(value)


def _keep(value):
    number = id(value)
    _objects[number] = value
    kind = type(value)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    answer = {"id": number, "kind": name, "true": _truth(value), "callable": callable(value)}
    text, shown = _printed(str, value), _printed(repr, value)
    if text is not None:
        answer["text"] = text
    if shown is not None:
        answer["repr"] = shown
    return {"\0object": answer}


def _truth(value):
    try:
        return bool(value)
    except Exception:
        return True


def _printed(how, value):
    """None where it would tell an address in memory, which no run gives twice."""
    if isinstance(value, (types.GeneratorType, types.FunctionType, types.MethodType, types.BuiltinFunctionType)):
        return None
    try:
        text = how(value)
        text.encode()
    except Exception:
        return None
    return None if f"{id(value):x}" in text else text


def _decode(value):
    if isinstance(value, list):
        return [_decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (tag, inner), = value.items()
        if tag[:1] == "\0":
            return _TAGS[tag](inner)
    return {key: _decode(item) for key, item in value.items()}


def _moment(value):
    import datetime

    kind, text = value
    if kind == "datetime.date":
        return datetime.date.fromisoformat(text)
    return datetime.datetime.fromisoformat(text)


def _safe(text):
    try:
        from markupsafe import Markup
    except ImportError:
        return text
    return Markup(text)


_TAGS = {
    "\0int": int,
    "\0float": float,
    "\0tuple": lambda items: tuple(_decode(item) for item in items),
    "\0dict": lambda pairs: {_decode(key): _decode(value) for key, value in pairs},
    "\0bytes": bytes.fromhex,
    "\0safe": _safe,
    "\0moment": _moment,
    "\0undefined": lambda _: Undefined(),
    "\0object": lambda number: _objects[number],
}

_OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda left, right: left in right,
}

_defined = {}
_environment = Environment()


class Absent(types.ModuleType):
    """A package that is not installed. It may be imported; who uses it learns that it is not there."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return AbsentName(self.__name__)


class AbsentName:
    def __init__(self, module):
        object.__setattr__(self, "_module", module)

    def _fail(self, *_, **__):
        raise ModuleNotFoundError(f"No module named '{self._module}'", name=self._module)

    __call__ = __getitem__ = __setattr__ = __iter__ = __len__ = __bool__ = __mro_entries__ = _fail

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __or__(self, other):
        # `Absent | None` in an annotation.
        return self

    __ror__ = __or__


def _netaddr():
    """As much of netaddr as the plugins of the family used until 2025, over Python's own addresses."""
    import ipaddress

    class IPNetwork:
        def __init__(self, text):
            interface = ipaddress.ip_interface(str(text))
            self.ip, self.cidr, self.prefixlen = interface.ip, interface.network, interface.network.prefixlen
            self.network, self.broadcast = self.cidr.network_address, self.cidr.broadcast_address
            self.netmask, self.size, self.version = self.cidr.netmask, self.cidr.num_addresses, self.cidr.version
            self.first, self.last = int(self.network), int(self.broadcast)

        def __str__(self):
            return f"{self.ip}/{self.prefixlen}"

        def __repr__(self):
            return f"IPNetwork('{self}')"

        def __len__(self):
            return self.size

        def __getitem__(self, index):
            return list(self)[index] if isinstance(index, slice) else self.cidr[index]

        def __iter__(self):
            return iter(self.cidr)

        def __contains__(self, address):
            return ipaddress.ip_address(str(address)) in self.cidr

        def iter_hosts(self):
            return iter(self.cidr.hosts())

    class AddrFormatError(ValueError):
        pass

    core = _module("netaddr.core", AddrFormatError=AddrFormatError)
    module = _module("netaddr", IPNetwork=IPNetwork, IPAddress=ipaddress.ip_address, AddrFormatError=AddrFormatError)
    module.core, module.__path__ = core, []


_absent = []
_packages = [False]


def _with_packages():
    """Makes installed packages importable, which takes longer than all the rest; false if they are."""
    if _packages[0]:
        return False
    _packages[0] = True
    import site

    site.main()
    return True


def _imported(name):
    module, _, attribute = name.replace(":", ".").rpartition(".")
    if not module:
        module, attribute = name, None
    while True:
        try:
            found = __import__(module, None, None, [attribute or ""])
            return found if attribute is None else getattr(found, attribute)
        except ModuleNotFoundError as error:
            if not error.name or error.name == module or error.name in sys.modules:
                raise
            if _with_packages():
                continue
            # Most of what a plugin gives may be built in, and what it imports for that unneeded.
            _absent.append(error.name)
            if error.name == "netaddr":
                _netaddr()
                continue
            absent = sys.modules[error.name] = Absent(error.name)
            absent.__path__ = []


def _parameters(class_):
    code = getattr(class_.__init__, "__code__", None)
    if code is None:
        return ()
    return code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]


def _load(question):
    _stand_in()
    sys.path[:] = [path for path in sys.path if path] + question["paths"]
    data = _decode(question["data"])
    config = types.SimpleNamespace(**_decode(question["config"]))
    environment = _environment
    environment.globals.update(data)
    environment.globals["env"] = os.environ
    before = dict(environment.globals)
    values, unsupported = {}, set()
    for name in question["plugins"]:
        class_ = _imported(name)
        accepted = _parameters(class_)
        offered = {"env": environment, "environment": environment, "data": data, "config": config}
        plugin = class_(**{key: value for key, value in offered.items() if key in accepted})
        for part in ("globals", "functions"):
            if hasattr(plugin, part):
                environment.globals.update({function.__name__: function for function in getattr(plugin, part)()})
        if hasattr(plugin, "data"):
            given = dict(plugin.data())
            values.update(given)
            environment.globals.update(given)
        for part in ("filters", "tests"):
            if hasattr(plugin, part):
                getattr(environment, part).update({function.__name__: function for function in getattr(plugin, part)()})
        for part in ("extensions", "policies", "path_filters"):
            if hasattr(plugin, part) and getattr(plugin, part)():
                unsupported.add(part)
    functions = {}
    for name, value in environment.globals.items():
        if name in values or (name in before and before[name] is value):
            continue
        if callable(value):
            functions[name] = value
        else:
            values[name] = value
    _defined.update(function=functions, filter=environment.filters, test=environment.tests)
    # What the plugin changed in its data without giving it back.
    for name, value in data.items():
        values.setdefault(name, value)
    return {
        "values": _encode({str(name): value for name, value in values.items()}),
        "functions": sorted(functions),
        "filters": sorted(environment.filters),
        "tests": sorted(environment.tests),
        "unsupported": sorted(unsupported),
        "absent": _absent,
    }


def _call(question):
    function = _decode(question["of"]) if "of" in question else _defined[question["kind"]][question["name"]]
    arguments = [_decode(value) for value in question["arguments"]]
    passed = getattr(function, "jinja_pass_arg", None)
    if passed is not None:
        if getattr(passed, "name", "") != "environment":
            raise TypeError("only `pass_environment` is supported, not the context of a template")
        arguments.insert(0, _environment)
    result = function(*arguments, **{name: _decode(value) for name, value in question["named"].items()})
    return bool(result) if question.get("kind") == "test" else _encode(result)


def _attribute(value, name):
    try:
        return getattr(value, name)
    except AttributeError:
        pass
    try:
        return value[name]
    except (TypeError, LookupError, AttributeError):
        return Undefined()


def _item(value, key):
    try:
        return value[key]
    except (AttributeError, TypeError, LookupError):
        if isinstance(key, str):
            return getattr(value, key, Undefined())
    return Undefined()


_ANSWERS = {
    "load": _load,
    "call": _call,
    "attribute": lambda question: _encode(_attribute(_decode(question["of"]), question["name"])),
    "item": lambda question: _encode(_item(_decode(question["of"]), _decode(question["key"]))),
    "operate": lambda question: _encode(
        _OPERATORS[question["operator"]](_decode(question["left"]), _decode(question["right"]))
    ),
    "negate": lambda question: _encode(-_decode(question["of"])),
    "items": lambda question: [
        _encode(item) for item in itertools.islice(_decode(question["of"]), question["limit"])
    ],
    "length": lambda question: len(_decode(question["of"])),
}


def _frames(error):
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next


def _failure(error, root):
    answer = {"kind": type(error).__name__}
    try:
        answer["text"] = str(error).encode(errors="replace").decode()[:2000]
    except Exception:
        answer["text"] = ""
    if isinstance(error, ModuleNotFoundError) and error.name:
        answer["module"] = error.name
    places = [(os.path.abspath(file), line) for file, line in _frames(error) if not file.startswith("<")]
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        answer["text"] = str(error.msg)
        places.append((os.path.abspath(error.filename), error.lineno))
    inside = [place for place in places if place[0].startswith(root + os.sep)]
    if inside:
        answer["file"], answer["line"] = os.path.relpath(inside[-1][0], root), inside[-1][1]
    return answer


_let_others_run = getattr(os, "sched_yield", None) or (lambda: select.select((), (), (), 0))


def _lines():
    """The questions. The next one mostly comes sooner than a process falls asleep and wakes."""
    waiting = select.poll()
    waiting.register(_questions, select.POLLIN)
    received, looked, patience = bytearray(), 0, 0
    while True:
        end = received.find(b"\n", looked)
        if end >= 0:
            line = bytes(received[:end])
            del received[: end + 1]
            looked, patience = 0, 100
            yield line
            continue
        looked = len(received)
        try:
            chunk = os.read(_questions, 1 << 16)
        except BlockingIOError:
            patience -= 1
            if patience < 0:
                waiting.poll()
            else:
                _let_others_run()
            continue
        if not chunk:
            return
        received += chunk


def _serve():
    root = os.getcwd()
    for line in _lines():
        try:
            question = json.loads(line)
            try:
                answer = {"ok": _ANSWERS[question["ask"]](question)}
            except ModuleNotFoundError:
                if not _with_packages():
                    raise
                answer = {"ok": _ANSWERS[question["ask"]](question)}
            text = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit, too: a plugin does not end the run.
            text = json.dumps({"error": _failure(error, root)}, separators=(",", ":")).encode()
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:
                pass
        if os.getpid() != _ME:
            # A child that the plugin forked and forgot must not answer in its place.
            os._exit(0)
        _answers.write(text + b"\n")
        _answers.flush()


_serve()
