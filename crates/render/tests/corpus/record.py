#!/usr/bin/env python3
"""Records what the real makejinja makes of every case below `cases/`.

Run it with the Python of an environment in which makejinja is installed; README.md says
how. Every case is copied to a fresh folder, makejinja is run there as a user would run
it, and its output folder, exit status and message are put beside the case. Nothing
else of the run is kept, so two recordings with the same versions are equal.

    record.py [--check] [CASE...]

`--check` leaves the committed recordings alone: it records into a temporary folder, prints
what differs, and exits with 1 if anything does.
"""

import argparse
import importlib.metadata
import os
import platform
import re
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

# Loaded once, before the forks. Not makejinja: it reads its configuration while it loads.
import jinja2  # noqa: F401
import rich_click  # noqa: F401
import typed_settings.converters  # noqa: F401
import yaml  # noqa: F401

HERE = Path(__file__).resolve().parent
CASES = HERE / "cases"
RECORDED = ("expected", "expected.txt")
PACKAGES = ("makejinja", "Jinja2", "MarkupSafe", "PyYAML", "typed-settings", "cattrs", "click")

# Everything that makejinja, Python or a template of the corpus reads from the environment.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "CORPUS_VARIABLE": "from the environment",
    "COLUMNS": "1000",
}


def main() -> None:
    arguments = parse_arguments()
    names = arguments.cases or sorted(case.name for case in CASES.iterdir() if case.is_dir())
    if not arguments.check:
        record_all(names, HERE)
        return
    with tempfile.TemporaryDirectory() as folder:
        record_all(names, Path(folder))
        differing = compare(names, Path(folder))
    print(f"{len(names)} cases recorded again, {len(differing)} files differ")
    for line in differing:
        print(line)
    sys.exit(1 if differing else 0)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("cases", nargs="*", metavar="CASE")
    return parser.parse_args()


def record_all(names: list[str], into: Path) -> None:
    for name in names:
        record(CASES / name, into / "cases" / name)
    (into / "RECORDED_WITH").write_text(versions())


def compare(names: list[str], recorded: Path) -> list[str]:
    """Files that are not as committed. Versions may differ: that is what is looked for."""
    differing = []
    for name in names:
        files = {}
        for root in (HERE, recorded):
            for path in RECORDED:
                top = root / "cases" / name / path
                for file in [top, *top.rglob("*")]:
                    if file.is_file():
                        files.setdefault(str(file.relative_to(root)), []).append(contents(file))
        for path, versions_of_it in sorted(files.items()):
            if len(versions_of_it) != 2 or versions_of_it[0] != versions_of_it[1]:
                differing.append(path)
    return differing


def contents(file: Path) -> tuple[bytes, int]:
    """What has to be equal: of an error its status, since Python rewords its messages."""
    if file.name == "expected.txt":
        return re.sub(rb"(exit \d+).*", rb"\1", file.read_bytes()), 0
    return file.read_bytes(), file.stat().st_mode & 0o100


def versions() -> str:
    lines = [f"Python {platform.python_version()}"]
    lines += [f"{name} {importlib.metadata.version(name)}" for name in PACKAGES]
    return "".join(f"{line}\n" for line in lines)


def record(case: Path, target: Path) -> None:
    """One run for the case, or one for every file of `each/` if it has such a folder."""
    each = case / "each"
    expected = target / "expected"
    report = target / "expected.txt"
    shutil.rmtree(expected, ignore_errors=True)
    target.mkdir(parents=True, exist_ok=True)
    if not each.is_dir():
        report.write_text(run(case, None, expected))
        return
    text = ""
    for template in sorted(each.iterdir()):
        text += f"{template.name}: {run(case, template.name, expected)}"
    report.write_text(text)


def run(case: Path, only: str | None, expected: Path) -> str:
    """Runs makejinja in a copy of `case` and keeps its output; returns status and error."""
    with tempfile.TemporaryDirectory() as folder:
        # The folder's own name must not depend on the run: templates may match against it.
        work = Path(folder).resolve() / "case"
        shutil.copytree(case, work, ignore=lambda path, names: RECORDED if path == str(case) else ())
        if only is not None:
            leave_only(work, only)
        status, message = makejinja(work, ENVIRONMENT | {"HOME": folder} | extra_environment(work))
        output = work / "out"
        if status == 0 and output.is_dir():
            keep(output, expected if only is None else expected / only)
        return f"exit {status}{error(status, message, str(work))}\n"


def makejinja(work: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Runs the program in `work`; returns its status and what it wrote to standard error.

    A child is forked instead of a program started, because loading the libraries takes most
    of the time. makejinja itself is loaded in the child: it reads its configuration then.
    """
    with tempfile.TemporaryFile() as messages:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                os.chdir(work)
                os.environ.clear()
                os.environ.update(environment)
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                os.dup2(messages.fileno(), 2)
                os.umask(0o022)
                sys.argv = ["makejinja"]
                from makejinja.cli import makejinja_cli

                makejinja_cli()
            except SystemExit as stop:
                status = stop.code if isinstance(stop.code, int) else 0
            except BaseException:
                traceback.print_exc()
            sys.stderr.flush()
            os._exit(status)
        _, wait_status = os.waitpid(child, 0)
        messages.seek(0)
        return os.waitstatus_to_exitcode(wait_status), messages.read().decode()


def leave_only(work: Path, name: str) -> None:
    """Removes all of `each/` but one; one that is a configuration becomes the case's."""
    for file in (work / "each").iterdir():
        if file.name != name:
            file.unlink()
        elif file.suffix == ".toml":
            file.replace(work / "makejinja.toml")


def extra_environment(work: Path) -> dict[str, str]:
    """Variables of the case itself: lines `NAME=value` of its file `environment`."""
    file = work / "environment"
    if not file.is_file():
        return {}
    return dict(line.split("=", 1) for line in file.read_text().splitlines())


def keep(output: Path, expected: Path) -> None:
    """Copies files with their executable bit; git keeps no more of a mode, and no folders."""
    for source in sorted(output.rglob("*")):
        if source.is_file():
            target = expected / source.relative_to(output)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
            target.chmod(0o755 if source.stat().st_mode & 0o100 else 0o644)


def error(status: int, message: str, work: str) -> str:
    """The last line of a traceback, or of the frame that click draws around a message."""
    if status == 0:
        return ""
    lines = [line.strip("│╭╰─╯ ") for line in message.splitlines()]
    lines = [line for line in lines if line]
    line = lines[-1] if lines else ""
    return ": " + re.sub(r" at 0x[0-9a-f]+", "", line.replace(work, "."))


if __name__ == "__main__":
    main()
