//! What validation says: each check once.

mod support;
#[path = "support/verdicts.rs"]
mod verdicts;

use std::collections::HashSet;

use serde_json::json;
use talos::contract::Contract;
use talos::validate::{Violation, validate};

fn rendered(found: &Violation) -> String {
    let hint = found.hint.as_deref().map(|hint| format!(" ({hint})"));
    format!(
        "{} {}: {}[{}]: {}{}",
        found.document,
        found.path,
        found.severity,
        found.rule,
        found.message,
        hint.unwrap_or_default()
    )
}

/// Every problem of the cases once: of one rule at one path.
fn messages(wanted: impl Fn(&Violation) -> bool) -> String {
    let mut seen = HashSet::new();
    let mut lines = Vec::new();
    for case in verdicts::cases() {
        let (contract, documents) = support::mutated(case);
        for found in validate(&documents, contract) {
            let kind = found.document.split('/').next().map(str::to_owned);
            if wanted(&found) && seen.insert((kind, found.path.clone(), found.rule)) {
                lines.push(rendered(&found));
            }
        }
    }
    lines.join("\n")
}

fn within(found: &Violation, path: &str) -> bool {
    found.document == "v1alpha1" && found.path.starts_with(path)
}

#[test]
fn messages_about_machine() {
    insta::assert_snapshot!(messages(|found| {
        found.document == "v1alpha1"
            && !found.path.starts_with("cluster")
            && !found.path.starts_with("machine.network")
    }), @r"
    v1alpha1 machine.ca.key: error[machine-config/worker-key]: a worker must not hold the key of an authority (leave it empty)
    v1alpha1 machine.type: warning[machine-config/old-name]: `join` is an old name of `worker` (write `worker`)
    v1alpha1 machine.type: error[machine-config/bad-value]: `foo` is not a type of machine (write `controlplane` or `worker`)
    v1alpha1 machine.ca.key: error[machine-config/missing]: `key` is missing (take it from the secrets of the cluster)
    v1alpha1 machine: error[machine-config/missing]: `machine` is missing (a node needs a section `machine`)
    v1alpha1 machine.ca: error[machine-config/missing]: `ca` is missing (take it from the secrets of the cluster)
    v1alpha1 machine.ca.crt: error[machine-config/missing]: `crt` is missing (take it from the secrets of the cluster)
    v1alpha1 machine.ca.crt: error[machine-config/bad-value]: `YQ` is not base64 (encode it: `base64 -w0 FILE`)
    v1alpha1 persist: error[machine-config/not-kept]: a configuration that is not kept is no longer possible (write `persist: true`)
    v1alpha1 persist: error[machine-config/wrong-type]: `true` or `false` is wanted here, not text
    v1alpha1 foo: error[machine-config/unknown-field]: Talos knows no field `foo` here (take it out: Talos refuses what it does not know)
    v1alpha1 machine.foo: error[machine-config/unknown-field]: Talos knows no field `foo` here (take it out: Talos refuses what it does not know)
    v1alpha1 machine.kubelet.foo: error[machine-config/unknown-field]: Talos knows no field `foo` here (take it out: Talos refuses what it does not know)
    v1alpha1 machine.install: error[machine-config/missing]: `install` is missing (say which disk to install to)
    v1alpha1 machine.install.disk: error[machine-config/missing]: neither `disk` nor `diskSelector` says which disk to install to (set one of them)
    v1alpha1 machine.install.diskSelector.size: error[machine-config/bad-value]: `!= 1` is not a size with a comparison (write it like `>= 100GB`)
    v1alpha1 machine.install.diskSelector.name: error[machine-config/bad-value]: disks are not selected by `name` (select by `serial`, `wwid`, `model`, `uuid`, `size` or `type`)
    v1alpha1 machine.install.diskSelector.type: error[machine-config/bad-value]: `foo` is not a type of disk (write `nvme`, `sd`, `hdd` or `ssd`)
    v1alpha1 machine.install.extraKernelArgs: error[machine-config/exclusive]: kernel arguments have no effect with `grubUseUKICmdline` (put them into the schematic of the image, or set `grubUseUKICmdline: false`)
    v1alpha1 machine.install.extensions: warning[machine-config/deprecated]: Talos will stop to install system extensions (put them into the schematic of the image)
    v1alpha1 machine.install.extensions[1].image: error[machine-config/duplicate]: the system extension `a/b:c` is there twice (take one of them out)
    v1alpha1 machine.features.hostDNS.forwardKubeDNSToHost: error[machine-config/needs]: requests are forwarded to a server that is off (set `enabled: true` beside it)
    v1alpha1 machine.features.nodeAddressSortAlgorithm: error[machine-config/bad-value]: `v3` is not a way to sort addresses (write `v1` or `v2`)
    v1alpha1 machine.features.kubernetesTalosAPIAccess.enabled: error[machine-config/control-plane-only]: only control planes give pods access to Talos (move it to a patch for control planes)
    v1alpha1 machine.features.kubernetesTalosAPIAccess.allowedRoles[0]: error[machine-config/bad-value]: `os:foo` is not a role of Talos (write one such as `os:reader`)
    v1alpha1 machine.nodeLabels.a/b/c: error[machine-config/bad-name]: `a/b/c` is not a name that Kubernetes takes (write `name` or `domain.example/name`, the name with up to 63 letters, digits, `-`, `_` and `.`)
    v1alpha1 machine.nodeLabels./a: error[machine-config/bad-name]: `/a` is not a name that Kubernetes takes (write `name` or `domain.example/name`, the name with up to 63 letters, digits, `-`, `_` and `.`)
    v1alpha1 machine.nodeLabels.A\.b/c: error[machine-config/bad-name]: `A.b/c` is not a name that Kubernetes takes (write `name` or `domain.example/name`, the name with up to 63 letters, digits, `-`, `_` and `.`)
    v1alpha1 machine.nodeLabels.a: error[machine-config/bad-value]: `x_` is not a value that Kubernetes takes (use up to 63 letters, digits, `-`, `_` and `.`, letters or digits first and last)
    v1alpha1 machine.nodeLabels.a_: error[machine-config/bad-name]: `a_` is not a name that Kubernetes takes (write `name` or `domain.example/name`, the name with up to 63 letters, digits, `-`, `_` and `.`)
    v1alpha1 machine.nodeLabels.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: error[machine-config/bad-name]: `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` is not a name that Kubernetes takes (write `name` or `domain.example/name`, the name with up to 63 letters, digits, `-`, `_` and `.`)
    v1alpha1 machine.nodeLabels.: error[machine-config/bad-name]: `` is not a name that Kubernetes takes (write `name` or `domain.example/name`, the name with up to 63 letters, digits, `-`, `_` and `.`)
    v1alpha1 machine.nodeLabels.a/: error[machine-config/bad-name]: `a/` is not a name that Kubernetes takes (write `name` or `domain.example/name`, the name with up to 63 letters, digits, `-`, `_` and `.`)
    v1alpha1 machine.nodeLabels.a\.\.b/c: error[machine-config/bad-name]: `a..b/c` is not a name that Kubernetes takes (write `name` or `domain.example/name`, the name with up to 63 letters, digits, `-`, `_` and `.`)
    v1alpha1 machine.nodeAnnotations.talos\.dev/owned-labels: error[machine-config/reserved]: Talos keeps the annotation `talos.dev/owned-labels` for itself (use another name)
    v1alpha1 machine.nodeAnnotations.a b: error[machine-config/bad-name]: `a b` is not a name that Kubernetes takes (write `name` or `domain.example/name`, the name with up to 63 letters, digits, `-`, `_` and `.`)
    v1alpha1 machine.nodeTaints.a: error[machine-config/bad-value]: `Foo` is not an effect of a taint (write `NoSchedule`, `PreferNoSchedule` or `NoExecute`, or `VALUE:EFFECT`)
    v1alpha1 machine.nodeTaints.a b: error[machine-config/bad-name]: `a b` is not a name that Kubernetes takes (write `name` or `domain.example/name`, the name with up to 63 letters, digits, `-`, `_` and `.`)
    v1alpha1 machine.kubelet.nodeIP.validSubnets[0]: error[machine-config/bad-value]: `10.0.0.0/33` is not a network (write it like `10.0.0.0/24`, or `!10.0.0.0/24` to leave it out)
    v1alpha1 machine.kubelet.nodeIP.validSubnets: error[machine-config/wrong-type]: a list is wanted here, not text
    v1alpha1 machine.kubelet.extraConfig.port: error[machine-config/kubelet-own]: Talos sets `port` of the kubelet itself (take it out)
    v1alpha1 machine.kubelet.extraConfig.rotateCertificates: error[machine-config/kubelet-own]: Talos sets `rotateCertificates` of the kubelet itself (take it out)
    v1alpha1 machine.kubelet.extraConfig.apiVersion: error[machine-config/kubelet-own]: Talos sets `apiVersion` of the kubelet itself (take it out)
    v1alpha1 machine.kubelet.extraConfig: error[machine-config/wrong-type]: a map is wanted here, not text
    v1alpha1 machine.kubelet.extraArgs.a: error[machine-config/wrong-type]: text or a list of texts is wanted here, not a map
    v1alpha1 machine.kubelet.extraArgs: error[machine-config/wrong-type]: a map is wanted here, not a list
    v1alpha1 machine.kubelet.extraMounts[0].foo: error[machine-config/unknown-field]: Talos knows no field `foo` here (take it out: Talos refuses what it does not know)
    v1alpha1 machine.kubelet.extraMounts: error[machine-config/wrong-type]: a list is wanted here, not a map
    v1alpha1 machine.logging.destinations[0].endpoint: error[machine-config/bad-value]: `http://1.2.3.4:5` is not a place for logs (write it like `tcp://10.0.0.5:5044`)
    v1alpha1 machine.logging.destinations[0].endpoint: error[machine-config/missing]: `endpoint` is missing (write it like `tcp://10.0.0.5:5044`)
    v1alpha1 machine.logging.destinations[0].format: error[machine-config/bad-value]: `x` is not a format of logs (write `json_lines`)
    v1alpha1 machine.files[0].permissions: error[machine-config/wrong-type]: a whole number that is not negative is wanted here, not a number
    v1alpha1 machine.files[0].permissions: error[machine-config/bad-value]: `4294967296` is too large (write a number up to 4294967295)
    v1alpha1 machine.disks[0].partitions[0].size: error[machine-config/bad-value]: only the last partition can take the rest of the disk (give it a size)
    v1alpha1 machine.disks[0]: error[machine-config/null-item]: there is nothing in this place (take the item out, or fill it in)
    v1alpha1 machine.systemDiskEncryption.state.keys: error[machine-config/missing]: `keys` is missing (an encrypted disk needs a key)
    v1alpha1 machine.systemDiskEncryption.state.keys[0]: error[machine-config/missing]: nothing says where this key comes from (set one of `static`, `nodeID`, `kms`, `tpm`)
    v1alpha1 machine.systemDiskEncryption.state.keys[1].slot: error[machine-config/duplicate]: the slot `0` holds a key already (give each key a slot of its own)
    v1alpha1 machine.systemDiskEncryption.state.keys[0].slot: error[machine-config/wrong-type]: a whole number is wanted here, not text
    v1alpha1 machine.systemDiskEncryption.state.keySize: error[machine-config/wrong-type]: a whole number that is not negative is wanted here, not a number
    v1alpha1 machine.time.bootTimeout: error[machine-config/bad-value]: `x` is not a duration (write it like `30s` or `1h30m`)
    v1alpha1 machine.sysctls.a: error[machine-config/wrong-type]: text is wanted here, not a list
    v1alpha1 machine.sysctls: error[machine-config/wrong-type]: a map is wanted here, not a list
    v1alpha1 machine.registries.mirrors.a: error[machine-config/null-item]: there is nothing in this place (take the item out, or fill it in)
    v1alpha1 machine.registries.mirrors.a.endpoints: error[machine-config/wrong-type]: a list is wanted here, not text
    v1alpha1 machine.registries.config.a: error[machine-config/null-item]: there is nothing in this place (take the item out, or fill it in)
    v1alpha1 machine.registries.config.a.tls.ca: error[machine-config/bad-value]: `a` is not base64 (encode it: `base64 -w0 FILE`)
    v1alpha1 machine.kernel.modules[0].x: error[machine-config/unknown-field]: Talos knows no field `x` here (take it out: Talos refuses what it does not know)
    v1alpha1 machine.pods[0]: error[machine-config/wrong-type]: a map is wanted here, not text
    v1alpha1 machine.features.kubePrism.port: error[machine-config/wrong-type]: a whole number is wanted here, not text
    v1alpha1 machine.udev.rules: error[machine-config/wrong-type]: a list is wanted here, not text
    v1alpha1 machine.certSANs: error[machine-config/wrong-type]: a list is wanted here, not text
    v1alpha1 machine.systemDiskEncryption.ephemeral: error[machine-config/conflict]: the document `VolumeConfig` says the same (set it in `VolumeConfig` only)
    v1alpha1 machine.features.stableHostname: error[machine-config/conflict]: the document `HostnameConfig` says the same (set it in `HostnameConfig` only)
    v1alpha1 machine.time.servers: error[machine-config/conflict]: the document `TimeSyncConfig` says the same (set it in `TimeSyncConfig` only)
    v1alpha1 machine.time.disabled: error[machine-config/conflict]: the document `TimeSyncConfig` says the same (set it in `TimeSyncConfig` only)
    v1alpha1 machine.time.bootTimeout: error[machine-config/conflict]: the document `TimeSyncConfig` says the same (set it in `TimeSyncConfig` only)
    ");
}

#[test]
fn messages_about_interfaces() {
    insta::assert_snapshot!(messages(|found| within(found, "machine.network")), @r"
    v1alpha1 machine.network.interfaces[0].deviceSelector: error[machine-config/exclusive]: `deviceSelector` and `interface` exclude each other (keep one of `deviceSelector` and `interface`)
    v1alpha1 machine.network.interfaces[0].interface: error[machine-config/missing]: neither `interface` nor `deviceSelector` says which device it is (set one of them)
    v1alpha1 machine.network.interfaces[0].deviceSelector: error[machine-config/missing]: the selector selects nothing (add a term such as `hardwareAddr`)
    v1alpha1 machine.network.interfaces[0].addresses[0]: error[machine-config/bad-value]: `foo` is not an address (write it like `10.0.0.1/24`)
    v1alpha1 machine.network.interfaces[0].cidr: warning[machine-config/deprecated]: `cidr` is an old name (write a list `addresses`)
    v1alpha1 machine.network.interfaces[0].cidr: error[machine-config/exclusive]: `cidr` and `addresses` exclude each other (keep one of `cidr` and `addresses`)
    v1alpha1 machine.network.interfaces[0].mtu: error[machine-config/wrong-type]: a whole number is wanted here, not text
    v1alpha1 machine.network.interfaces[0].foo: error[machine-config/unknown-field]: Talos knows no field `foo` here (take it out: Talos refuses what it does not know)
    v1alpha1 machine.network.interfaces[0].vip.ip: error[machine-config/bad-value]: `foo` is not an IP address (write it like `10.0.0.10`)
    v1alpha1 machine.network.interfaces[0].vlans[0].vlanId: error[machine-config/bad-value]: `70000` is too large (write a number up to 65535)
    v1alpha1 machine.network.interfaces[0].vlans[0].addresses[0]: error[machine-config/bad-value]: `x` is not an address (write it like `10.0.0.1/24`)
    v1alpha1 machine.network.interfaces[0].vlans[0].cidr: error[machine-config/exclusive]: `cidr` and `addresses` exclude each other (keep one of `cidr` and `addresses`)
    v1alpha1 machine.network.interfaces[0].routes[0]: error[machine-config/missing]: the route has neither `network` nor `gateway` (set one of them)
    v1alpha1 machine.network.interfaces[0].routes[0].network: error[machine-config/bad-value]: `foo` is not a network (write it like `10.0.0.0/24`)
    v1alpha1 machine.network.interfaces[0].routes[0].gateway: error[machine-config/bad-value]: `foo` is not an IP address (write it like `10.0.0.1`)
    v1alpha1 machine.network.interfaces[0].routes[0].source: error[machine-config/bad-value]: `foo` is not an IP address (write it like `10.0.0.1`)
    v1alpha1 machine.network.interfaces[0].routes[0].metric: error[machine-config/wrong-type]: a whole number that is not negative is wanted here, not a number
    v1alpha1 machine.network.interfaces[0].routes[0].mtu: error[machine-config/bad-value]: `4294967296` is too large (write a number up to 4294967295)
    v1alpha1 machine.network.interfaces[0].wireguard.privateKey: error[machine-config/bad-key]: this is not a key of WireGuard (make one with `wg genkey` or `wg pubkey`)
    v1alpha1 machine.network.interfaces[0].wireguard.peers[0].endpoint: error[machine-config/bad-value]: `10.0.0.1` is not a host with a port (write it like `10.0.0.1:51820`)
    v1alpha1 machine.network.interfaces[0].wireguard.peers[0].allowedIPs[0]: error[machine-config/bad-value]: `x` is not a network (write it like `10.0.0.0/24`)
    v1alpha1 machine.network.interfaces[0].wireguard.peers[0].persistentKeepaliveInterval: error[machine-config/bad-value]: `x` is not a duration (write it like `30s` or `1h30m`)
    v1alpha1 machine.network.interfaces[1].dhcp: error[machine-config/member-address]: `eth0` belongs to `br0` and can have no address of its own (move it to `br0`)
    v1alpha1 machine.network.interfaces[0].bridge: error[machine-config/exclusive]: `bridge` and `bond` exclude each other (keep one of `bridge` and `bond`)
    v1alpha1 machine.network.interfaces[0].bond.deviceSelectors: error[machine-config/exclusive]: `deviceSelectors` and `interfaces` exclude each other (keep one of `deviceSelectors` and `interfaces`)
    v1alpha1 machine.network.interfaces[1].bond.interfaces[0]: error[machine-config/duplicate]: `eth0` belongs to `bond0` already (take it out of one of them)
    v1alpha1 machine.network.interfaces[1].vip: error[machine-config/member-address]: `eth0` belongs to `bond0` and can have no address of its own (move it to `bond0`)
    v1alpha1 machine.network.interfaces: error[machine-config/wrong-type]: a list is wanted here, not text
    v1alpha1 machine.network.interfaces[0].bond.mode: error[machine-config/bad-value]: `802.3AD` is not one of `balance-rr`, `active-backup`, `balance-xor`, `broadcast`, `802.3ad`, `balance-tlb`, `balance-alb` (use one of them)
    v1alpha1 machine.network.interfaces[0].bond.lacpRate: error[machine-config/bond-mode]: the mode `balance-rr` has no `lacpRate` (take it out, or choose another mode)
    v1alpha1 machine.network.interfaces[0].bond.lacpRate: error[machine-config/bad-value]: `x` is not one of `slow`, `fast` (use one of them)
    v1alpha1 machine.network.interfaces[0].bond.xmitHashPolicy: error[machine-config/bad-value]: `x` is not one of `layer2`, `layer3+4`, `layer2+3`, `encap2+3`, `encap3+4` (use one of them)
    v1alpha1 machine.network.interfaces[0].bond.arpValidate: error[machine-config/bond-mode]: the mode `802.3ad` has no `arpValidate` (take it out, or choose another mode)
    v1alpha1 machine.network.interfaces[0].bond.arpAllTargets: error[machine-config/bad-value]: `x` is not one of `any`, `all` (use one of them)
    v1alpha1 machine.network.interfaces[0].bond.primary: error[machine-config/bond-mode]: the mode `balance-rr` has no `primary` (take it out, or choose another mode)
    v1alpha1 machine.network.interfaces[0].bond.primaryReselect: error[machine-config/bad-value]: `x` is not one of `always`, `better`, `failure` (use one of them)
    v1alpha1 machine.network.interfaces[0].bond.failOverMac: error[machine-config/bad-value]: `1` is not one of `none`, `active`, `follow` (use one of them)
    v1alpha1 machine.network.interfaces[0].bond.adSelect: error[machine-config/bad-value]: `x` is not one of `stable`, `bandwidth`, `count` (use one of them)
    v1alpha1 machine.network.interfaces[0].bond.updelay: error[machine-config/needs]: `updelay` has no effect without `miimon` (set `miimon`)
    v1alpha1 machine.network.interfaces[0].bond.updelay: error[machine-config/bad-value]: `250` is not a multiple of `miimon` (use a multiple of 100)
    v1alpha1 machine.network.interfaces[0].bond.downdelay: error[machine-config/bad-value]: `50` is not a multiple of `miimon` (use a multiple of 100)
    v1alpha1 machine.network.interfaces[0].bond.arpIPTarget: error[machine-config/unsupported]: Talos does not support `arpIPTarget` (take it out)
    v1alpha1 machine.network.interfaces[0].bond.adActorSystem: error[machine-config/unsupported]: Talos does not support `adActorSystem` (take it out)
    v1alpha1 machine.network.interfaces[0].bond.arpInterval: error[machine-config/bond-mode]: the mode `balance-tlb` has no `arpInterval` (take it out, or choose another mode)
    v1alpha1 machine.network.interfaces[0].bond.packetsPerSlave: error[machine-config/bond-mode]: the mode `802.3ad` has no `packetsPerSlave` (take it out, or choose another mode)
    v1alpha1 machine.network.interfaces[0].bond.tlbDynamicLb: error[machine-config/bond-mode]: the mode `balance-rr` has no `tlbDynamicLb` (take it out, or choose another mode)
    v1alpha1 machine.network.interfaces[0].bond.adActorSysPrio: error[machine-config/bond-mode]: the mode `balance-rr` has no `adActorSysPrio` (take it out, or choose another mode)
    v1alpha1 machine.network.interfaces[0].bond.adUserPortKey: error[machine-config/bond-mode]: the mode `balance-rr` has no `adUserPortKey` (take it out, or choose another mode)
    v1alpha1 machine.network.interfaces[0].bond.numPeerNotif: error[machine-config/bad-value]: `256` is too large (write a number up to 255)
    v1alpha1 machine.network.interfaces[0].bond.adActorSysPrio: error[machine-config/bad-value]: `65536` is too large (write a number up to 65535)
    v1alpha1 machine.network.interfaces[0].vip: error[machine-config/worker-vip]: a worker cannot hold a virtual address (move it to the control planes)
    v1alpha1 machine.network.interfaces[0].vlans[0].vip: error[machine-config/worker-vip]: a worker cannot hold a virtual address (move it to the control planes)
    v1alpha1 machine.network.kubespan.mtu: error[machine-config/bad-value]: `1000` is too small (use at least 1280)
    v1alpha1 machine.network.kubespan.filters.endpoints[0]: error[machine-config/bad-value]: `x` is not a network (write it like `10.0.0.0/24`, or `!10.0.0.0/24` to leave it out)
    v1alpha1 machine.network.kubespan.filters.excludeAdvertisedNetworks[0]: error[machine-config/bad-value]: `10.0.0.1` is not a network (write it like `10.0.0.0/24`)
    v1alpha1 machine.network.nameservers: error[machine-config/wrong-type]: a list is wanted here, not text
    v1alpha1 machine.network.hostname: error[machine-config/conflict]: the document `HostnameConfig` says the same (set it in `HostnameConfig` only)
    v1alpha1 machine.network.nameservers: error[machine-config/conflict]: the document `ResolverConfig` says the same (set it in `ResolverConfig` only)
    v1alpha1 machine.network.searchDomains: error[machine-config/conflict]: the document `ResolverConfig` says the same (set it in `ResolverConfig` only)
    v1alpha1 machine.network.disableSearchDomain: error[machine-config/conflict]: the document `ResolverConfig` says the same (set it in `ResolverConfig` only)
    v1alpha1 machine.network.kubespan: error[machine-config/conflict]: the document `KubeSpanConfig` says the same (set it in `KubeSpanConfig` only)
    ");
}

#[test]
fn messages_about_cluster() {
    insta::assert_snapshot!(messages(|found| within(found, "cluster")), @r"
    v1alpha1 cluster.etcd: error[machine-config/control-plane-only]: only control planes run etcd (move it to a patch for control planes)
    v1alpha1 cluster.ca.key: error[machine-config/worker-key]: a worker must not hold the key of an authority (leave it empty)
    v1alpha1 cluster: error[machine-config/missing]: `cluster` is missing (a node needs a section `cluster`)
    v1alpha1 cluster.discovery.enabled: error[machine-config/needs]: KubeSpan finds its peers by discovery, which is off (set `cluster.discovery.enabled: true`)
    v1alpha1 cluster.id: error[machine-config/missing]: `id` is missing (the discovery service needs it: take it from the secrets of the cluster)
    v1alpha1 cluster.controlPlane.endpoint: error[machine-config/bad-value]: `a` is not the URL of a server (write it with a host: `https://10.0.0.10:6443`)
    v1alpha1 cluster.controlPlane.endpoint: error[machine-config/missing]: `endpoint` is missing (write it like `https://10.0.0.10:6443`)
    v1alpha1 cluster.network.dnsDomain: error[machine-config/bad-value]: `a b` is not a DNS name (write it like `cluster.local`)
    v1alpha1 cluster.network.serviceSubnets: error[machine-config/wrong-type]: a list is wanted here, not text
    v1alpha1 cluster.network.cni.urls: warning[machine-config/missing]: `custom` without `urls` installs nothing (list the manifests, or write `name: none`)
    v1alpha1 cluster.network.cni.urls[0]: error[machine-config/bad-value]: `x` is not the URL of a server (write it with a host: `https://10.0.0.10:6443`)
    v1alpha1 cluster.network.cni.name: error[machine-config/bad-value]: `cilium` is not a network plugin that Talos knows (write `flannel`, `custom` or `none`)
    v1alpha1 cluster.network.cni.urls: error[machine-config/exclusive]: `none` needs no manifests (take `urls` out, or write `name: custom`)
    v1alpha1 cluster.network.cni.flannel.extraArgs: error[machine-config/exclusive]: this is for flannel, not for `none` (take it out)
    v1alpha1 cluster.network.cni.flannel.kubeNetworkPoliciesEnabled: error[machine-config/exclusive]: this is for flannel, not for `custom` (take it out)
    v1alpha1 cluster.externalCloudProvider.manifests[0]: error[machine-config/bad-value]: `x` is not the URL of a server (write it with a host: `https://10.0.0.10:6443`)
    v1alpha1 cluster.externalCloudProvider.manifests: error[machine-config/needs]: these manifests belong to a cloud provider that is off (set `enabled: true` beside them, or take them out)
    v1alpha1 cluster.inlineManifests[0].name: error[machine-config/missing]: `name` is missing (give the manifest a name)
    v1alpha1 cluster.inlineManifests[1].name: error[machine-config/duplicate]: the manifest `a` is there twice (take one of them out)
    v1alpha1 cluster.inlineManifests[1].name: error[machine-config/missing]: `name` is missing (give the manifest a name)
    v1alpha1 cluster.extraManifests: error[machine-config/wrong-type]: a list is wanted here, not text
    v1alpha1 cluster.etcd.ca: error[machine-config/missing]: `ca` is missing (take it from the secrets of the cluster)
    v1alpha1 cluster.etcd.advertisedSubnets[0]: error[machine-config/bad-value]: `x` is not a network (write it like `10.0.0.0/24`, or `!10.0.0.0/24` to leave it out)
    v1alpha1 cluster.etcd.listenSubnets[0]: error[machine-config/bad-value]: `!x` is not a network (write it like `10.0.0.0/24`, or `!10.0.0.0/24` to leave it out)
    v1alpha1 cluster.etcd.subnet: error[machine-config/bad-value]: `x` is not a network (write it like `10.0.0.0/24`, or `!10.0.0.0/24` to leave it out)
    v1alpha1 cluster.etcd.subnet: error[machine-config/exclusive]: `subnet` and `advertisedSubnets` exclude each other (keep one of `subnet` and `advertisedSubnets`)
    v1alpha1 cluster.discovery.registries.service.endpoint: error[machine-config/bad-value]: the URL of the discovery service has a path (leave the path out)
    v1alpha1 cluster.secret: error[machine-config/missing]: `secret` is missing (the discovery service needs it: take it from the secrets of the cluster)
    v1alpha1 cluster.apiServer.authorizationConfig[0].type: error[machine-config/bad-value]: `Foo` is not a type of authorizer (write `Node`, `RBAC` or `Webhook`)
    v1alpha1 cluster.apiServer.authorizationConfig[0].name: error[machine-config/missing]: `name` is missing (give the authorizer a name)
    v1alpha1 cluster.apiServer.authorizationConfig[0].type: error[machine-config/missing]: `type` is missing (write one such as `RBAC`)
    v1alpha1 cluster.apiServer.extraArgs.authorization-mode: error[machine-config/exclusive]: `authorization-mode` and `authorizationConfig` exclude each other (keep one of `authorization-mode` and `authorizationConfig`)
    v1alpha1 cluster.apiServer.extraArgs.authorization-webhook-x: error[machine-config/exclusive]: `authorization-webhook-x` and `authorizationConfig` exclude each other (keep one of `authorization-webhook-x` and `authorizationConfig`)
    v1alpha1 cluster.apiServer.resources.limits.foo: error[machine-config/bad-value]: `foo` is not a resource of a pod that Talos sets (use `cpu` and `memory`)
    v1alpha1 cluster.apiServer.resources.foo: error[machine-config/unknown-field]: Talos knows no field `foo` here (take it out: Talos refuses what it does not know)
    v1alpha1 cluster.controllerManager.resources.limits.foo: error[machine-config/bad-value]: `foo` is not a resource of a pod that Talos sets (use `cpu` and `memory`)
    v1alpha1 cluster.controllerManager.resources.foo: error[machine-config/unknown-field]: Talos knows no field `foo` here (take it out: Talos refuses what it does not know)
    v1alpha1 cluster.scheduler.resources.limits.foo: error[machine-config/bad-value]: `foo` is not a resource of a pod that Talos sets (use `cpu` and `memory`)
    v1alpha1 cluster.scheduler.resources.foo: error[machine-config/unknown-field]: Talos knows no field `foo` here (take it out: Talos refuses what it does not know)
    v1alpha1 cluster.apiServer.admissionControl[0].foo: error[machine-config/unknown-field]: Talos knows no field `foo` here (take it out: Talos refuses what it does not know)
    v1alpha1 cluster.apiServer.admissionControl: error[machine-config/wrong-type]: a list is wanted here, not a map
    v1alpha1 cluster.apiServer.auditPolicy: error[machine-config/wrong-type]: a map is wanted here, not text
    v1alpha1 cluster.apiServer.extraVolumes[0].readOnly: error[machine-config/unknown-field]: Talos knows no field `readOnly` here (did you mean `readonly`?)
    v1alpha1 cluster.adminKubeconfig.certLifetime: error[machine-config/bad-value]: `x` is not a duration (write it like `30s` or `1h30m`)
    v1alpha1 cluster.proxy.disabled: error[machine-config/wrong-type]: `true` or `false` is wanted here, not text
    v1alpha1 cluster.allowSchedulingOnControlPlanes: error[machine-config/wrong-type]: `true` or `false` is wanted here, not text
    ");
}

#[test]
fn messages_about_volumes() {
    insta::assert_snapshot!(messages(|found| found.document.contains("Volume")), @r#"
    UserVolumeConfig name: error[machine-config/missing]: `name` is missing (give the volume a name)
    UserVolumeConfig/a b name: error[machine-config/bad-value]: `a b` is not a name of a volume (use up to 34 letters, digits and hyphens)
    UserVolumeConfig/a provisioning.diskSelector.match: error[machine-config/missing]: `match` is missing (write an expression such as `!system_disk`)
    UserVolumeConfig/a provisioning.minSize: error[machine-config/missing]: neither `minSize` nor `maxSize` says how large the volume is (set one of them)
    UserVolumeConfig/a provisioning.minSize: error[machine-config/bad-value]: `10GB` is not smaller than `maxSize` (use at most `5GB`)
    UserVolumeConfig/a provisioning.maxSize: error[machine-config/bad-value]: `150%` is not a size (write it like `100GiB` or `50%`)
    UserVolumeConfig/a provisioning.diskSelector.match: error[machine-config/bad-value]: `disk.foo` is not an expression that Talos can evaluate: there is no field `foo`
    UserVolumeConfig/a provisioning.minSize: error[machine-config/not-here]: a volume of a whole disk has no size of its own (take it out, or write `volumeType: partition`)
    UserVolumeConfig/a provisioning.grow: error[machine-config/not-here]: a volume of a whole disk has no size of its own (take it out, or write `volumeType: partition`)
    UserVolumeConfig/a provisioning: error[machine-config/not-here]: a directory has no partition to say this of (take it out, or write `volumeType: partition`)
    UserVolumeConfig/a filesystem: error[machine-config/not-here]: a directory has no partition to say this of (take it out, or write `volumeType: partition`)
    UserVolumeConfig/a mount: error[machine-config/not-here]: a directory has no partition to say this of (take it out, or write `volumeType: partition`)
    UserVolumeConfig/a encryption: error[machine-config/not-here]: a directory has no partition to say this of (take it out, or write `volumeType: partition`)
    UserVolumeConfig/a volumeType: error[machine-config/bad-value]: `tmpfs` is not a type of user volume (write `partition`, `disk` or `directory`)
    UserVolumeConfig/a filesystem.type: error[machine-config/bad-value]: `vfat` is not a file system of a volume (write `xfs` or `ext4`)
    UserVolumeConfig/a filesystem.projectQuotaSupport: error[machine-config/needs]: only `xfs` has project quotas (write `type: xfs`, or take it out)
    UserVolumeConfig/a encryption.keys: error[machine-config/missing]: `keys` is missing (an encrypted disk needs a key)
    UserVolumeConfig/a encryption.provider: error[machine-config/bad-value]: `` is not a way to encrypt (write `luks2`)
    UserVolumeConfig/a encryption.keys[0]: error[machine-config/missing]: nothing says where this key comes from (set one of `static`, `nodeID`, `kms`, `tpm`)
    UserVolumeConfig/a encryption.keys[0].tpm.options.pcrs[1]: error[machine-config/bad-value]: the TPM has no register `24` (use 0 to 23)
    UserVolumeConfig/a encryption.keys[1].slot: error[machine-config/duplicate]: the slot `0` holds a key already (give each key a slot of its own)
    UserVolumeConfig/a foo: error[machine-config/unknown-field]: Talos knows no field `foo` here (take it out: Talos refuses what it does not know)
    RawVolumeConfig name: error[machine-config/missing]: `name` is missing (give the volume a name)
    SwapVolumeConfig/a provisioning.diskSelector.match: error[machine-config/missing]: `match` is missing (write an expression such as `!system_disk`)
    SwapVolumeConfig/a provisioning.minSize: error[machine-config/missing]: neither `minSize` nor `maxSize` says how large the volume is (set one of them)
    ExistingVolumeConfig/a discovery.volumeSelector.match: error[machine-config/missing]: `match` is missing (write an expression such as `volume.name == "xfs"`)
    ExistingVolumeConfig/a_ discovery.volumeSelector.match: error[machine-config/bad-value]: `system_disk` is not an expression that Talos can evaluate: there is no `system_disk`
    ExistingVolumeConfig/a_ name: error[machine-config/bad-value]: `a_` is not a name of a volume (use up to 34 letters, digits and hyphens)
    ExternalVolumeConfig/a mount.virtiofs.tag: error[machine-config/missing]: `tag` is missing (name the shared folder)
    ExternalVolumeConfig/a filesystemType: error[machine-config/bad-value]: `xfs` is not a file system of an external volume (write `virtiofs`)
    VolumeConfig/STATE provisioning: error[machine-config/not-here]: Talos itself decides where the volume `STATE` is (take it out)
    VolumeConfig/foo name: error[machine-config/bad-value]: `foo` is not a volume of the system (write `STATE`, `EPHEMERAL` or `IMAGECACHE`, or a `UserVolumeConfig`)
    VolumeConfig/EPHEMERAL provisioning.diskSelector.match: error[machine-config/bad-value]: `foo` is not an expression that Talos can evaluate: there is no `foo`
    VolumeConfig/STATE encryption.keys[0].lockToState: error[machine-config/not-here]: the volume `STATE` cannot be locked to itself (take it out)
    VolumeConfig/EPHEMERAL provisioning.minSize: error[machine-config/bad-value]: `2GB` is not smaller than `maxSize` (use at most `1GB`)
    ExistingVolumeConfig/a : error[machine-config/conflict]: `ExistingVolumeConfig/a` and `UserVolumeConfig/a` are one thing under one name (take one of them out, or rename it)
    "#);
}

#[test]
fn messages_about_links() {
    insta::assert_snapshot!(messages(|found| {
        ["Link", "Bond", "Bridge", "Dummy", "VLAN", "VRF", "Wireguard", "DHCP", "Layer2", "HCloud", "Ethernet"]
            .iter()
            .any(|kind| found.document.starts_with(kind))
    }), @r#"
    LinkConfig name: error[machine-config/missing]: `name` is missing (give the document a name)
    LinkConfig/eth0 addresses[0].address: error[machine-config/missing]: `address` is missing (write it like `10.0.0.1/24`)
    LinkConfig/eth0 addresses[0].address: error[machine-config/bad-value]: `0.0.0.0/0` is not an address of a host (write it like `10.0.0.1/24`)
    LinkConfig/eth0 routes[0].destination: error[machine-config/bad-value]: the default route has no destination (leave `destination` out: `gateway` alone is the default route)
    LinkConfig/eth0 routes[0].gateway: error[machine-config/bad-value]: `0.0.0.0` is not an address of a host (write it like `10.0.0.1`)
    LinkConfig/eth0 routes[0].table: error[machine-config/bad-value]: `300` is not a routing table (write `main`, `local`, `default` or a number from 1 to 252)
    LinkConfig/eth0 up: error[machine-config/wrong-type]: `true` or `false` is wanted here, not text
    LinkConfig/eth0 mtu: error[machine-config/wrong-type]: a whole number that is not negative is wanted here, not a number
    LinkConfig/eth0 routes[0].source: error[machine-config/bad-value]: `::` is not an address of a host (write it like `10.0.0.1`)
    BondConfig/b miimon: warning[machine-config/missing]: a bond of the mode `802.3ad` should set `miimon` (write `miimon: 100`)
    BondConfig/b updelay: warning[machine-config/missing]: a bond of the mode `802.3ad` should set `updelay` (write `updelay: 200`)
    BondConfig/b downdelay: warning[machine-config/missing]: a bond of the mode `802.3ad` should set `downdelay` (write `downdelay: 200`)
    BondConfig/b links: error[machine-config/missing]: `links` is missing (list the links of the bond)
    BondConfig/b bondMode: error[machine-config/missing]: `bondMode` is missing (write one such as `802.3ad`)
    BondConfig/b bondMode: error[machine-config/bad-value]: `foo` is not one of `balance-rr`, `active-backup`, `balance-xor`, `broadcast`, `802.3ad`, `balance-tlb`, `balance-alb`
    BondConfig/b xmitHashPolicy: error[machine-config/bad-value]: `x` is not one of `layer2`, `layer3+4`, `layer2+3`, `encap2+3`, `encap3+4`
    BondConfig/b hardwareAddr: error[machine-config/bad-value]: `52:54:0` is not a hardware address (write it like `52:54:00:12:34:56`)
    BondConfig/b arpIpTargets[0]: error[machine-config/bad-value]: `x` is not an IP address (write it like `10.0.0.1`)
    BondConfig/b lacpRate: error[machine-config/bad-value]: `` is not one of `slow`, `fast`
    BridgeConfig name: error[machine-config/missing]: `name` is missing (give the document a name)
    DummyLinkConfig name: error[machine-config/missing]: `name` is missing (give the document a name)
    VLANConfig/v vlanID: error[machine-config/bad-value]: `0` is not the id of a VLAN (use 1 to 4094)
    VLANConfig/v parent: error[machine-config/missing]: `parent` is missing (name the link that carries the VLAN)
    VLANConfig/v vlanMode: error[machine-config/bad-value]: `x` is not one of `802.1q`, `802.1ad`
    VRFConfig/v table: error[machine-config/reserved]: the routing table `main` is the system's own (use a number from 1 to 252)
    VRFConfig/v table: error[machine-config/missing]: `table` is missing (use a number from 1 to 252)
    VRFConfig/v table: error[machine-config/bad-value]: `x` is not a routing table (write `main`, `local`, `default` or a number from 1 to 252)
    WireguardConfig/w privateKey: error[machine-config/missing]: `privateKey` is missing (make one with `wg genkey` or `wg pubkey`)
    WireguardConfig/w privateKey: error[machine-config/bad-key]: this is not a key of WireGuard (make one with `wg genkey` or `wg pubkey`)
    WireguardConfig/w listenPort: error[machine-config/bad-value]: `70000` is not a port (use 1 to 65535)
    WireguardConfig/w peers[0].publicKey: error[machine-config/missing]: `publicKey` is missing (make one with `wg genkey` or `wg pubkey`)
    WireguardConfig/w peers[0].endpoint: error[machine-config/bad-value]: `a:1` is not an address with a port (write it like `10.0.0.1:51820` or `[fd00::1]:51820`)
    WireguardConfig/w peers[0].presharedKey: error[machine-config/bad-key]: this is not a key of WireGuard (make one with `wg genkey` or `wg pubkey`)
    WireguardConfig/w peers[0].persistentKeepaliveInterval: error[machine-config/bad-value]: `-1s` is not a duration that can pass (leave the sign out)
    WireguardConfig/w peers[0].allowedIPs[0]: error[machine-config/bad-value]: `x` is not an address with a prefix length (write it like `10.0.0.0/24`)
    LinkAliasConfig/n selector.match: error[machine-config/missing]: `match` is missing (write an expression such as `link.driver == "virtio_net"`)
    LinkAliasConfig/net%s name: error[machine-config/bad-value]: `net%s` is not a pattern of names (write it like `net%d`)
    LinkAliasConfig/n selector.match: error[machine-config/bad-value]: `link.type == 1u` is not an expression that Talos can evaluate: `==` does not take a whole number and an unsigned number: write numbers as in `1u`
    DHCPv4Config name: error[machine-config/missing]: `name` is missing (give the document a name)
    DHCPv4Config/e duidRaw: error[machine-config/missing]: `duidRaw` is missing (`clientIdentifier: duid` needs it)
    DHCPv4Config/e duidRaw: error[machine-config/needs]: `duidRaw` has no effect without `clientIdentifier: duid` (write `clientIdentifier: duid`)
    DHCPv4Config/e clientIdentifier: error[machine-config/bad-value]: `foo` is not one of `none`, `mac`, `duid`
    DHCPv6Config name: error[machine-config/missing]: `name` is missing (give the document a name)
    DHCPv6Config/e duidRaw: error[machine-config/missing]: `duidRaw` is missing (`clientIdentifier: duid` needs it)
    DHCPv6Config/e duidRaw: error[machine-config/needs]: `duidRaw` has no effect without `clientIdentifier: duid` (write `clientIdentifier: duid`)
    DHCPv6Config/e clientIdentifier: error[machine-config/bad-value]: `foo` is not one of `none`, `mac`, `duid`
    Layer2VIPConfig/x name: error[machine-config/bad-value]: `x` is not an IP address (name the document by its address)
    Layer2VIPConfig name: error[machine-config/missing]: `name` is missing (give the document a name)
    Layer2VIPConfig/10.0.0.5 link: error[machine-config/missing]: `link` is missing (name the link that holds the address)
    HCloudVIPConfig/10.0.0.5 apiToken: error[machine-config/missing]: `apiToken` is missing (take it from the console of the cloud)
    EthernetConfig name: error[machine-config/missing]: `name` is missing (give the document a name)
    EthernetConfig/e wakeOnLan[0]: error[machine-config/bad-value]: `x` is not one of `phy`, `unicast`, `multicast`, `broadcast`, `magic`, `magicsecure`, `filter`
    EthernetConfig/e features.a: error[machine-config/wrong-type]: `true` or `false` is wanted here, not text
    EthernetConfig/e rings.rx: error[machine-config/wrong-type]: a whole number that is not negative is wanted here, not a number
    LinkConfig/eth0 apiVersion: error[machine-config/api-version]: the document of kind `LinkConfig` has no `apiVersion` that Talos knows (write `apiVersion: v1alpha1`)
    LinkConfig/a : error[machine-config/duplicate-document]: the document `LinkConfig/a` is there twice (merge the two, or take one of them out)
    DummyLinkConfig/a : error[machine-config/conflict]: `DummyLinkConfig/a` and `LinkConfig/a` are one thing under one name (take one of them out, or rename it)
    HCloudVIPConfig/10.0.0.1 : error[machine-config/conflict]: `HCloudVIPConfig/10.0.0.1` and `Layer2VIPConfig/10.0.0.1` are one thing under one name (take one of them out, or rename it)
    "#);
}

#[test]
fn messages_about_other_documents() {
    let others = [
        "v1alpha1",
        "Link",
        "Bond",
        "Bridge",
        "Dummy",
        "VLAN",
        "VRF",
        "Wireguard",
        "DHCP",
        "Layer2",
        "HCloud",
        "Ethernet",
    ];
    insta::assert_snapshot!(messages(|found| {
        !found.document.contains("Volume")
            && !others.iter().any(|kind| found.document.starts_with(kind))
    }), @r"
    ZswapConfig maxPoolPercent: error[machine-config/bad-value]: `101` is not a percentage (use 0 to 100)
    ZswapConfig maxPoolPercent: error[machine-config/wrong-type]: a whole number is wanted here, not text
    HostnameConfig hostname: error[machine-config/missing]: `hostname` is missing (set `hostname` and `auto: off`, or `auto: stable`)
    HostnameConfig auto: error[machine-config/bad-value]: `talos-addr` is not a way to name a node (write `stable` or `off`)
    HostnameConfig auto: error[machine-config/needs]: a name of your own needs `auto: off` (write `auto: off`)
    HostnameConfig hostname: error[machine-config/bad-value]: `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` is not a hostname (use up to 63 characters before the first dot, and up to 253 in all)
    HostnameConfig : error[machine-config/duplicate-document]: the document `HostnameConfig` is there twice (merge the two, or take one of them out)
    ResolverConfig nameservers[0].address: error[machine-config/bad-value]: `x` is not an IP address (write it like `10.0.0.1`)
    StaticHostConfig/x name: error[machine-config/bad-value]: `x` is not an IP address (name the document by its address)
    StaticHostConfig/10.0.0.1 hostnames: error[machine-config/missing]: `hostnames` is missing (list the names of the address)
    StaticHostConfig name: error[machine-config/missing]: `name` is missing (name the document by its address)
    TimeSyncConfig ptp: error[machine-config/exclusive]: `ptp` and `ntp` exclude each other (keep one of `ptp` and `ntp`)
    TimeSyncConfig bootTimeout: error[machine-config/bad-value]: `-1s` is not a duration that can pass (leave the sign out)
    KubeSpanConfig mtu: error[machine-config/bad-value]: `100` is too small (use at least 1280)
    KubeSpanConfig filters.endpoints[0]: error[machine-config/bad-value]: `x` is not a network (write it like `10.0.0.0/24`, or `!10.0.0.0/24` to leave it out)
    KubeSpanConfig filters.excludeAdvertisedNetworks[0]: error[machine-config/bad-value]: `x` is not an address with a prefix length (write it like `10.0.0.0/24`)
    NetworkRuleConfig name: error[machine-config/missing]: `name` is missing (give the rule a name)
    NetworkRuleConfig/a portSelector.ports: error[machine-config/missing]: `ports` is missing (list the ports of the rule)
    NetworkRuleConfig/a portSelector.ports[0]: error[machine-config/wrong-type]: a number is wanted here, not text
    NetworkRuleConfig/a portSelector.ports[1]: error[machine-config/duplicate]: `5-9` overlaps with `1-5` (write one range)
    NetworkRuleConfig/a portSelector.ports[0]: error[machine-config/bad-value]: `5-1` is not a range of ports (turn it around: `1-5`)
    NetworkRuleConfig/a portSelector.protocol: error[machine-config/bad-value]: `x` is not one of `icmp`, `tcp`, `udp`, `icmpv6`
    NetworkRuleConfig/a ingress[0].subnet: error[machine-config/missing]: `subnet` is missing (write it like `10.0.0.0/24`)
    NetworkRuleConfig/a ingress[0].subnet: error[machine-config/bad-value]: `x` is not an address with a prefix length (write it like `10.0.0.0/24`)
    NetworkRuleConfig/a ingress[0].except: error[machine-config/bad-value]: `x` is not an address with a prefix length (write it like `10.0.0.0/24`)
    NetworkDefaultActionConfig ingress: error[machine-config/bad-value]: `x` is not one of `accept`, `block`
    TCPProbeConfig/a endpoint: error[machine-config/missing]: `endpoint` is missing (write it like `10.0.0.1:443`)
    TCPProbeConfig/a timeout: error[machine-config/bad-value]: `-1s` is not a duration that can pass (leave the sign out)
    TCPProbeConfig/a interval: error[machine-config/bad-value]: `-1s` is not a duration that can pass (leave the sign out)
    TCPProbeConfig/a failureThreshold: error[machine-config/bad-value]: `-1` is too small (use at least 0)
    TCPProbeConfig name: error[machine-config/missing]: `name` is missing (give the probe a name)
    BlackholeRouteConfig/x name: error[machine-config/bad-value]: `x` is not a network (name the document by its network)
    BlackholeRouteConfig name: error[machine-config/missing]: `name` is missing (name the document by its network)
    RoutingRuleConfig/0 name: error[machine-config/bad-value]: `0` is not a priority of a rule (name the document by a number from 1 to 32765, but not 32500)
    RoutingRuleConfig/1000 table: error[machine-config/missing]: `table` is missing (name a routing table, or an action such as `blackhole`)
    RoutingRuleConfig/1000 fwMask: error[machine-config/needs]: `fwMask` has no effect without `fwMark` (set `fwMark`)
    RoutingRuleConfig/1000 src: error[machine-config/bad-value]: `x` is not an address with a prefix length (write it like `10.0.0.0/24`)
    ExtensionServiceConfig/a configFiles: error[machine-config/missing]: neither `configFiles` nor `environment` configures the service (set one of them, or take the document out)
    ExtensionServiceConfig name: error[machine-config/missing]: `name` is missing (name the service of the extension)
    ExtensionServiceConfig/a configFiles[0].mountPath: error[machine-config/missing]: `mountPath` is missing (say where the service finds it)
    ExtensionServiceConfig/a configFiles[0].content: error[machine-config/missing]: `content` is missing (write the file's text)
    WatchdogTimerConfig device: error[machine-config/missing]: `device` is missing (write it like `/dev/watchdog0`)
    WatchdogTimerConfig timeout: error[machine-config/bad-value]: `5s` is not long enough for a watchdog (use at least `10s`)
    EventSinkConfig endpoint: error[machine-config/bad-value]: `a` is not a host with a port (write it like `10.0.0.5:8080`)
    KmsgLogConfig/a url: error[machine-config/bad-value]: `http://a:1` is not a place for logs (write it like `tcp://10.0.0.5:5044`)
    KmsgLogConfig/a url: error[machine-config/missing]: `url` is missing (write it like `tcp://10.0.0.5:5044`)
    KmsgLogConfig name: error[machine-config/missing]: `name` is missing (give the document a name)
    EnvironmentConfig variables.1A: error[machine-config/bad-name]: `1A` is not a name of a variable (use letters, digits and `_`, but no digit first)
    EnvironmentConfig variables.a-b: error[machine-config/bad-name]: `a-b` is not a name of a variable (use letters, digits and `_`, but no digit first)
    SideroLinkConfig apiUrl: error[machine-config/bad-value]: the value is not the URL of SideroLink (write it with `https://` or `grpc://`, and without a path)
    SideroLinkConfig apiUrl: error[machine-config/missing]: `apiUrl` is missing (write it like `grpc://10.0.0.5:8080`)
    RegistryMirrorConfig/a endpoints[0].url: error[machine-config/bad-value]: `ftp://b` is not the URL of a registry (write it like `https://registry.example.org`)
    RegistryMirrorConfig/a endpoints[0].url: error[machine-config/missing]: `url` is missing (write it like `https://registry.example.org`)
    RegistryMirrorConfig name: error[machine-config/missing]: `name` is missing (name the registry that is mirrored)
    RegistryAuthConfig/a identityToken: error[machine-config/exclusive]: `identityToken` and `username` exclude each other (keep one of `identityToken` and `username`)
    RegistryAuthConfig/a auth: error[machine-config/exclusive]: `auth` and `username` exclude each other (keep one of `auth` and `username`)
    RegistryAuthConfig name: error[machine-config/missing]: `name` is missing (name the registry)
    RegistryTLSConfig/a ca: error[machine-config/bad-value]: the value is not in PEM (write it from `-----BEGIN` to `-----END`)
    RegistryTLSConfig/a clientIdentity.cert: error[machine-config/bad-value]: the value is not in PEM (write it from `-----BEGIN` to `-----END`)
    RegistryTLSConfig/a clientIdentity.key: error[machine-config/bad-value]: the value is not in PEM (write it from `-----BEGIN` to `-----END`)
    RegistryTLSConfig name: error[machine-config/missing]: `name` is missing (name the registry)
    OOMConfig triggerExpression: error[machine-config/bad-value]: `memory_full_avg10 > 1` is not an expression that Talos can evaluate: `>` does not take a number with a fraction and a whole number: write numbers as in `1.0`
    OOMConfig cgroupRankingExpression: error[machine-config/bad-value]: `true` is not an expression that Talos can evaluate: it yields true or false, not a number with a fraction
    OOMConfig sampleInterval: error[machine-config/bad-value]: `-1s` is not a duration that can pass (leave the sign out)
    KubeSpanEndpointsConfig extraAnnouncedEndpoints[0]: error[machine-config/bad-value]: `x` is not an address with a port (write it like `10.0.0.1:51820` or `[fd00::1]:51820`)
    ImageVerificationConfig rules[0]: error[machine-config/missing]: nothing says how images are verified (set one of `keyless`, `publicKey`, `skip`, `deny`)
    ImageVerificationConfig rules[0].deny: error[machine-config/exclusive]: `deny` and `skip` exclude each other (keep one of `deny` and `skip`)
    ImageVerificationConfig rules[0].image: warning[machine-config/image-tag]: a rule matches registry and repository, never a tag or a digest (leave the tag and the digest out)
    ImageVerificationConfig rules[0].image: warning[machine-config/short-image]: `a` stands for an image of `docker.io` (write `docker.io/library/a`, or the registry that you mean)
    ImageVerificationConfig rules[0].image: error[machine-config/missing]: `image` is missing (write it like `registry.example.org/*`)
    ImageVerificationConfig rules[0].keyless.subject: error[machine-config/missing]: `subject` is missing (set `subject` or `subjectRegex`)
    ImageVerificationConfig rules[0].publicKey.certificate: error[machine-config/missing]: `certificate` is missing (write the key in PEM)
    ImageVerificationConfig rules[0].publicKey: error[machine-config/exclusive]: `publicKey` and `keyless` exclude each other (keep one of `publicKey` and `keyless`)
    FooConfig : error[machine-config/unknown-kind]: Talos has no document of kind `FooConfig` (did you mean `OOMConfig`?)
    ");
}

#[test]
fn messages_about_components_in_documents() {
    let documents = [
        json!({
            "apiVersion": "v1alpha1", "kind": "KubeletConfig",
            "image": "ghcr.io/siderolabs/kubelet:v1.31.9",
        }),
        json!({
            "apiVersion": "v1alpha1", "kind": "KubeAPIServerConfig",
            "image": "registry.k8s.io/kube-apiserver:v1.37.0",
            "extraArgs": {"anonymous-auth": "true", "authorization-mode": "RBAC"},
        }),
        json!({
            "apiVersion": "v1alpha1", "kind": "KubeProxyConfig",
            "image": "registry.k8s.io/kube-proxy:v1.37.0", "mode": "ipvs",
        }),
    ];
    let contract = Contract::parse("1.14").expect("a contract");
    let found = validate(&documents, contract);
    let found: Vec<_> = found.iter().map(rendered).collect();
    insta::assert_snapshot!(found.join("\n"), @r"
    KubeAPIServerConfig extraArgs.anonymous-auth: error[machine-config/server-flag]: `KubeAuthenticationConfig` took the place of the flag `anonymous-auth` (say it in `KubeAuthenticationConfig`)
    KubeAPIServerConfig extraArgs.authorization-mode: error[machine-config/server-flag]: `KubeAuthorizerConfig` took the place of the flag `authorization-mode` (say it in `KubeAuthorizerConfig`)
    KubeAPIServerConfig : error[machine-config/control-plane-only]: only control planes have a document `KubeAPIServerConfig` (move it to a patch for control planes)
    KubeProxyConfig mode: warning[machine-config/not-advised]: kube-proxy works in the mode `ipvs`, but better in `nftables` (write `nftables`, or take `mode` out)
    KubeProxyConfig : error[machine-config/control-plane-only]: only control planes have a document `KubeProxyConfig` (move it to a patch for control planes)
    ");
}
