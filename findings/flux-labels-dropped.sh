#!/usr/bin/env bash
# fluxcd/pkg/ssa 0.76.2 (Go module; kustomize-controller 1.9.6 has it), an object with a label that is no text.
#
# The controller gives every object labels of its own: SetOwnerLabels reads those that it has, adds two, and
# writes them all. Read are they as a map of texts; where one value is true, false, a number, a list or a map,
# nothing is read, no error is seen, and what is written are the controller's two alone. So `critical: true`
# without quotes costs an object all labels that it has, which other labels are selected by, and nothing is
# said: an API server would have refused the object. SetCommonMetadata does so with annotations, where a
# Kustomization gives some. A label without a value becomes the empty text.
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

	"github.com/fluxcd/pkg/ssa"
	"github.com/fluxcd/pkg/ssa/utils"
)

func main() {
	objects, err := utils.ReadObjects(os.Stdin)
	if err != nil {
		panic(err)
	}
	manager := ssa.NewResourceManager(nil, nil, ssa.Owner{Field: "f", Group: "flux"})
	manager.SetOwnerLabels(objects, "n", "s")
	utils.SetCommonMetadata(objects, nil, map[string]string{"common": "c"})
	for _, object := range objects {
		text, err := json.Marshal(object.Object["metadata"])
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
metadata: {name: text, labels: {app: a, critical: "true"}, annotations: {app: a}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: truth, labels: {app: a, critical: true}, annotations: {app: a, critical: true}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: number, labels: {app: a, critical: 1}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: nothing, labels: {app: a, critical: null}}
YAML
cat >expected.json <<'JSON'
{"annotations":{"app":"a","common":"c"},"labels":{"app":"a","critical":"true","flux/name":"n","flux/namespace":"s"},"name":"text"}
{"annotations":{"common":"c"},"labels":{"flux/name":"n","flux/namespace":"s"},"name":"truth"}
{"annotations":{"common":"c"},"labels":{"flux/name":"n","flux/namespace":"s"},"name":"number"}
{"annotations":{"common":"c"},"labels":{"app":"a","critical":"","flux/name":"n","flux/namespace":"s"},"name":"nothing"}
JSON
go mod init labels 2>/dev/null
go mod edit -require github.com/fluxcd/pkg/ssa@v0.76.2
go mod tidy 2>/dev/null
if ! go run . <objects.yaml | diff expected.json -; then
  echo 'changed: labels that are no text are treated in another way'
  exit 1
fi
echo 'fluxcd/pkg/ssa 0.76.2: with a label that is true, all labels of the object are lost'
