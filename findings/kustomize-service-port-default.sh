#!/usr/bin/env bash
# kustomize 5.8.2 (Go module), a strategic merge patch of a Service's port and the default protocol.
#
# Ports are matched by port and protocol as they are written; a protocol that is left out is not taken for
# TCP, its default. If only one of base and patch says `protocol: TCP`, what the patch says about a port
# that the base has is lost, `$patch: delete` included: exit 0, nothing said, and the port is not added as
# a second one either. A port that the base does not have is added with or without a protocol, so that such
# a patch may work for one of its ports and not for another.
#
# Exits 0 as long as this is so.
set -euo pipefail
work="$(mktemp -d)"
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export GOBIN="$work/bin" HOME="$work"
export GOPATH="${GOPATH:-$work/go}" GOCACHE="${GOCACHE:-$work/cache}"
go install sigs.k8s.io/kustomize/kustomize/v5@v5.8.2
cd "$work"

# expect BASE PATCH PORTS: ports of a Service that are BASE become PORTS by a patch that says PATCH.
expect() {
  cat >service.yaml <<YAML
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  clusterIP: None
  ports:
    - $1
YAML
  cat >kustomization.yaml <<YAML
resources: [service.yaml]
patches:
  - patch: |
      apiVersion: v1
      kind: Service
      metadata:
        name: web
      spec:
        ports:
          - $2
YAML
  seen="$(bin/kustomize build . 2>warnings | sed '1,/clusterIP/d' | tr -s ' \n' ' ')"
  if [ -s warnings ] || [ "$seen" != "$3" ]; then
    echo "changed: $1 patched with $2 gives$seen"
    cat warnings
    exit 1
  fi
}

without='{port: 80, targetPort: 8080}'
with='{port: 80, protocol: TCP, targetPort: 8080}'
# Both leave the protocol out, or both have it: patched.
expect "$without" '{port: 80, targetPort: 9090}' ' ports: - port: 80 targetPort: 9090 '
expect "$with" '{port: 80, protocol: TCP, targetPort: 9090}' ' ports: - port: 80 protocol: TCP targetPort: 9090 '
# One of them has it: lost.
expect "$without" '{port: 80, protocol: TCP, targetPort: 9090}' ' ports: - port: 80 targetPort: 8080 '
expect "$with" '{port: 80, targetPort: 9090}' ' ports: - port: 80 protocol: TCP targetPort: 8080 '
# shellcheck disable=SC2016
expect "$without" '{port: 80, protocol: TCP, $patch: delete}' ' ports: - port: 80 targetPort: 8080 '
# Another port: added.
expect "$with" '{port: 443}' ' ports: - port: 443 - port: 80 protocol: TCP targetPort: 8080 '
expect "$without" '{port: 443, protocol: TCP}' ' ports: - port: 443 protocol: TCP - port: 80 targetPort: 8080 '
echo 'kustomize 5.8.2: a patch of a port is lost if only one of patch and base says protocol: TCP'
