//! Images of an image factory: the installer, and what a machine boots first.

use serde_json::{Map, Value as Json};

use super::keys::{Keys, flag, section, text};
use super::node::{Findings, Node};
use super::places::top;
use super::schematic::schematic_id;
use crate::patch::template::{Value, expand};
use crate::talconfig::Talconfig;

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
    let fields = fields(config, node, "schematic");
    let own = section(&node.values, "schematic").is_some();
    Image {
        key: if own { "schematic" } else { "talosVersion" },
        name: expanded(config, "installerURLTmpl", INSTALLER, &fields, findings),
    }
}

/// The URL of the image that the machine boots from first.
pub(super) fn boot(findings: &mut Findings<'_>) -> String {
    let (config, node) = (findings.config, findings.node);
    let key = if section(&node.values, "imageSchematic").is_some() {
        "imageSchematic"
    } else {
        "schematic"
    };
    let fields = fields(config, node, key);
    expanded(config, "ISOURLTmpl", BOOT, &fields, findings)
}

/// A template of the image factory, or the usual one.
fn expanded(
    config: &Talconfig,
    key: &str,
    usual: &str,
    fields: &[(&'static str, Value<'_>)],
    findings: &mut Findings<'_>,
) -> String {
    let empty = Map::new();
    let factory = factory(config, &empty);
    let template = match text(factory, key) {
        "" => usual,
        template => template,
    };
    expand(template, fields).unwrap_or_else(|message| {
        let problem = diagnostics::Diagnostic::error("talconfig/template", message)
            .at(top(config, &format!("imageFactory.{key}")));
        findings.problems.push(problem);
        String::new()
    })
}

fn factory<'a>(config: &'a Talconfig, empty: &'a Keys) -> &'a Keys {
    let factory = config.values.get("imageFactory").and_then(Json::as_object);
    factory.unwrap_or(empty)
}

fn fields(config: &Talconfig, node: &Node, schematic: &str) -> Vec<(&'static str, Value<'static>)> {
    let empty = Map::new();
    let factory = factory(config, &empty);
    let spec = section(&node.values, "machineSpec").unwrap_or(&empty);
    let or = |map: &Keys, key: &str, usual: &str| match text(map, key) {
        "" => usual.to_owned(),
        value => value.to_owned(),
    };
    let method = or(spec, "bootMethod", "iso");
    let suffix = match (text(spec, "imageSuffix"), method.as_str()) {
        ("", "pxe") => String::new(),
        ("", "disk-image") => ".raw.zst".to_owned(),
        ("", _) => ".iso".to_owned(),
        (suffix, _) => format!(".{suffix}"),
    };
    let customization = node.values.get(schematic).unwrap_or(&Json::Null);
    vec![
        (
            "RegistryURL",
            Value::text(or(factory, "registryURL", "factory.talos.dev")),
        ),
        ("Protocol", Value::text(or(factory, "protocol", "https"))),
        ("ID", Value::text(schematic_id(customization))),
        ("Version", Value::text(talos_version(config))),
        ("Mode", Value::text(or(spec, "mode", "metal"))),
        ("Arch", Value::text(or(spec, "arch", "amd64"))),
        ("BootMethod", Value::text(method)),
        ("Suffix", Value::text(suffix)),
        ("Secureboot", Value::Bool(flag(spec, "secureboot"))),
        ("UseUKI", Value::Bool(flag(spec, "useUKI"))),
    ]
}
