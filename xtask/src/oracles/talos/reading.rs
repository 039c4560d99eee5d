//! What a node reads of a configuration, by the accessors of the machinery, and where two forms
//! of one configuration may read differently.

use serde_json::{Value, json};

use super::machinery::Values;
use super::oidc;

/// What the sections of v1alpha1 are read with, where the machinery has no accessor for both
/// forms, and the one for documents. What stands for a name in brackets is kept.
const RENAMED: &[(&str, &str)] = &[
    ("Machine.Env[", "Environment.Variables["),
    (
        "DiscoveryServiceConfigs[legacy]",
        "DiscoveryServiceConfigs[default]",
    ),
    (
        "Machine.SystemDiskEncryption.Get[STATE]",
        "Volumes.ByName[STATE].Encryption",
    ),
    (
        "Machine.SystemDiskEncryption.Get[EPHEMERAL]",
        "Volumes.ByName[EPHEMERAL].Encryption",
    ),
];

/// Accessors of v1alpha1 alone beside one that reads both forms, which is compared.
const BESIDE: &[&str] = &[
    // SysctlConfig, SysfsConfig, UdevRulesConfig, DiscoveryServiceConfigs.
    "Machine.Sysctls",
    "Machine.Sysfs",
    "Machine.Udev",
    "Cluster.Discovery.",
    // What `settled` puts into the places of documents.
    "Cluster.AESCBCEncryptionSecret",
    "Cluster.SecretboxEncryptionSecret",
    "K8sAPIServerConfig.InjectDefaultAuthorizers",
    "Machine.Install.",
    "Machine.Files",
    oidc::FLAGS,
];

/// On which machines a difference is accepted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum On {
    All,
    /// What only control planes use.
    Workers,
}

/// How accessors that may differ begin, and why.
#[rustfmt::skip]
const ACCEPTED: &[(&str, On, &str)] = &[
    ("FilesystemTrimConfig.", On::All, "1.14 switches trimming on"),
    ("SecurityProfileConfig.", On::All, "1.14 isolates workloads"),
    ("Volumes.ByName[EPHEMERAL].Mount.Secure", On::All, "1.14 mounts it without devices and set-user-id programs"),
    ("K8sAPIServerConfig.StartupProbesEnabled", On::All, "a document has them unless it says otherwise"),
    ("K8sAPIServerConfig.UseAuthenticationConfig", On::All, "a document always starts the API server with a file of authentication"),
    ("K8sAPIServerConfig.ExtraVolumes[ca-roots]", On::All, "a document mounts the host's CA certificates, to read"),
    ("K8sAuthenticationConfig.Configuration[anonymous]", On::All, "the file has to say what the flag said: nobody but the probes is let in without a login"),
    ("K8sProxyConfig.UseConfigFile", On::All, "a document becomes a file in place of flags"),
    ("K8sKubeletConfig.DisableManifestsDirectory", On::All, "a document has no directory of manifests"),
    ("K8sFlannelCNIConfig.", On::Workers, "control planes apply it"),
    ("K8sExternalManifestConfigs[", On::Workers, "control planes apply them"),
    ("K8sInlineManifestConfigs[", On::Workers, "control planes apply them"),
    ("K8sCoreDNSConfig.", On::Workers, "control planes apply it"),
    ("K8sProxyConfig.", On::Workers, "control planes apply it"),
];

/// What a node reads of a configuration, in the words of documents, and without what is as if it
/// were not there.
pub(super) fn settled(values: &Values) -> Values {
    let mut out = Values::new();
    for (name, value) in values {
        let is_name = name.ends_with("].Name");
        // A host without a configuration of its DNS does not serve it.
        let is_off = value == false && name.starts_with("NetworkHostDNSConfig.");
        if value.is_null()
            || value == ""
            || is_name
            || is_off
            || BESIDE.iter().any(|one| name.starts_with(one))
        {
            continue;
        }
        out.insert(renamed(name, values), value.clone());
    }
    // Expressions that the machinery makes of a selector are broken into lines.
    if let Some(Value::String(expression)) = out.get_mut("UnattendedInstallConfig.VolumeSelector") {
        *expression = one_line(expression);
    }
    registry(values, &mut out);
    encryption(values, &mut out);
    authorizers(values, &mut out);
    oidc::issuer(values, &mut out);
    install(values, &mut out);
    files(values, &mut out);
    out
}

/// The name by which the document has it.
fn renamed(name: &str, values: &Values) -> String {
    if let Some((old, new)) = RENAMED.iter().find(|(old, _)| name.starts_with(old)) {
        return name.replacen(old, new, 1);
    }
    let Some((list, item, field)) = parts(name) else {
        return name.to_owned();
    };
    match list {
        // v1alpha1 has no names for these: the URL is, and of CRI there is one part.
        "K8sExternalManifestConfigs" => {
            let url = values.get(&format!("{list}[{item}].URL"));
            let url = url.and_then(Value::as_str).unwrap_or(item);
            format!("{list}[{url}]{field}")
        }
        "CRICustomizationConfigs" => {
            let before = values
                .keys()
                .filter(|key| {
                    key.starts_with(list)
                        && key.ends_with("].Content")
                        && *key < &format!("{list}[{item}].Content")
                })
                .count();
            format!("{list}[#{before}]{field}")
        }
        _ => name.to_owned(),
    }
}

/// `list[item].field`, where an item may have brackets of its own.
fn parts(name: &str) -> Option<(&str, &str, &str)> {
    let (list, rest) = name.split_once('[')?;
    let end = rest.rfind("].")?;
    Some((list, &rest[..end], &rest[end + 1..]))
}

fn text<'a>(values: &'a Values, name: &str) -> &'a str {
    values.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn is(values: &Values, name: &str) -> bool {
    values.get(name) == Some(&Value::Bool(true))
}

/// The registry in Kubernetes, which no document has.
fn registry(values: &Values, out: &mut Values) {
    if is(values, "Cluster.Discovery.Enabled")
        && is(values, "Cluster.Discovery.Registries.Kubernetes.Enabled")
    {
        out.insert("discovery through Kubernetes".to_owned(), json!(true));
    }
}

/// The providers in the order in which Talos writes them for v1alpha1: secretbox, then AES-CBC,
/// each with its name, and last what is not encrypted, which adds nothing here.
fn encryption(values: &Values, out: &mut Values) {
    let secrets = [
        (
            "secretbox",
            "key2",
            text(values, "Cluster.SecretboxEncryptionSecret"),
        ),
        (
            "aescbc",
            "key1",
            text(values, "Cluster.AESCBCEncryptionSecret"),
        ),
    ];
    let root = "K8sEtcdEncryptionConfig.EtcdEncryptionConfig[resources][0]";
    for (index, (provider, name, secret)) in secrets
        .iter()
        .filter(|(.., secret)| !secret.is_empty())
        .enumerate()
    {
        let key = format!("{root}[providers][{index}][{provider}][keys][0]");
        out.insert(format!("{key}[name]"), json!(name));
        out.insert(format!("{key}[secret]"), json!(secret));
        out.insert(format!("{root}[resources][0]"), json!("secrets"));
    }
}

/// Those that Talos puts before all others where a document does not.
fn authorizers(values: &Values, out: &mut Values) {
    if is(values, "K8sAPIServerConfig.InjectDefaultAuthorizers") {
        for (name, kind) in [("node", "Node"), ("rbac", "RBAC")] {
            out.insert(format!("K8sAuthorizerConfigs[{name}].Type"), json!(kind));
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn install(values: &Values, out: &mut Values) {
    let disk = text(values, "Machine.Install.Disk");
    let selector = text(values, "Machine.Install.DiskMatchExpression");
    let image = text(values, "Machine.Install.Image");
    // An image alone installs nothing.
    if disk.is_empty() && selector.is_empty() {
        return;
    }
    let selector = match (selector, disk) {
        ("", "") => String::new(),
        // Talos compares a path as it is, and finds no link; v1alpha1 follows it.
        ("", disk) if disk.starts_with("/dev/disk/") => {
            format!("disk.dev_path == {disk:?} || {disk:?} in disk.symlinks")
        }
        ("", disk) => format!("disk.dev_path == {disk:?}"),
        (selector, _) => one_line(selector),
    };
    for (name, value) in [("VolumeSelector", &*selector), ("InstallerImage", image)] {
        if !value.is_empty() {
            out.insert(format!("UnattendedInstallConfig.{name}"), json!(value));
        }
    }
    let wipe = is(values, "Machine.Install.Zero");
    out.insert("UnattendedInstallConfig.VolumeWipe".to_owned(), json!(wipe));
}

/// Files below `/etc` in the place of documents; all else, which none has, as it is.
fn files(values: &Values, out: &mut Values) {
    for (name, path) in values {
        let Some(owner) = name
            .strip_suffix(".Path")
            .filter(|one| one.starts_with("Machine.Files["))
        else {
            continue;
        };
        let path = path.as_str().unwrap_or_default();
        let get = |field: &str| {
            values
                .get(&format!("{owner}.{field}"))
                .cloned()
                .unwrap_or_default()
        };
        match path.strip_prefix("/etc/") {
            Some("cri/conf.d/20-customization.part") => {}
            Some(below) if get("Op") != "append" => {
                for (field, value) in [("Content", get("Content")), ("Mode", get("Permissions"))] {
                    out.insert(format!("EtcFileConfigs[{below}].{field}"), value);
                }
            }
            _ => {
                for field in ["Content", "Op", "Permissions"] {
                    out.insert(format!("Machine.Files[{path}].{field}"), get(field));
                }
            }
        }
    }
}

/// Where a node reads two configurations differently, and how often that was accepted.
pub(super) fn differences(old: &Values, new: &Values) -> (Vec<String>, usize) {
    let on = if text(old, "Machine.Type") == "worker" {
        On::Workers
    } else {
        On::All
    };
    let (old, new) = (settled(old), settled(new));
    let mut found = Vec::new();
    let mut accepted = 0;
    let mut names: Vec<_> = old.keys().chain(new.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let (before, after) = (old.get(name), new.get(name));
        if before == after {
            continue;
        }
        let known = ACCEPTED
            .iter()
            .find(|(begin, who, _)| name.starts_with(begin) && (*who == On::All || *who == on));
        if known.is_some() {
            accepted += 1;
        } else {
            let show = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
            found.push(format!("{name}: {} became {}", show(before), show(after)));
        }
    }
    (found, accepted)
}
