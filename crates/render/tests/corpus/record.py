#!/usr/bin/env python3
"""Records what the real makejinja makes of every case below `cases/`.

Run it with the Python of an environment in which makejinja is installed; README.md says
how. Every case is copied to a fresh folder, makejinja is run there as a user would run
it, and its output folder, exit status and message are put beside the case. Nothing
else of the run is kept, so two recordings with the same versions are equal.

    record.py [--into DIR] [CASE...]

`--into` writes the recordings to another folder, in the same layout, and leaves the
committed ones alone: that is how a live comparison is made.
"""

import argparse
import importlib.metadata
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

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
    for name in names:
        record(CASES / name, arguments.into / "cases" / name)
    (arguments.into / "RECORDED_WITH").write_text(versions())


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, default=HERE)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    return parser.parse_args()


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
            for template in (work / "each").iterdir():
                if template.name != only:
                    template.unlink()
        result = subprocess.run(
            [sys.executable, "-m", "makejinja"],
            cwd=work,
            env=ENVIRONMENT | {"HOME": folder} | extra_environment(work),
            capture_output=True,
            text=True,
        )
        output = work / "out"
        if result.returncode == 0 and output.is_dir():
            keep(output, expected)
        return f"exit {result.returncode}{last_line(result, str(work))}\n"


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


def last_line(result: subprocess.CompletedProcess, work: str) -> str:
    if result.returncode == 0:
        return ""
    lines = [line.strip() for line in result.stderr.splitlines()]
    lines = [line.strip("│ ").strip() for line in lines if line.strip("│╭╰─╯ ")]
    line = lines[-1] if lines else ""
    return ": " + re.sub(r" at 0x[0-9a-f]+", "", line.replace(work, "."))


if __name__ == "__main__":
    main()
