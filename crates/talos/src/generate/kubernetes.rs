//! The documents of Kubernetes, from contract 1.14 on.

use serde_json::{Map, Value, json};

use super::parts::{audit_policy, document, image, pem, pod_security};
use super::{Input, Role};
use crate::bundle::{Bundle, KeyPair};
use crate::fields::CONTROL_PLANE_LABEL;

/// All of a node, in the order of Talos.
pub(super) fn documents(bundle: &Bundle, input: &Input<'_>, out: &mut Vec<Value>) {
    let control_plane = input.role == Role::ControlPlane;
    out.push(document!("KubeClusterConfig", {
        "clusterName": input.cluster_name, "endpoint": input.endpoint,
    }));
    out.push(node(input));
    out.push(document!("KubeletConfig", {
        "image": image("ghcr.io/siderolabs/kubelet", input),
        "config": {},
        "defaultRuntimeSeccompProfileEnabled": true,
    }));
    out.push(document!("KubeNetworkConfig", {
        "dnsDomain": input.dns_domain,
        "podSubnets": input.pod_subnets,
        "serviceSubnets": input.service_subnets,
    }));
    out.push(if control_plane {
        document!("KubeAPIServerCAConfig", {"issuingCA": authority(&bundle.kubernetes)})
    } else {
        let certificate = pem(&bundle.kubernetes.certificate);
        document!("KubeAPIServerCAConfig", {"acceptedCAs": [certificate]})
    });
    if input.options.kube_prism_port > 0 {
        out.push(document!("KubePrismConfig", {"port": input.options.kube_prism_port}));
    }
    if !control_plane {
        return;
    }
    out.push(document!("KubeAggregatorCAConfig", {"issuingCA": authority(&bundle.aggregator)}));
    out.push(document!("KubeAdmissionControlConfig", {
        "name": "PodSecurity", "configuration": pod_security(),
    }));
    out.push(document!("KubeAuditPolicyConfig", {"configuration": audit_policy()}));
    out.push(document!("KubeAuthenticationConfig", {
        "configuration": {
            "anonymous": {
                "conditions": [{"path": "/livez"}, {"path": "/readyz"}, {"path": "/healthz"}],
                "enabled": true,
            },
            "jwt": [],
        },
    }));
    out.push(document!("KubeAuthorizerConfig", {"name": "node", "type": "Node"}));
    out.push(document!("KubeAuthorizerConfig", {"name": "rbac", "type": "RBAC"}));
    out.push(etcd_encryption(bundle));
    out.push(document!("KubeServiceAccountConfig", {
        "issuer": {"privateKey": pem(&bundle.service_account_key), "issuerURL": input.endpoint},
    }));
    out.push(api_server(input));
    out.push(document!("KubeControllerManagerConfig", {
        "image": image("registry.k8s.io/kube-controller-manager", input),
    }));
    out.push(document!("KubeSchedulerConfig", {
        "image": image("registry.k8s.io/kube-scheduler", input), "config": {},
    }));
    out.push(document!("KubeProxyConfig", {
        "image": image("registry.k8s.io/kube-proxy", input), "config": {},
    }));
    if input.options.custom_cni.is_none() {
        out.push(document!("KubeFlannelCNIConfig", {"backendType": "vxlan", "backendPort": 4789}));
    }
    out.push(document!("KubeCoreDNSConfig", {"enabled": true}));
    if let Some(url) = input.options.custom_cni {
        out.push(document!("KubeExternalManifestConfig", {"name": "custom-cni", "url": url}));
    }
}

/// What the node is called in the cluster, and who may run there.
fn node(input: &Input<'_>) -> Value {
    let mut made = document!("KubeNodeConfig", {"nodeIP": {}});
    if input.role == Role::ControlPlane {
        made["labels"] = json!({
            (CONTROL_PLANE_LABEL): "",
            "node.kubernetes.io/exclude-from-external-load-balancers": "",
        });
        if !input.allow_scheduling_on_control_planes {
            made["taints"] = json!({CONTROL_PLANE_LABEL: "NoSchedule"});
        }
    }
    made
}

fn api_server(input: &Input<'_>) -> Value {
    let mut made = document!("KubeAPIServerConfig", {
        "image": image("registry.k8s.io/kube-apiserver", input),
    });
    if let Some(port) = input.options.api_server_port {
        made["apiPort"] = port.into();
    }
    if !input.api_server_sans.is_empty() {
        made["certExtraSANs"] = json!(input.api_server_sans);
    }
    made
}

/// What secrets in etcd are encrypted with, in the order and by the names of configurations
/// without such a document: a node reads what it wrote by these only. (The generator of
/// siderolabs/talos 1.14.1 writes the secret for AES-CBC as one of secretbox.)
fn etcd_encryption(bundle: &Bundle) -> Value {
    let mut providers = Vec::new();
    for (provider, name, secret) in [
        ("secretbox", "key2", &bundle.secretbox_secret),
        ("aescbc", "key1", &bundle.aescbc_secret),
    ] {
        if let Some(secret) = secret {
            let keys = json!({"keys": [{"name": name, "secret": secret.expose()}]});
            providers.push(Map::from_iter([(provider.to_owned(), keys)]));
        }
    }
    document!("KubeEtcdEncryptionConfig", {
        "config": {"resources": [{"providers": providers, "resources": ["secrets"]}]},
    })
}

/// An authority that signs.
fn authority(pair: &KeyPair) -> Value {
    json!({"cert": pem(&pair.certificate), "key": pem(&pair.key)})
}
