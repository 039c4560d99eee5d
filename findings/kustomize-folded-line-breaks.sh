#!/usr/bin/env bash
# kustomize 5.8.2 (Go module), a text in folded style (`>`) whose lines are indented in part.
#
# What kustomize reads it writes and reads once more, in the style that was found. The writer of go-yaml for
# folded scalars looks for the character behind a line break at the beginning of the whole text, so that it
# writes one line break too many before a line that is indented more than the rest: "first(\n  second\n)"
# becomes "first(\n\n  second\n)". Where the text itself begins with a blank, it writes one too few, and two
# lines become one. Line breaks that are kept at the end (`>+`) become one more. Scripts, expressions and files
# of ConfigMaps are in the cluster otherwise than in the file; nothing is said. Flux builds with the same code.
#
# Exits 0 as long as this is so.
set -euo pipefail
work="$(mktemp -d)"
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export GOBIN="$work/bin" HOME="$work"
export GOPATH="${GOPATH:-$work/go}" GOCACHE="${GOCACHE:-$work/cache}"
go install sigs.k8s.io/kustomize/kustomize/v5@v5.8.2
cd "$work"
cat >map.yaml <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata:
  name: map
data:
  call: >-
    first(
      second
    )
  end: >+
    kept

  indented: >2-
     lead
    one

    two
YAML
printf 'resources: [map.yaml]\n' >kustomization.yaml
cat >expected.yaml <<'YAML'
apiVersion: v1
data:
  call: |-
    first(

      second
    )
  end: |+
    kept


  indented: |2-
     lead
    one two
kind: ConfigMap
metadata:
  name: map
YAML
if ! bin/kustomize build . | diff expected.yaml -; then
  echo 'changed: folded texts are built in another way'
  exit 1
fi
echo 'kustomize 5.8.2: "first(\n  second\n)" in folded style is built as "first(\n\n  second\n)"'
