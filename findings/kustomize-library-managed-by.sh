#!/usr/bin/env bash
# kustomize api 0.21.2, as a library, and apimachinery 0.36.3, which judges labels.
#
# `buildMetadata: [managedByLabel]` writes the label `app.kubernetes.io/managed-by` with the version of
# kustomize. The program `kustomize` 5.8.2 writes `kustomize-v5.8.2`. A program that embeds the library, as
# those do that build folders for a cluster, writes `kustomize-(devel)`, since the version is that of the main
# module of a build of kustomize itself. That is no value of a label: an API server refuses every object of
# the folder.
#
# Exits 0 as long as this is so.
set -euo pipefail
work="$(mktemp -d)"
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export HOME="$work" GOFLAGS=-mod=mod
export GOPATH="${GOPATH:-$work/go}" GOCACHE="${GOCACHE:-$work/cache}"
cd "$work"
cat >go.mod <<'MOD'
module finding

go 1.26.0

require (
	k8s.io/apimachinery v0.36.3
	sigs.k8s.io/kustomize/api v0.21.2
	sigs.k8s.io/kustomize/kyaml v0.21.2
)
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

func main() {
	files := filesys.MakeFsInMemory()
	files.WriteFile("/kustomization.yaml", []byte("resources: [a.yaml]\nbuildMetadata: [managedByLabel]\n"))
	files.WriteFile("/a.yaml", []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"))
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(files, "/")
	if err != nil {
		panic(err)
	}
	label := built.Resources()[0].GetLabels()["app.kubernetes.io/managed-by"]
	fmt.Println(label)
	fmt.Println("faults of this value:", len(validation.IsValidLabelValue(label)))
}
GO
seen="$(go run .)"
wanted="kustomize-(devel)
faults of this value: 1"
printf '%s\n' "$seen"
if [ "$seen" != "$wanted" ]; then
  printf 'no longer so; it was:\n%s\n' "$wanted" >&2
  exit 1
fi
