//! Images of an image factory: the installer, and what a machine boots first.

use std::sync::OnceLock;

use super::node::Findings;
use super::places::top;
use super::schematic::schematic_id;
use crate::rules;
use crate::talconfig::{Raw, Schematic};
use talos::contract::Release;
use talos::patch::{Field, expand};

const INSTALLER: &str =
    "{{.RegistryURL}}/{{.Mode}}-installer{{if .Secureboot}}-secureboot{{end}}/{{.ID}}:{{.Version}}";
const BOOT: &str = "{{.Protocol}}://{{.RegistryURL}}/image/{{.ID}}/{{.Version}}/{{.Mode}}-{{.Arch}}{{if .Secureboot}}-secureboot{{end}}{{if and .Secureboot .UseUKI}}-uki.efi{{else}}{{.Suffix}}{{end}}";

/// Where installers were published up to Talos 1.13.
const OLD_INSTALLER: &str = "ghcr.io/siderolabs/installer";

/// The installer of a node.
pub(super) struct Image {
    /// The key of the talconfig that decides it.
    pub(super) key: &'static str,
    /// With its tag.
    pub(super) name: String,
}

/// The version of Talos with its `v`.
pub(super) fn talos_version(raw: &Raw) -> String {
    let version = raw.talos_version().unwrap_or_default();
    format!("v{}", version.strip_prefix('v').unwrap_or(version))
}

/// The installer: the node's own, else the factory's for its schematic, else the factory's
/// without customizations.
pub(super) fn installer(findings: &mut Findings<'_>) -> Image {
    let shared = &*findings.node.shared;
    if !shared.talos_image_url.is_empty() {
        let version = talos_version(findings.raw);
        let is_new = Release::parse(&version).is_some_and(|release| release.minor() >= 14);
        if is_new && shared.talos_image_url == OLD_INSTALLER {
            let problem = rules::TALCONFIG_NO_IMAGE
                .report(format!("`{OLD_INSTALLER}` has no image of Talos {version}"))
                .at(findings.place("talosImageURL"))
                .hint(format!(
                    "leave it out, or write `factory.talos.dev/metal-installer/{}`",
                    schematic_id(&Schematic::default())
                ));
            findings.problems.push(problem);
        }
        return Image {
            key: "talosImageURL",
            name: format!("{}:{version}", shared.talos_image_url),
        };
    }
    let schematic = shared.schematic.as_ref();
    let factory = &findings.raw.config.image_factory;
    let template = (
        "installerURLTmpl",
        or(&factory.installer_template, INSTALLER),
    );
    Image {
        key: if schematic.is_some() {
            "schematic"
        } else {
            "talosVersion"
        },
        name: expanded(template, schematic, findings),
    }
}

/// The URL of the image that the machine boots from first. Most nodes ask for nothing special,
/// and have the `usual` one, which is made once.
pub(super) fn boot(usual: &OnceLock<String>, findings: &mut Findings<'_>) -> String {
    let shared = &*findings.node.shared;
    let schematic = shared
        .image_schematic
        .as_ref()
        .or(shared.schematic.as_ref());
    let is_usual = schematic.is_none() && shared.machine_spec.is_none();
    if let Some(made) = usual.get().filter(|_| is_usual) {
        return made.clone();
    }
    let factory = &findings.raw.config.image_factory;
    let template = ("ISOURLTmpl", or(&factory.boot_template, BOOT));
    let made = expanded(template, schematic, findings);
    if is_usual && !made.is_empty() {
        // Another thread may have been faster, and has the same.
        usual.set(made.clone()).ok();
    }
    made
}

/// A template, with its key, filled.
fn expanded(
    (key, template): (&str, &str),
    schematic: Option<&Schematic>,
    findings: &mut Findings<'_>,
) -> String {
    let factory = &findings.raw.config.image_factory;
    let id = match schematic {
        Some(schematic) => schematic_id(schematic),
        None => schematic_id(&Schematic::default()),
    };
    let spec = findings
        .node
        .shared
        .machine_spec
        .clone()
        .unwrap_or_default();
    let version = talos_version(findings.raw);
    let method = or(&spec.boot_method, "iso");
    let suffix = match (spec.image_suffix.as_str(), method) {
        ("", "pxe") => String::new(),
        ("", "disk-image") => ".raw.zst".to_owned(),
        ("", _) => ".iso".to_owned(),
        (suffix, _) => format!(".{suffix}"),
    };
    let registry = or(&factory.registry_url, "factory.talos.dev");
    let fields = [
        ("RegistryURL", Field::Text(registry)),
        ("Protocol", Field::Text(or(&factory.protocol, "https"))),
        ("ID", Field::Text(&id)),
        ("Version", Field::Text(&version)),
        ("Mode", Field::Text(or(&spec.mode, "metal"))),
        ("Arch", Field::Text(or(&spec.arch, "amd64"))),
        ("BootMethod", Field::Text(method)),
        ("Suffix", Field::Text(&suffix)),
        ("Secureboot", Field::Flag(spec.secureboot)),
        ("UseUKI", Field::Flag(spec.use_uki)),
    ];
    expand(template, &fields).unwrap_or_else(|message| {
        let problem = rules::TALCONFIG_TEMPLATE
            .report(message)
            .at(top(findings.raw, &format!("imageFactory.{key}")));
        findings.problems.push(problem);
        String::new()
    })
}

/// A text, or the usual one where it is empty.
fn or<'a>(text: &'a str, usual: &'a str) -> &'a str {
    if text.is_empty() { usual } else { text }
}
