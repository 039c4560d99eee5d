#!/usr/bin/env bash
# flate 0.6.5 (Go module), an OCIRepository with `insecure: true`.
#
# Flux speaks plain HTTP to a registry where its source says `insecure: true`: "Insecure allows connecting to a
# non-TLS HTTP container registry" (source-controller, OCIRepository and HelmRepository). flate goes on with TLS and
# trusts any certificate, so that a release whose chart Flux installs is a failure: the address that it asks is one of
# "https://". A HelmRepository of type `oci` is read the same way.
#
# Exits 0 as long as this is so. The first run builds flate, with Go 1.27 from the module proxy, in some minutes.
set -euo pipefail
work="$(mktemp -d)"
server=""
trap 'if [ -n "$server" ]; then kill "$server" || true; fi; chmod -R u+w "$work"; rm -rf "$work"' EXIT
export HOME="$work" GOTOOLCHAIN=go1.27.0 CGO_ENABLED=0
export GOPATH="${GOPATH:-$work/go}" GOCACHE="${GOCACHE:-$work/cache}"
GOBIN="$work" go install github.com/home-operations/flate/cmd/flate@v0.6.5

# Nothing but who asks: a registry that speaks plain HTTP and has nothing.
cat >"$work/server.py" <<'PY'
import http.server, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(404)
    do_HEAD = do_GET

server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
open(sys.argv[1], 'w').write(str(server.server_port))
server.serve_forever()
PY
timeout 300 python3 "$work/server.py" "$work/port" 2>"$work/asked" &
server=$!
for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.1; done

mkdir "$work/home"
cat >"$work/home/all.yaml" <<YAML
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: chart, namespace: demo}
spec: {interval: 1h, insecure: true, url: "oci://127.0.0.1:$(cat "$work/port")/chart", ref: {tag: 1.0.0}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: app, namespace: demo}
spec: {interval: 1h, chartRef: {kind: OCIRepository, name: chart}}
YAML
said="$(timeout 60 "$work/flate" build hr --path "$work/home" --no-progress --log-level error --source-retry-attempts 1 \
  --cache-dir "$work/kept" 2>&1 || true)"
if ! grep -q 'Head "https://127.0.0.1' <<<"$said"; then
  echo "changed: flate says $said"
  exit 1
fi
if grep -q '"GET\|"HEAD' "$work/asked"; then
  echo "changed: the registry was asked over plain HTTP: $(cat "$work/asked")"
  exit 1
fi
echo 'flate 0.6.5: `insecure: true` of an OCIRepository is TLS with any certificate, not plain HTTP'
