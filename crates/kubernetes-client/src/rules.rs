//! Rules about calls to the API of Kubernetes.

diagnostics::rules! {
    KUBERNETES_API_BUSY: error "kubernetes-api/busy",
        "The API server takes no more for the moment, or a disruption budget allows no more for now.";
    KUBERNETES_API_CLIENT_REFUSED: error "kubernetes-api/client-refused",
        "The API server does not know who calls: the certificate of the kubeconfig has ended, or the authority of another cluster made it.";
    KUBERNETES_API_CONFLICT: error "kubernetes-api/conflict",
        "The object is in another state than was supposed, or somebody else manages the field.";
    KUBERNETES_API_DENIED: error "kubernetes-api/denied",
        "Whoever the kubeconfig is for may not do this, or an admission webhook or policy refused it.";
    KUBERNETES_API_EXISTS: error "kubernetes-api/exists",
        "What was to be made is there already.";
    KUBERNETES_API_FAILED: error "kubernetes-api/failed",
        "The API server took the call and could not do what was asked.";
    KUBERNETES_API_INTERRUPTED: error "kubernetes-api/interrupted",
        "The connection ended in the middle of a call, as it does when an API server starts again.";
    KUBERNETES_API_MALFORMED: error "kubernetes-api/malformed",
        "The answer is not one of the API of Kubernetes in the versions that are known here.";
    KUBERNETES_API_MISSING: error "kubernetes-api/missing",
        "The cluster has no object, or no kind, of this name.";
    KUBERNETES_API_NOT_DRAINED: error "kubernetes-api/not-drained",
        "The time that was given is over, and pods are left on the node that should have gone elsewhere. The node stays cordoned; the same command goes on from there.";
    KUBERNETES_API_NOT_KUBERNETES: error "kubernetes-api/not-kubernetes",
        "Something else than the API of Kubernetes answers at this address.";
    KUBERNETES_API_NOT_READY: error "kubernetes-api/not-ready",
        "The API server starts, stops, or waits for etcd.";
    KUBERNETES_API_NO_CREDENTIALS: error "kubernetes-api/no-credentials",
        "The cluster is called as somebody: the current context of a kubeconfig needs a server, its authority, and a client certificate with its key, all within the file. Nothing is started and no other file is read for it.";
    KUBERNETES_API_REFUSED: error "kubernetes-api/refused",
        "The API server does not take what was sent.";
    KUBERNETES_API_SLOW: error "kubernetes-api/slow",
        "The API server took the call and did not answer in time.";
    KUBERNETES_API_TOO_LARGE: error "kubernetes-api/too-large",
        "What an API server may answer is limited, so that none can fill the memory of whoever asks.";
    KUBERNETES_API_UNREACHABLE: error "kubernetes-api/unreachable",
        "Nothing answers at the address of the kubeconfig: no control plane runs, its virtual address is nowhere, or a firewall stands between.";
    KUBERNETES_API_UNTRUSTED: error "kubernetes-api/untrusted",
        "The certificate of the API server is not signed by the authority of the kubeconfig, is for other names, or does not count now: it is another cluster's, or a clock is wrong.";
}

/// Every rule of this crate.
pub static RULES: &[diagnostics::Table] = &[TABLE];
