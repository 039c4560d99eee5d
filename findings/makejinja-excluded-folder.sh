#!/usr/bin/env bash
# makejinja 2.8.1 (PyPI), exclude_patterns.
#
# A pattern that names a folder excludes the folder and none of the files in it: makejinja does not make
# the folder, still renders the files, and stops with FileNotFoundError at the first of them. Its help says
# that patterns are for files; nothing says what one for a folder does.
#
# Seen: exit 1, "FileNotFoundError: [Errno 2] No such file or directory: '…/out/private/a.txt'".
# Exits 0 as long as this is so.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install makejinja==2.8.1
mkdir -p "$work/in/private"
echo hello >"$work/in/private/a.txt.jinja"
cat >"$work/makejinja.toml" <<'TOML'
[makejinja]
inputs = ["in"]
output = "out"
exclude_patterns = ["private"]
TOML
cd "$work"
if "$work/venv/bin/makejinja" >seen 2>&1; then
  echo 'changed: makejinja succeeds'
  exit 1
fi
if ! grep -q "FileNotFoundError.*out/private/a.txt" seen; then
  echo 'changed: makejinja stops for another reason:'
  tail -n 3 seen
  exit 1
fi
echo 'makejinja 2.8.1: an excluded folder is not made, and what is in it is rendered all the same'
