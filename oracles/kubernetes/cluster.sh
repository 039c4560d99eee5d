#!/bin/bash
# cluster.sh start RIG [NODE...] | stop RIG | server-start RIG | server-stop RIG: a cluster in the network namespace that this is called in.
# etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok's nodes, which stay NotReady until the network's pods run, and an agent that
# runs the real program of a pod beside it. All programs are on PATH; RIG/pki is pki.sh's, RIG/door.sock and RIG/ca.crt are the door's, RIG/hooks holds
# what runs beside pods, RIG/cluster all that ends with the cluster. FLUX_DATA is the folder of flux-operator's data. It ends with the process $OWNER.
set -u
HERE=$(cd "$(dirname "$0")" && pwd)
DO=$1 RIG=$(realpath -m "$2")
shift 2
# What is for those outside: hooks have it from RIG/env.
unset HTTPS_PROXY HTTP_PROXY SSL_CERT_FILE
C=$RIG/cluster API=https://127.0.0.1:6443 STORE=http://127.0.0.1:2379
ask() { curl -s --noproxy '*' --cacert "$RIG/pki/ca.crt" --cert "$RIG/pki/admin.crt" --key "$RIG/pki/admin.key" "$@"; }
# A session of its own for each: what ends it ends what it has started.
run() { # NAME PROGRAM...
  local name=$1
  shift
  setsid nohup "$@" >> "$C/$name.log" 2>&1 < /dev/null &
  echo $! > "$C/$name.pid"
}
# The same, begun again where it ends by itself, as a kubelet does it: without an API server controllers give up.
keep() { # NAME PROGRAM...
  local name=$1
  shift
  run "$name" bash -c 'while :; do "$@"; sleep 1; done' keep "$@"
}
end() { # NAME
  local id
  id=$(cat "$C/$1.pid" 2>/dev/null) || return 0
  kill "$id" 2>/dev/null
  for _ in $(seq 100); do
    grep -q '^State:.[^Z]' "/proc/$id/status" 2>/dev/null || break
    sleep .1
  done
  kill -9 -- "-$id" 2>/dev/null
  rm -f "$C/$1.pid"
}
server() {
  run server kube-apiserver --etcd-servers "$STORE" --bind-address 127.0.0.1 --secure-port 6443 --service-cluster-ip-range 10.43.0.0/16 \
    --tls-cert-file "$RIG/pki/api.crt" --tls-private-key-file "$RIG/pki/api.key" --client-ca-file "$RIG/pki/ca.crt" \
    --authorization-mode Node,RBAC --allow-privileged --egress-selector-config-file "$C/egress.yaml" --service-account-key-file "$RIG/pki/sa.pub" \
    --service-account-signing-key-file "$RIG/pki/sa.key" --service-account-issuer https://kubernetes.default.svc
  for _ in $(seq 600); do
    [ "$(ask $API/readyz)" = ok ] && return
    sleep .1
  done
  echo "the API server does not become ready" >&2
  exit 1
}

case $DO in
stop)
  # The API server goes before the store that it would miss.
  for name in watchdog agent kwok controllers scheduler server etcd; do end $name; done
  exit ;;
server-stop)
  end server
  exit ;;
server-start)
  server
  exit ;;
esac

mkdir -p "$C" "$RIG"/{home,hooks}
cd "$C" || exit 1
# Calls to webhooks and aggregated APIs go to addresses of the cluster, which nobody has: the door takes them.
cat > egress.yaml <<X
apiVersion: apiserver.k8s.io/v1beta1
kind: EgressSelectorConfiguration
egressSelections: [{name: cluster, connection: {proxyProtocol: HTTPConnect, transport: {uds: {udsName: "$RIG/door.sock"}}}}]
X
setsid nohup bash -c 'while kill -0 '"${OWNER:?}"' 2>/dev/null; do sleep 2; done; rm -f "$2/cluster/watchdog.pid"; exec bash "$1" stop "$2"' watchdog "$HERE/cluster.sh" "$RIG" > /dev/null 2>&1 < /dev/null &
echo $! > watchdog.pid
run etcd etcd --data-dir etcd --listen-client-urls $STORE --advertise-client-urls $STORE --listen-peer-urls http://127.0.0.1:2380 \
  --initial-advertise-peer-urls http://127.0.0.1:2380 --initial-cluster default=http://127.0.0.1:2380 --unsafe-no-fsync --log-level warn
server
keep controllers kube-controller-manager --kubeconfig "$RIG/pki/controllers.conf" --bind-address 127.0.0.1 --secure-port 10257 --leader-elect=false \
  --use-service-account-credentials --service-account-private-key-file "$RIG/pki/sa.key" --root-ca-file "$RIG/pki/ca.crt" \
  --allocate-node-cidrs --cluster-cidr 10.42.0.0/16 --service-cluster-ip-range 10.43.0.0/16 --node-cidr-mask-size 24
keep scheduler kube-scheduler --kubeconfig "$RIG/pki/scheduler.conf" --bind-address 127.0.0.1 --secure-port 10259 --leader-elect=false
# Without leases nodes go Unknown after 40 s, and nothing is scheduled any more.
keep kwok kwok --kubeconfig "$RIG/pki/admin.conf" --config "$HERE/stages.yaml" --manage-all-nodes --node-lease-duration-seconds 40

post() { ask -o /dev/null -H 'Content-Type: application/yaml' --data-binary @- "$API$1"; }
number=10
for node in "$@"; do
  number=$((number + 1)) role=
  case $node in cp-*) role=', node-role.kubernetes.io/control-plane: ""' ;; esac
  post /api/v1/nodes <<X
apiVersion: v1
kind: Node
metadata:
  name: $node
  labels: {kubernetes.io/os: linux, kubernetes.io/arch: amd64, kubernetes.io/hostname: $node$role}
  annotations: {rig/ip: 10.99.0.$number}
X
done
post /apis/rbac.authorization.k8s.io/v1/clusterrolebindings <<X
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: rig-reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: reader}]
X

# What runs beside the pods of a Deployment: hooks/NAMESPACE.NAME, with the arguments of its container; of a flag that is given twice the last one counts.
hook() {
  { echo '#!/bin/bash'; echo ". '$RIG/env'; export HOME='$RIG/home' PATH='$PATH' RUNTIME_NAMESPACE=flux-system POD_NAMESPACE=flux-system TUF_ROOT='$RIG/home'"; cat; } > "$RIG/hooks/$1"
  chmod +x "$RIG/hooks/$1"
}
own='--metrics-addr=127.0.0.1:0 --health-addr=127.0.0.1:0 --events-addr= --enable-leader-election=false'
curl="curl -s --noproxy '*' --cacert '$RIG/pki/ca.crt' --cert '$RIG/pki/admin.crt' --key '$RIG/pki/admin.key' -o /dev/null"
hook flux-system.source-controller <<< "mkdir -p '$C/store'; exec source-controller \"\$@\" $own --storage-path='$C/store' --storage-addr=127.0.0.1:9790 --storage-adv-addr=127.0.0.1:9790"
hook flux-system.kustomize-controller <<< "exec kustomize-controller \"\$@\" $own"
# It reads files of a cgroup unless it is told not to.
hook flux-system.helm-controller <<< "exec helm-controller \"\$@\" $own --feature-gates=OOMWatch=false"
hook flux-system.notification-controller <<< "exec sleep infinity"
hook flux-system.flux-operator <<< "export GODEBUG=fips140=on; exec flux-operator --metrics-addr=127.0.0.1:0 --health-addr=127.0.0.1:0 --enable-leader-election=false --web-server-port=0 --storage-path='$FLUX_DATA'"
# The real one writes the authority into the webhooks that cert-manager has.
hook cert-manager.cert-manager-cainjector <<X
for kind in validating mutating; do
  $curl -XPATCH -H 'Content-Type: application/strategic-merge-patch+json' $API/apis/admissionregistration.k8s.io/v1/\${kind}webhookconfigurations/cert-manager-webhook \\
    -d '{"webhooks": [{"name": "webhook.cert-manager.io", "clientConfig": {"caBundle": "'\$(base64 -w0 '$RIG/ca.crt')'"}}]}'
done
exec sleep infinity
X
# The real one defines its kinds itself.
hook kube-system.cilium-operator <<X
for file in '$RIG'/hooks/cilium-crds/*.yaml; do
  $curl -XPOST -H 'Content-Type: application/yaml' $API/apis/apiextensions.k8s.io/v1/customresourcedefinitions --data-binary @"\$file"
done
exec sleep infinity
X
run agent python3 "$HERE/agent.py" $API "$RIG" k8s-app=cilium
