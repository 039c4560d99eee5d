#!/usr/bin/env bash
# kustomize 5.8.2 (Go module), a patch that gives a quoted value another type.
#
# A strategic merge patch keeps the quotes of the value that it replaces. Where the base says `"80"` or
# "auto" in quotes, a patch that says 90 gives "90", and one that says true gives "true": text instead of a
# number or a bool, which the API server refuses or a custom resource takes for something else. Where the
# base has the same text without quotes, 90 stays a number. A JSON 6902 patch with the same value gives 90
# for either. Nothing is said. That quotes decide about the result of a patch is surprising in particular
# where a formatter has added or removed them in the base.
#
# Exits 0 as long as this is so.
set -euo pipefail
work="$(mktemp -d)"
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export GOBIN="$work/bin" HOME="$work"
export GOPATH="${GOPATH:-$work/go}" GOCACHE="${GOCACHE:-$work/cache}"
go install sigs.k8s.io/kustomize/kustomize/v5@v5.8.2
cd "$work"
cat >thing.yaml <<'YAML'
apiVersion: example.com/v1
kind: Thing
metadata:
  name: thing
spec:
  plain: auto
  quoted: "auto"
  switch: "off"
YAML

# expect NAME SPEC: the specification that kustomization.yaml gives is SPEC.
expect() {
  seen="$(bin/kustomize build . 2>warnings | sed '1,/^spec:/d' | tr -s ' \n' ' ')"
  if [ -s warnings ] || [ "$seen" != "$2" ]; then
    echo "changed: a $1 patch gives$seen"
    cat warnings
    exit 1
  fi
}

cat >kustomization.yaml <<'YAML'
resources: [thing.yaml]
patches:
  - patch: |
      apiVersion: example.com/v1
      kind: Thing
      metadata:
        name: thing
      spec:
        plain: 90
        quoted: 90
        switch: true
YAML
expect 'strategic merge' ' plain: 90 quoted: "90" switch: "true" '

cat >kustomization.yaml <<'YAML'
resources: [thing.yaml]
patches:
  - target:
      kind: Thing
    patch: |
      - {op: replace, path: /spec/plain, value: 90}
      - {op: replace, path: /spec/quoted, value: 90}
      - {op: replace, path: /spec/switch, value: true}
YAML
expect 'JSON 6902' ' plain: 90 quoted: 90 switch: true '
echo 'kustomize 5.8.2: where the base has quotes, a strategic merge patch of 90 gives the text "90"'
