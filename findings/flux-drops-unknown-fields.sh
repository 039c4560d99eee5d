#!/usr/bin/env bash
# fluxcd/pkg/ssa 0.76.2 (Go module; kustomize-controller 1.9.6 has it), an object with a field that its kind
# does not have.
#
# An API server asked to be strict refuses such a field, and so does server-side apply. Flux never lets it
# see one: before it applies, each object whose kind client-go knows is taken into client-go's type and back,
# which keeps what the type has. So `spec.template.spec.foo`, a misspelt `datas` of a ConfigMap or a
# `namespace` in a `roleRef` vanish without a word, and the Kustomization is ready. Role and ClusterRole are
# left as they are, and so is an object of which one value does not fit its type: that one goes to the server
# with everything, unknown fields included. Of custom resources nothing but the status is taken away.
#
# Exits 0 as long as this is so.
set -euo pipefail
work="$(mktemp -d)"
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export HOME="$work" GOPATH="${GOPATH:-$work/go}" GOCACHE="${GOCACHE:-$work/cache}"
cd "$work"
cat >main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/fluxcd/pkg/ssa/normalize"
	"github.com/fluxcd/pkg/ssa/utils"
)

func main() {
	objects, err := utils.ReadObjects(os.Stdin)
	if err != nil {
		panic(err)
	}
	if err := normalize.UnstructuredList(objects); err != nil {
		panic(err)
	}
	for _, object := range objects {
		text, err := json.Marshal(object.Object)
		if err != nil {
			panic(err)
		}
		fmt.Println(string(text))
	}
}
GO
cat >objects.yaml <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata: {name: unknown, foo: b}
data: {a: b}
datas: {c: d}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: unknown}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: a, namespace: b}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: kept}
rules: [{apiGroups: [""], resources: [pods], verbs: [get], foo: b}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: kept-with-a-wrong-type}
data: {a: [b]}
datas: {c: d}
---
apiVersion: example.com/v1
kind: Thing
metadata: {name: kept-but-for-its-status}
spec: {foo: b}
status: {ready: true}
YAML
cat >expected.json <<'JSON'
{"apiVersion":"v1","data":{"a":"b"},"kind":"ConfigMap","metadata":{"creationTimestamp":null,"name":"unknown"}}
{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"creationTimestamp":null,"name":"unknown"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"a"}}
{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"kept"},"rules":[{"apiGroups":[""],"foo":"b","resources":["pods"],"verbs":["get"]}]}
{"apiVersion":"v1","data":{"a":["b"]},"datas":{"c":"d"},"kind":"ConfigMap","metadata":{"creationTimestamp":null,"name":"kept-with-a-wrong-type"}}
{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"creationTimestamp":null,"name":"kept-but-for-its-status"},"spec":{"foo":"b"}}
JSON
go mod init fields 2>/dev/null
go mod edit -require github.com/fluxcd/pkg/ssa@v0.76.2
go mod tidy 2>/dev/null
if ! go run . <objects.yaml | diff expected.json -; then
  echo 'changed: fields that a kind does not have are treated in another way'
  exit 1
fi
echo 'fluxcd/pkg/ssa 0.76.2: fields that a kind of Kubernetes does not have vanish before they are applied'
