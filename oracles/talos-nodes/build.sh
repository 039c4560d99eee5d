#!/bin/bash
# build.sh: the programs of a node, and its root, into $NODES, once. From Go modules of exact versions; about ten minutes of processor time.
# Debian's packages give what is no Go: runc, libc, libseccomp.
set -euo pipefail
SELF=$(cd "$(dirname "$0")" && pwd)
: "${NODES:?the folder for all of it}" "${RUNC:?what stands before runc}"
TALOS=v1.13.9 CONTAINERD=v2.2.9 ETCD=v3.6.16
export CGO_ENABLED=0 GOFLAGS="-mod=mod -buildvcs=false" GOTOOLCHAIN=${GOTOOLCHAIN:-auto}
mkdir -p "$NODES"/{bin,debs,src/talos,src/containerd,src/etcd}
folder() { go mod download -json "$1" | sed -n 's/.*"Dir": "\(.*\)",/\1/p'; }
build() { go build -p 2 -trimpath "$@"; }

# Talos's own programs are packages below internal/, which may be built where they are named. Its
# go.mod and go.sum are taken as they are, but for modules that cannot be had in these versions.
cd "$NODES/src/talos"
echo "module example.test/talos" > go.mod
SOURCE=$(folder github.com/siderolabs/talos@$TALOS)
awk '/^module /{print "module example.test/talos"; next} /siderolabs\/talos\/pkg\/machinery => /{next} /^replace github.com\/containerd\/containerd\/v2 /{next} {print}' "$SOURCE/go.mod" \
  | sed -E "s#(github.com/siderolabs/talos/pkg/machinery) v[^ ]+#\1 $TALOS#" > go.mod
cat >> go.mod <<X
require github.com/siderolabs/talos $TALOS
replace github.com/containerd/containerd/v2 => github.com/containerd/containerd/v2 $CONTAINERD
replace github.com/siderolabs/go-kubernetes => github.com/siderolabs/go-kubernetes v0.2.36
replace go.etcd.io/etcd/etcdutl/v3 => go.etcd.io/etcd/etcdutl/v3 $ETCD
X
cp "$SOURCE/go.sum" go.sum
chmod +w go.sum
[ -e "$NODES/bin/machined" ] || build -tags tcell_minimal,grpcnotrace -ldflags "-s -w" -o "$NODES/bin/machined" github.com/siderolabs/talos/internal/app/machined
[ -e "$NODES/bin/talosctl" ] || build -tags grpcnotrace -ldflags "-s -w" -o "$NODES/bin/talosctl" github.com/siderolabs/talos/cmd/talosctl
MACHINERY=$(folder github.com/siderolabs/talos/pkg/machinery@$TALOS)

cd "$NODES/src/containerd"
printf 'module example.test/containerd\n\ngo 1.25.0\n\nrequire github.com/containerd/containerd/v2 %s\n' $CONTAINERD > go.mod
for program in containerd containerd-shim-runc-v2; do
  [ -e "$NODES/bin/$program" ] || build -tags no_btrfs,no_zfs,no_devmapper,osusergo,netgo \
    -ldflags "-s -w -X github.com/containerd/containerd/v2/version.Version=$CONTAINERD" \
    -o "$NODES/bin/$program" github.com/containerd/containerd/v2/cmd/$program
done
cd "$NODES/src/etcd"
printf 'module example.test/etcd\n\ngo 1.25.0\n\nrequire go.etcd.io/etcd/server/v3 %s\n' $ETCD > go.mod
[ -e "$NODES/bin/etcd" ] || build -ldflags "-s -w" -o "$NODES/bin/etcd" go.etcd.io/etcd/server/v3

(cd "$NODES/debs" && apt-get download -q runc libseccomp2 libc6)
bash "$SELF/rootfs.sh" "$SOURCE" "$MACHINERY"
touch "$NODES/built"
