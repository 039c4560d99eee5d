#!/usr/bin/env bash
# kustomize 5.8.2 (Go module), allowNameChange and the two kinds of patches.
#
# A strategic merge patch that has a target and another metadata.name does not rename the object unless the
# patch has the option allowNameChange; the rest of it is applied and nothing is said. A JSON 6902 patch of
# /metadata/name renames it without the option, and also with `allowNameChange: false`: references in other
# objects then follow. So the option guards one kind of patch only, and a strategic patch that was
# rewritten as operations moves an object to another name in the cluster.
#
# Exits 0 as long as this is so.
set -euo pipefail
work="$(mktemp -d)"
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export GOBIN="$work/bin" HOME="$work"
export GOPATH="${GOPATH:-$work/go}" GOCACHE="${GOCACHE:-$work/cache}"
go install sigs.k8s.io/kustomize/kustomize/v5@v5.8.2
cd "$work"
cat >objects.yaml <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata:
  name: before
---
apiVersion: v1
kind: Pod
metadata:
  name: pod
spec:
  containers:
    - name: main
      image: example.com/main:1
      envFrom:
        - configMapRef:
            name: before
YAML
cat >merge.yaml <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata:
  name: after
data:
  key: value
YAML
cat >operations.yaml <<'YAML'
- {op: replace, path: /metadata/name, value: after}
- {op: add, path: /data, value: {key: value}}
YAML

# expect PATCH OPTIONS NAME: with PATCH and OPTIONS, ConfigMap and reference are called NAME.
expect() {
  cat >kustomization.yaml <<YAML
resources: [objects.yaml]
patches:
  - path: $1
    target: {kind: ConfigMap, name: before}
    options: $2
YAML
  bin/kustomize build . >seen 2>warnings
  if [ -s warnings ] || [ "$(grep -c "name: $3\$" seen)" != 2 ] || ! grep -q '  key: value' seen; then
    echo "changed: $1 with $2 gives"
    cat warnings seen
    exit 1
  fi
}

expect merge.yaml '{}' before
expect merge.yaml '{allowNameChange: true}' after
expect operations.yaml '{}' after
expect operations.yaml '{allowNameChange: false}' after
echo 'kustomize 5.8.2: a JSON 6902 patch renames without allowNameChange, a strategic merge patch does not'
