//! Images of an image factory: the installer, and what a machine boots first.

use serde_json::{Map, Value as Json};

use super::keys::{Keys, flag, section, text};
use super::node::Findings;
use super::places::top;
use super::schematic::schematic_id;
use crate::rules;
use crate::talconfig::Talconfig;
use talos::patch::{Field, expand};

const INSTALLER: &str =
    "{{.RegistryURL}}/{{.Mode}}-installer{{if .Secureboot}}-secureboot{{end}}/{{.ID}}:{{.Version}}";
const BOOT: &str = "{{.Protocol}}://{{.RegistryURL}}/image/{{.ID}}/{{.Version}}/{{.Mode}}-{{.Arch}}{{if .Secureboot}}-secureboot{{end}}{{if and .Secureboot .UseUKI}}-uki.efi{{else}}{{.Suffix}}{{end}}";

/// The installer of a node.
pub(super) struct Image {
    /// The key of the talconfig that decides it.
    pub(super) key: &'static str,
    /// With its tag.
    pub(super) name: String,
}

/// The version of Talos with its `v`.
pub(super) fn talos_version(config: &Talconfig) -> String {
    let version = config.values.get("talosVersion").and_then(Json::as_str);
    let version = version.unwrap_or_default();
    format!("v{}", version.strip_prefix('v').unwrap_or(version))
}

/// The installer: the node's own, else the factory's for its schematic, else the factory's
/// without customizations.
pub(super) fn installer(findings: &mut Findings<'_>) -> Image {
    let (config, node) = (findings.config, findings.node);
    let version = talos_version(config);
    let own = text(&node.values, "talosImageURL");
    if !own.is_empty() {
        return Image {
            key: "talosImageURL",
            name: format!("{own}:{version}"),
        };
    }
    let own = section(&node.values, "schematic").is_some();
    Image {
        key: if own { "schematic" } else { "talosVersion" },
        name: expanded("installerURLTmpl", INSTALLER, "schematic", findings),
    }
}

/// The URL of the image that the machine boots from first.
pub(super) fn boot(findings: &mut Findings<'_>) -> String {
    let key = if section(&findings.node.values, "imageSchematic").is_some() {
        "imageSchematic"
    } else {
        "schematic"
    };
    expanded("ISOURLTmpl", BOOT, key, findings)
}

/// A template of the image factory, or the usual one, filled; `schematic` is the key of the
/// schematic whose id it can name.
fn expanded(key: &str, usual: &str, schematic: &str, findings: &mut Findings<'_>) -> String {
    let (config, node) = (findings.config, findings.node);
    let empty = Map::new();
    let factory = config.values.get("imageFactory").and_then(Json::as_object);
    let factory = factory.unwrap_or(&empty);
    let spec = section(&node.values, "machineSpec").unwrap_or(&empty);
    let id = schematic_id(node.values.get(schematic).unwrap_or(&Json::Null));
    let version = talos_version(config);
    let method = or(spec, "bootMethod", "iso");
    let suffix = match (text(spec, "imageSuffix"), method) {
        ("", "pxe") => String::new(),
        ("", "disk-image") => ".raw.zst".to_owned(),
        ("", _) => ".iso".to_owned(),
        (suffix, _) => format!(".{suffix}"),
    };
    let registry = or(factory, "registryURL", "factory.talos.dev");
    let fields = [
        ("RegistryURL", Field::Text(registry)),
        ("Protocol", Field::Text(or(factory, "protocol", "https"))),
        ("ID", Field::Text(&id)),
        ("Version", Field::Text(&version)),
        ("Mode", Field::Text(or(spec, "mode", "metal"))),
        ("Arch", Field::Text(or(spec, "arch", "amd64"))),
        ("BootMethod", Field::Text(method)),
        ("Suffix", Field::Text(&suffix)),
        ("Secureboot", Field::Flag(flag(spec, "secureboot"))),
        ("UseUKI", Field::Flag(flag(spec, "useUKI"))),
    ];
    expand(or(factory, key, usual), &fields).unwrap_or_else(|message| {
        let problem = rules::TALCONFIG_TEMPLATE
            .report(message)
            .at(top(config, &format!("imageFactory.{key}")));
        findings.problems.push(problem);
        String::new()
    })
}

/// A text, or the usual one where it is empty.
fn or<'a>(map: &'a Keys, key: &str, usual: &'a str) -> &'a str {
    match text(map, key) {
        "" => usual,
        text => text,
    }
}
