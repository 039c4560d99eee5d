#!/bin/bash
# pki.sh FOLDER: a cluster's authority, the certificate of its API server, and clients by group: NAME.crt, NAME.key, and a kubeconfig that
# holds all it needs, NAME.conf. `expired` is an administrator whose time is over, `reader` may read and no more (cluster.sh binds the role),
# `stranger` is an administrator of another cluster.
set -eu
mkdir -p "$1"
cd "$1"
authority() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
  openssl req -x509 -new -key "$1.key" -subj "/CN=$1" -days 365 -out "$1.crt"
}
make() { # NAME SUBJECT EXTENSION [DAYS [AUTHORITY]]
  openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
  openssl req -new -key "$1.key" -subj "$2" |
    openssl x509 -req -CA "${5:-ca}.crt" -CAkey "${5:-ca}.key" -CAcreateserial -days "${4:-365}" -out "$1.crt" -extfile <(echo "$3")
}
settings() { # NAME [AUTHORITY]
  cat > "$1.conf" <<X
apiVersion: v1
kind: Config
clusters: [{name: rig, cluster: {server: "https://127.0.0.1:6443", certificate-authority-data: $(base64 -w0 "${2:-ca}.crt")}}]
users: [{name: $1@rig, user: {client-certificate-data: $(base64 -w0 "$1.crt"), client-key-data: $(base64 -w0 "$1.key")}}]
contexts: [{name: $1@rig, context: {cluster: rig, user: $1@rig, namespace: default}}]
current-context: $1@rig
X
}
{
  authority ca
  authority other
  make api /CN=kube-apiserver "subjectAltName=IP:127.0.0.1,IP:10.43.0.1,DNS:localhost,DNS:kubernetes.default.svc"
  make admin /O=system:masters/CN=admin extendedKeyUsage=clientAuth
  make controllers /CN=system:kube-controller-manager extendedKeyUsage=clientAuth
  make scheduler /CN=system:kube-scheduler extendedKeyUsage=clientAuth
  make reader /CN=reader extendedKeyUsage=clientAuth
  make expired /O=system:masters/CN=admin extendedKeyUsage=clientAuth 0
  make stranger /O=system:masters/CN=admin extendedKeyUsage=clientAuth 365 other
  openssl genrsa -out sa.key 2048
  openssl rsa -in sa.key -pubout -out sa.pub
} 2>/dev/null
for client in admin controllers scheduler reader expired; do settings $client; done
settings stranger other
chmod 600 ./*.conf ./*.key
