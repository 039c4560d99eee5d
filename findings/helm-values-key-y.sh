#!/usr/bin/env bash
# helm 4.3.1 (Go module, its package chart/common, which reads values files), a key called y.
#
# Keys of values files are read as YAML 1.1: `y` is the bool true, and as keys have to be text it becomes
# the key "true". The panel position of a Grafana dashboard, `gridPos: {h: 8, w: 12, x: 0, y: 4}`, has x, h
# and w afterwards, a key "true", and no y. `yes` becomes "true", `n` and `off` become "false" likewise. A
# key in quotes stays. No error and no warning.
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

require helm.sh/helm/v4 v4.3.1
MOD
cat >main.go <<'GO'
package main

import (
	"encoding/json"
	"os"

	"helm.sh/helm/v4/pkg/chart/common"
)

func main() {
	values, err := common.ReadValuesFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	json.NewEncoder(os.Stdout).Encode(values)
}
GO
go build -o read .

# expect YAML JSON: a values file that is YAML is read as JSON.
expect() {
  echo "$1" >values.yaml
  seen="$(./read values.yaml 2>&1)"
  if [ "$seen" != "$2" ]; then
    echo "changed: $1 is read as $seen"
    exit 1
  fi
}

expect 'gridPos: {h: 8, w: 12, x: 0, y: 4}' '{"gridPos":{"h":8,"true":4,"w":12,"x":0}}'
expect 'gridPos: {h: 8, w: 12, x: 0, "y": 4}' '{"gridPos":{"h":8,"w":12,"x":0,"y":4}}'
expect '{off: 1, yes: 2}' '{"false":1,"true":2}'
expect '{n: 1}' '{"false":1}'
echo 'helm 4.3.1: the key y of a values file becomes the key "true"'
