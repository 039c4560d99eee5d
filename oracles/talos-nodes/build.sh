#!/bin/bash
# build.sh RELEASE: the programs of a node, and its root, into $NODES, once. From Go modules of exact versions; about ten minutes of processor time.
# What two releases of Talos have in common is built once. Debian's packages give what is no Go: runc, libc, libseccomp.
set -euo pipefail
SELF=$(cd "$(dirname "$0")" && pwd)
: "${NODES:?the folder for all of it}" "${RUNC:?what stands before runc}"
TALOS=$1 CONTAINERD=v2.2.9 ETCD=v3.6.16
export CGO_ENABLED=0 GOFLAGS="-mod=mod -buildvcs=false" GOTOOLCHAIN=${GOTOOLCHAIN:-auto}
OWN=$NODES/$TALOS
mkdir -p "$NODES"/{bin,debs,src/containerd,src/etcd} "$OWN/src"
folder() { go mod download -json "$1" | sed -n 's/.*"Dir": "\(.*\)",/\1/p'; }
build() { go build -p 2 -trimpath "$@"; }

# Talos's own programs are packages below internal/, which may be built where they are named. Its
# go.mod and go.sum are taken as they are, but for modules that cannot be had in these versions.
# `without` are replacements that are left out, `with` those in their place.
case $TALOS in
v1.13.9)
  without='containerd/containerd/v2'
  with="github.com/containerd/containerd/v2=$CONTAINERD github.com/siderolabs/go-kubernetes=v0.2.36 go.etcd.io/etcd/etcdutl/v3=$ETCD" ;;
v1.14.1)
  without='mdlayher/ethtool|secure-io/siv-go'
  with="github.com/mdlayher/ethtool=github.com/siderolabs/ethtool@v0.4.0-sidero github.com/cosi-project/runtime=v1.16.1
    github.com/jsimonetti/rtnetlink/v2=v2.3.0" ;;
*) echo "nothing is known of Talos $TALOS" >&2; exit 2 ;;
esac
cd "$OWN/src"
echo "module example.test/talos" > go.mod
SOURCE=$(folder github.com/siderolabs/talos@$TALOS)
sed -E -e "s#^module .*#module example.test/talos#" -e "/github.com\/($(sed 's#/#\\/#g' <<< "$without")|siderolabs\/talos\/pkg\/machinery) => /d" \
  -e "s#(github.com/siderolabs/talos/pkg/machinery) v[^ ]+#\1 $TALOS#" "$SOURCE/go.mod" > go.mod
{
  echo "require github.com/siderolabs/talos $TALOS"
  for pair in $with; do
    from=${pair%%=*} to=${pair#*=}
    case $to in *@*) echo "replace $from => ${to/@/ }" ;; *) echo "replace $from => $from $to" ;; esac
  done
} >> go.mod
cp "$SOURCE/go.sum" go.sum
chmod +w go.sum
[ -e "$OWN/machined" ] || build -tags tcell_minimal,grpcnotrace -ldflags "-s -w" -o "$OWN/machined" github.com/siderolabs/talos/internal/app/machined
[ -e "$OWN/talosctl" ] || build -tags grpcnotrace -ldflags "-s -w" -o "$OWN/talosctl" github.com/siderolabs/talos/cmd/talosctl
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
bash "$SELF/rootfs.sh" "$OWN" "$SOURCE" "$MACHINERY"
touch "$OWN/built"
