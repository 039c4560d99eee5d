//! The parts of Kubernetes that a node runs: their images, flags and resources.

use crate::validate::place::{Place, Report, shown};
use diagnostics::Severity;

use crate::contract::kubernetes_range;
use crate::rules;

/// Fields of the kubelet's configuration that Talos sets itself.
const KUBELET_OWN: [&str; 13] = [
    "apiVersion",
    "authentication",
    "authorization",
    "cgroupRoot",
    "kind",
    "kubeletCgroups",
    "port",
    "protectKernelDefaults",
    "resolvConf",
    "rotateCertificates",
    "systemCgroups",
    "staticPodPath",
    "seccompDefault",
];

/// Flags of the API server that have documents instead, by what they begin with: the document.
const SERVER_FLAGS: [(&str, &str); 6] = [
    ("anonymous-auth", "KubeAuthenticationConfig"),
    ("authentication-config", "KubeAuthenticationConfig"),
    ("oidc-", "KubeAuthenticationConfig"),
    ("authorization-config", "KubeAuthorizerConfig"),
    ("authorization-mode", "KubeAuthorizerConfig"),
    ("authorization-webhook-", "KubeAuthorizerConfig"),
];

/// One document.
pub(super) fn check(document: &Place<'_>, report: &mut Report) {
    let name = match document.key("kind").text() {
        "KubeletConfig" => "kubelet",
        "KubeAPIServerConfig" => "kube-apiserver",
        "KubeControllerManagerConfig" => "kube-controller-manager",
        "KubeSchedulerConfig" => "kube-scheduler",
        "KubeProxyConfig" => "kube-proxy",
        "KubeFlannelCNIConfig" => {
            let backend = document.key("backendType");
            if backend.is_empty() {
                report.missing(&backend, "write `vxlan`, as Talos does");
            }
            resources(&document.key("resources"), report);
            return;
        }
        _ => return,
    };
    // Nothing of what is switched off matters; the first two cannot be.
    if document.key("enabled").is_false() {
        return;
    }
    let image = document.key("image");
    if image.is_empty() {
        let registry = match name {
            "kubelet" => "ghcr.io/siderolabs",
            _ => "registry.k8s.io",
        };
        report.missing(&image, format!("write it like `{registry}/{name}:v1.37.0`"));
    }
    version(&image, report);
    resources(&document.key("resources"), report);
    match name {
        "kubelet" => kubelet_config(&document.key("config"), report),
        "kube-apiserver" => server_flags(&document.key("extraArgs"), report),
        "kube-proxy" => proxy(document, report),
        _ => {}
    }
}

/// Whether the node runs the version of Kubernetes that an image has as its tag.
pub(in crate::validate) fn version(image: &Place<'_>, report: &mut Report) {
    if image.is_empty() || !report.exact || !report.has_documents() {
        return;
    }
    let Some((major, minor)) = version_of(image.text()) else {
        report.bad(
            image,
            "an image with a version of Kubernetes",
            "end it with the version: `:v1.37.0`",
        );
        return;
    };
    let release = report.release;
    let Some((oldest, newest)) = kubernetes_range(release.minor()) else {
        return;
    };
    if !((1, oldest)..=(1, newest)).contains(&(major, minor)) {
        report.add(
            image,
            &rules::MACHINE_CONFIG_KUBERNETES_VERSION,
            format!("Talos {release} does not run Kubernetes {major}.{minor}"),
            format!("use Kubernetes 1.{oldest} to 1.{newest}"),
        );
    }
}

/// Major and minor of `image:v1.34.2`, a digest behind it or not.
fn version_of(image: &str) -> Option<(u32, u32)> {
    let (_, tag) = image.rsplit_once(":v")?;
    let tag = tag.split('@').next()?;
    let core = tag.split(['-', '+']).next()?;
    let mut numbers = core.splitn(3, '.').map(|number| {
        let digits = number.bytes().all(|byte| byte.is_ascii_digit());
        number.parse().ok().filter(|_: &u32| digits)
    });
    let major = numbers.next()??;
    // `v9` is read as 9.0.0.
    let minor = numbers.next().unwrap_or(Some(0))?;
    numbers.next().unwrap_or(Some(0))?;
    Some((major, minor))
}

/// What a pod asks for: Talos knows processors and memory.
pub(in crate::validate) fn resources(resources: &Place<'_>, report: &mut Report) {
    for section in ["requests", "limits"] {
        for (key, place) in resources.key(section).entries() {
            if !matches!(key, "cpu" | "memory") {
                report.add(
                    &place,
                    &rules::MACHINE_CONFIG_BAD_VALUE,
                    format!("`{key}` is not a resource of a pod that Talos sets"),
                    "use `cpu` and `memory`",
                );
            }
        }
    }
}

/// The kubelet's own configuration.
pub(in crate::validate) fn kubelet_config(config: &Place<'_>, report: &mut Report) {
    for (key, place) in config.entries() {
        if KUBELET_OWN.contains(&key) {
            report.add(
                &place,
                &rules::MACHINE_CONFIG_KUBELET_OWN,
                format!("Talos sets `{key}` of the kubelet itself"),
                "take it out",
            );
        }
    }
}

fn server_flags(flags: &Place<'_>, report: &mut Report) {
    for (flag, place) in flags.entries() {
        let Some((_, document)) =
            { SERVER_FLAGS.iter() }.find(|(start, _)| flag.starts_with(start))
        else {
            continue;
        };
        let hint = if flag == "oidc-signing-algs" {
            "take it out: `KubeAuthenticationConfig` takes every asymmetric algorithm".to_owned()
        } else {
            format!("say it in `{document}`")
        };
        report.add(
            &place,
            &rules::MACHINE_CONFIG_SERVER_FLAG,
            format!("`{document}` took the place of the flag `{flag}`"),
            hint,
        );
    }
}

fn proxy(document: &Place<'_>, report: &mut Report) {
    let mode = document.key("mode");
    match mode.text() {
        "" | "nftables" => {}
        "iptables" | "ipvs" => report.add(
            &mode,
            &rules::MACHINE_CONFIG_NOT_ADVISED,
            format!(
                "kube-proxy works in the mode `{}`, but better in `nftables`",
                mode.text()
            ),
            "write `nftables`, or take `mode` out",
        ),
        other => report.bad(
            &mode,
            "a mode of kube-proxy",
            match diagnostics::closest(shown(other), ["nftables", "iptables", "ipvs"]) {
                Some(close) => format!("did you mean `{close}`?"),
                None => "write `nftables`, `iptables` or `ipvs`".to_owned(),
            },
        ),
    }
    let flags = document.key("extraArgs");
    if !flags.is_empty() {
        report.add_as(
            Severity::Warning,
            &flags,
            &rules::MACHINE_CONFIG_NOT_ADVISED,
            "kube-proxy has a configuration file, beside which flags may not work",
            "write them in `config`",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::version_of;

    #[test]
    fn versions_of_images() {
        for (image, version) in [
            ("registry.k8s.io/kube-proxy:v1.34.2", Some((1, 34))),
            (
                "localhost:5000/kubelet:v1.37.0-rc.1@sha256:00",
                Some((1, 37)),
            ),
            ("x:v9", Some((9, 0))),
            ("x:1.34.2", None),
            ("x:v1.x.2", None),
            ("x:v1.34.", None),
            ("x:v1.34.x", None),
            ("x@sha256:00", None),
            ("x:latest", None),
        ] {
            assert_eq!(version_of(image), version, "{image}");
        }
    }
}
