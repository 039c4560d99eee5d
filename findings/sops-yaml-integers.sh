#!/usr/bin/env bash
# sops 3.13.3 (Go module), whole numbers of YAML files that no signed 64 bits hold.
#
# From 2^63 to 2^64 - 1 the file is refused ("unknown type: uint64"). Larger ones are taken without a word,
# as floating-point numbers: of 12345678901234567890123 seventeen digits come back. A number that is a
# little too large is thus an error, and one that is far too large is changed in silence.
#
# Exits 0 as long as this is so.
set -euo pipefail
work="$(mktemp -d)"
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export GOBIN="$work/bin" HOME="$work"
export GOPATH="${GOPATH:-$work/go}" GOCACHE="${GOCACHE:-$work/cache}"
go install github.com/getsops/sops/v3/cmd/sops@v3.13.3
go install filippo.io/age/cmd/age-keygen@v1.3.1
cd "$work"
bin/age-keygen -o key.txt 2>/dev/null
recipient="$(bin/age-keygen -y key.txt)"
export SOPS_AGE_KEY_FILE="$work/key.txt"

echo 'number: 9223372036854775808' >large.yaml
if bin/sops encrypt --age "$recipient" large.yaml >seen 2>&1 || ! grep -q 'unknown type: uint64' seen; then
  echo 'changed: 2^63 is no longer refused for its type'
  exit 1
fi
echo 'number: 12345678901234567890123' >larger.yaml
bin/sops encrypt --age "$recipient" larger.yaml >larger.sops.yaml 2>warnings
if [ -s warnings ]; then
  echo 'changed: something is said'
  exit 1
fi
seen="$(bin/sops decrypt larger.sops.yaml)"
if [ "$seen" != 'number: 1.2345678901234568e+22' ]; then
  echo "changed: what comes back is $seen"
  exit 1
fi
echo "sops 3.13.3: 2^63 is refused; 12345678901234567890123 comes back as ${seen#number: }"
