#!/usr/bin/env python3
"""Records what the real makejinja makes of every case below `cases/`.

Run it with the Python of an environment in which makejinja is installed; README.md says
how. Every case is copied to a fresh folder, makejinja is run there as a user would run
it, and its output folder, exit status and message are put beside the case. Nothing
else of the run is kept, so two recordings with the same versions are equal.

    record.py [--check] [CASE...]

`--check` leaves the committed recordings alone: it records into a temporary folder, prints
what differs, and exits with 1 if anything does. The runs are forked from this process, as
many at once as there are processors; some are made by the installed command as well, and
have to agree with their forks.
"""

import argparse
import importlib.metadata
import multiprocessing
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

# All that makejinja loads, once, before the forks: loading takes most of a run's time. Not
# makejinja itself: it reads its configuration while it loads.
import cattrs  # noqa: F401
import immutables  # noqa: F401
import jinja2.debug  # noqa: F401
import jinja2.ext  # noqa: F401
import rich._emoji_codes  # noqa: F401
import rich.console  # noqa: F401
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


# Cases whose first run the installed command makes too.
CONTROLS = ("environment", "errors", "family", "settings", "undefined-strict")

# A case, and the only file of its `each/`, if it has such a folder.
Run = tuple[str, str | None]


def main() -> None:
    arguments = parse_arguments()
    start_as_the_runs()
    runs = all_runs(arguments.cases)
    if not arguments.check:
        record_all(runs, HERE)
        return
    controls = [run for run in runs if run[0] in CONTROLS and is_first(run)]
    with tempfile.TemporaryDirectory() as folder:
        again, forked, commanded = (Path(folder) / name for name in ("again", "forked", "commanded"))
        record_all(runs, again)
        differing = compare(runs, HERE, again)
        record_all(controls, forked)
        record_all(controls, commanded, is_command=True)
        differing += [f"{path}: not as the command" for path in compare(controls, forked, commanded)]
    cases = len({case for case, _ in runs})
    print(
        f"{len(runs)} runs of {cases} cases with {count_templates(runs)} templates, "
        f"{len(controls)} of them by the installed command too: "
        + (f"{len(differing)} files differ" if differing else "all as recorded")
    )
    for line in differing:
        print(line)
    sys.exit(1 if differing else 0)


def start_as_the_runs() -> None:
    """Starts this program again as the runs have to be: a fork keeps the seed of hashes and
    the encodings that its parent was started with."""
    if any(os.environ.get(name) != value for name, value in ENVIRONMENT.items()):
        kept = {name: os.environ[name] for name in ("HOME", "TMPDIR") if name in os.environ}
        os.execve(sys.executable, [sys.executable, *sys.argv], ENVIRONMENT | kept)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("cases", nargs="*", metavar="CASE")
    return parser.parse_args()


def all_runs(cases: list[str]) -> list[Run]:
    """One run for a case, or one for every file of `each/` if it has such a folder."""
    runs: list[Run] = []
    for case in cases or sorted(case.name for case in CASES.iterdir() if case.is_dir()):
        each = CASES / case / "each"
        names = sorted(file.name for file in each.iterdir()) if each.is_dir() else [None]
        runs += [(case, name) for name in names]
    return runs


def is_first(run: Run) -> bool:
    return run == all_runs([run[0]])[0]


def count_templates(runs: list[Run]) -> int:
    """Files that lie where the cases have their templates."""
    count = sum(name is not None and not name.endswith(".toml") for _, name in runs)
    for case in {case for case, _ in runs}:
        files = (file for file in (CASES / case).rglob("*") if file.is_file())
        paths = (file.relative_to(CASES / case).parts for file in files)
        count += sum("templates" in path and path[0] not in RECORDED for path in paths)
    return count


def record_all(runs: list[Run], into: Path, is_command: bool = False) -> None:
    for case in {case for case, _ in runs}:
        target = into / "cases" / case
        shutil.rmtree(target / "expected", ignore_errors=True)
        target.mkdir(parents=True, exist_ok=True)
    jobs = [(run, into, is_command) for run in runs]
    # Workers are forked before the pool has any thread, so each is a single thread that forks.
    with multiprocessing.get_context("fork").Pool() as pool:
        lines = pool.starmap(record, jobs, chunksize=1)
    reports: dict[str, str] = {}
    for (case, _), line in zip(runs, lines, strict=True):
        reports[case] = reports.get(case, "") + line
    for case, report in reports.items():
        (into / "cases" / case / "expected.txt").write_text(report)
    (into / "RECORDED_WITH").write_text(versions())


def compare(runs: list[Run], committed: Path, recorded: Path) -> list[str]:
    """Files that are not the same below both. Versions may differ: that is looked for."""
    differing = []
    for case in sorted({case for case, _ in runs}):
        files: dict[str, list[tuple[bytes, int]]] = {}
        for root in (committed, recorded):
            for path in RECORDED:
                top = root / "cases" / case / path
                for file in [top, *top.rglob("*")]:
                    if file.is_file():
                        files.setdefault(str(file.relative_to(root)), []).append(contents(file))
        for path, both in sorted(files.items()):
            if len(both) != 2 or both[0] != both[1]:
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


def record(run: Run, into: Path, is_command: bool) -> str:
    """Makes one run in a copy of its case and keeps its output; returns its line of the report."""
    case, only = run
    expected = into / "cases" / case / "expected"
    with tempfile.TemporaryDirectory() as folder:
        # The folder's own name must not depend on the run: templates may match against it.
        work = Path(folder).resolve() / "case"
        shutil.copytree(CASES / case, work, ignore=lambda path, names: left_out(run, path, names))
        if only is not None and only.endswith(".toml"):
            (work / "each" / only).replace(work / "makejinja.toml")
        makejinja = command if is_command else fork
        status, message = makejinja(work, ENVIRONMENT | {"HOME": folder} | extra_environment(work))
        output = work / "out"
        if status == 0 and output.is_dir():
            keep(output, expected if only is None else expected / only)
        name = "" if only is None else f"{only}: "
        return f"{name}exit {status}{error(status, message, str(work))}\n"


def command(work: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Runs the installed command in `work`; returns its status and its standard error."""
    program = Path(sys.executable).with_name("makejinja")
    ran = subprocess.run(
        [program], cwd=work, env=environment, umask=0o022, capture_output=True, check=False
    )
    return ran.returncode, ran.stderr.decode()


def fork(work: Path, environment: dict[str, str]) -> tuple[int, str]:
    """What `command` does, in a child that has the libraries loaded already.

    makejinja itself is loaded in the child: it reads its configuration then.
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


def left_out(run: Run, path: str, names: list[str]) -> list[str]:
    """What a run does not see of its case: what is recorded, and the others of `each/`."""
    case, only = run
    if Path(path) == CASES / case:
        return [name for name in names if name in RECORDED]
    if only is not None and Path(path) == CASES / case / "each":
        return [name for name in names if name != only]
    return []


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
