//! `machine` in the document without a kind, and what it and `cluster` must agree about.

use std::collections::HashSet;

use super::common::{KUBESPAN_MTU, duplicate, least, subnet};
use super::place::{Place, Report};
use super::url::Url;
use super::{cluster, encryption, formats, interfaces, kubernetes, labels, runtime_spec};
use crate::fields::forms::bytes;

use crate::rules;

/// The document without a kind.
pub(super) fn check(document: &Place<'_>, report: &mut Report) {
    let machine = document.key("machine");
    if !machine.is_there() {
        report.missing(&machine, "a node needs a section `machine`");
        return;
    }
    let kind = machine.key("type");
    let control_plane = matches!(kind.text(), "init" | "controlplane");
    let worker = matches!(kind.text(), "" | "worker" | "join");
    let canonical = if worker { "worker" } else { kind.text() };
    if canonical != kind.text() {
        report.add(
            &kind,
            &rules::MACHINE_CONFIG_OLD_NAME,
            format!("`{}` is an old name of `worker`", kind.text()),
            "write `worker`",
        );
    }
    if !control_plane && !worker {
        report.bad(
            &kind,
            "a type of machine",
            "write `controlplane` or `worker`",
        );
    }
    cluster::check(&document.key("cluster"), control_plane, report);
    if report.has_documents() {
        deprecated(&machine, report);
    }
    install(&machine.key("install"), report);
    host_dns(&machine.keys(&["features", "hostDNS"]), report);
    authority(document, control_plane, worker, report);
    if control_plane {
        cluster::network_plugin(&document.keys(&["cluster", "network", "cni"]), report);
    }
    interfaces::check(&machine.keys(&["network", "interfaces"]), worker, report);
    kubespan(document, report);
    disks(&machine.key("disks"), report);
    kubelet(&machine.key("kubelet"), report);
    runtime_spec::check(&machine.key("baseRuntimeSpecOverrides"), report);
    for partition in ["state", "ephemeral"] {
        let partition = machine.keys(&["systemDiskEncryption", partition]);
        if partition.is_there() {
            encryption::keys(&partition.key("keys"), report);
        }
    }
    logging(&machine.keys(&["logging", "destinations"]), report);
    labels::labels(&machine.key("nodeLabels"), report);
    labels::annotations(&machine.key("nodeAnnotations"), report);
    labels::taints(&machine.key("nodeTaints"), report);
    api_access(
        &machine.keys(&["features", "kubernetesTalosAPIAccess"]),
        control_plane,
        report,
    );
    let algorithm = machine.keys(&["features", "nodeAddressSortAlgorithm"]);
    if !matches!(algorithm.text().to_lowercase().as_str(), "" | "v1" | "v2") {
        report.bad(&algorithm, "a way to sort addresses", "write `v1` or `v2`");
    }
    let persist = document.key("persist");
    if persist.is_there() && !persist.is_true() {
        report.add(
            &persist,
            &rules::MACHINE_CONFIG_NOT_KEPT,
            "a configuration that is not kept is no longer possible",
            "write `persist: true`",
        );
    }
}

/// Sections that have documents instead.
fn deprecated(machine: &Place<'_>, report: &mut Report) {
    for (key, document) in [
        ("files", "`EtcFileConfig` and `CRICustomizationConfig`"),
        ("baseRuntimeSpecOverrides", "`CRIBaseRuntimeSpecConfig`"),
    ] {
        let place = machine.key(key);
        if !place.is_empty() {
            report.add(
                &place,
                &rules::MACHINE_CONFIG_DEPRECATED,
                format!("Talos will stop to read `{key}`"),
                format!("use {document}"),
            );
        }
    }
}

fn install(install: &Place<'_>, report: &mut Report) {
    if !install.is_there() {
        // Since Talos 1.14 a node may have a document, or be installed already.
        if !report.has_documents() {
            report.missing(install, "say which disk to install to");
        }
        return;
    }
    let selector = install.key("diskSelector");
    disk_selector(&selector, report);
    if install.key("disk").is_empty() && !selector.is_there() {
        report.add(
            &install.key("disk"),
            &rules::MACHINE_CONFIG_MISSING,
            "neither `disk` nor `diskSelector` says which disk to install to",
            "set one of them",
        );
    }
    let arguments = install.key("extraKernelArgs");
    if !arguments.is_empty() && install.key("grubUseUKICmdline").is_true() {
        report.add(
            &arguments,
            &rules::MACHINE_CONFIG_EXCLUSIVE,
            "kernel arguments have no effect with `grubUseUKICmdline`",
            "put them into the schematic of the image, or set `grubUseUKICmdline: false`",
        );
    }
    let extensions = install.key("extensions");
    let mut seen = HashSet::new();
    for image in extensions.items().iter().map(|item| item.key("image")) {
        if !seen.insert(image.text()) {
            duplicate(&image, "the system extension", report);
        }
    }
    if !extensions.is_empty() {
        report.add(
            &extensions,
            &rules::MACHINE_CONFIG_DEPRECATED,
            "Talos will stop to install system extensions",
            "put them into the schematic of the image",
        );
    }
}

/// By what a disk is chosen.
pub(super) fn disk_selector(selector: &Place<'_>, report: &mut Report) {
    let name = selector.key("name");
    if !name.is_empty() {
        report.add(
            &name,
            &rules::MACHINE_CONFIG_BAD_VALUE,
            "disks are not selected by `name`",
            "select by `serial`, `wwid`, `model`, `uuid`, `size` or `type`",
        );
    }
    let kind = selector.key("type");
    if !matches!(kind.text(), "" | "nvme" | "sd" | "hdd" | "ssd") {
        report.bad(
            &kind,
            "a type of disk",
            "write `nvme`, `sd`, `hdd` or `ssd`",
        );
    }
}

fn host_dns(host_dns: &Place<'_>, report: &mut Report) {
    let forward = host_dns.key("forwardKubeDNSToHost");
    if forward.is_true() && !host_dns.key("enabled").is_true() {
        report.add(
            &forward,
            &rules::MACHINE_CONFIG_NEEDS,
            "requests are forwarded to a server that is off",
            "set `enabled: true` beside it",
        );
    }
}

/// Certificates and keys by role: workers hold no key.
fn authority(document: &Place<'_>, control_plane: bool, worker: bool, report: &mut Report) {
    let machine = document.key("machine");
    let authority = machine.key("ca");
    let accepted = !machine.key("acceptedCAs").is_empty();
    if !authority.is_there() && (control_plane || !accepted) {
        report.missing(&authority, "take it from the secrets of the cluster");
    }
    let key = authority.key("key");
    if control_plane && authority.is_there() && key.is_empty() {
        report.missing(&key, "take it from the secrets of the cluster");
    }
    if worker {
        for key in [&key, &document.keys(&["cluster", "ca", "key"])] {
            if !key.is_empty() {
                report.add(
                    key,
                    &rules::MACHINE_CONFIG_WORKER_KEY,
                    "a worker must not hold the key of an authority",
                    "leave it empty",
                );
            }
        }
        let certificate = authority.key("crt");
        if authority.is_there() && certificate.is_empty() && !accepted {
            report.missing(&certificate, "take it from the secrets of the cluster");
        }
    }
}

fn kubespan(document: &Place<'_>, report: &mut Report) {
    let kubespan = document.keys(&["machine", "network", "kubespan"]);
    if !kubespan.key("enabled").is_true() {
        return;
    }
    let mtu = kubespan.key("mtu");
    if mtu.number() != 0 && mtu.number() < KUBESPAN_MTU {
        least(&mtu, KUBESPAN_MTU, report);
    }
    // Since Talos 1.14 discovery may be a document: see `whole`.
    let cluster = document.key("cluster");
    let discovery = cluster.keys(&["discovery", "enabled"]);
    let alone = !report.has_documents();
    if alone && !discovery.is_true() {
        report.add(
            &discovery,
            &rules::MACHINE_CONFIG_NEEDS,
            "KubeSpan finds its peers by discovery, which is off",
            "set `cluster.discovery.enabled: true`",
        );
    }
    for key in ["id", "secret"] {
        let value = cluster.key(key);
        if alone && value.is_empty() {
            report.missing(
                &value,
                "KubeSpan needs it: take it from the secrets of the cluster",
            );
        }
    }
    let filters = kubespan.key("filters");
    for endpoint in filters.key("endpoints").items() {
        subnet(&endpoint, report);
    }
    for network in filters.key("excludeAdvertisedNetworks").items() {
        if !formats::is_prefix(network.text()) {
            report.bad(&network, "a network", "write it like `10.0.0.0/24`");
        }
    }
}

/// Partitions of more disks.
pub(super) fn disks(disks: &Place<'_>, report: &mut Report) {
    for disk in disks.items() {
        let partitions = disk.key("partitions").items();
        for partition in partitions.iter().take(partitions.len().saturating_sub(1)) {
            let size = partition.key("size");
            if size.is_empty() || bytes(size.text()) == Some(0.0) {
                report.add(
                    &size,
                    &rules::MACHINE_CONFIG_BAD_VALUE,
                    "only the last partition can take the rest of the disk",
                    "give it a size",
                );
            }
        }
    }
}

fn kubelet(kubelet: &Place<'_>, report: &mut Report) {
    kubernetes::version(&kubelet.key("image"), report);
    for network in kubelet.keys(&["nodeIP", "validSubnets"]).items() {
        subnet(&network, report);
    }
    kubernetes::kubelet_config(&kubelet.key("extraConfig"), report);
}

fn logging(destinations: &Place<'_>, report: &mut Report) {
    for destination in destinations.items() {
        let endpoint = destination.key("endpoint");
        match Url::read(endpoint.text()) {
            _ if !endpoint.is_there() => {
                report.missing(&endpoint, "write it like `tcp://10.0.0.5:5044`");
            }
            Some(url) if url.has_host() && matches!(url.scheme.as_str(), "tcp" | "udp") => {}
            _ => report.bad(
                &endpoint,
                "a place for logs",
                "write it like `tcp://10.0.0.5:5044`",
            ),
        }
        let format = destination.key("format");
        if format.text() != "json_lines" {
            report.bad(&format, "a format of logs", "write `json_lines`");
        }
    }
}

fn api_access(access: &Place<'_>, control_plane: bool, report: &mut Report) {
    if !access.key("enabled").is_true() {
        return;
    }
    if !control_plane {
        report.add(
            &access.key("enabled"),
            &rules::MACHINE_CONFIG_CONTROL_PLANE_ONLY,
            "only control planes give pods access to Talos",
            "move it to a patch for control planes",
        );
    }
    kubernetes::roles(&access.key("allowedRoles"), report);
}
