//! The id of a schematic: a hash over its canonical text.

use diagnostics::{Diagnostics, Source};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use yaml::Limits;

use crate::rules;
use crate::talconfig::{Customization, Keys, Schematic, Texts, schema};
use serde::Deserialize as _;
use talos::fields::{Decoder, Faults, Removed};
use talos::fields::{Kind, Spec};

use documents::scalar::{go_float, go_text, natural};

static FAULTS: Faults = Faults {
    unknown: &rules::SCHEMATIC_UNKNOWN_KEY,
    wrong_type: &rules::SCHEMATIC_WRONG_TYPE,
    rewritten: None,
};

/// The id by which an image factory knows a schematic: the SHA-256 of its canonical text.
pub fn schematic_id(schematic: &Schematic) -> String {
    let hash = Sha256::digest(schematic_text(schematic).as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads a schematic as an image factory takes it.
pub fn read_schematic(source: &Source) -> (Option<Schematic>, Diagnostics) {
    let parsed = yaml::parse(source, &Limits::default());
    let Some(root) = parsed.root().filter(|root| root.as_mapping().is_some()) else {
        let mut problems = parsed.diagnostics;
        if !problems.has_errors() {
            problems.push(
                rules::TALOS_NO_SCHEMATIC
                    .report("the file holds no schematic")
                    .at(source.whole())
                    .hint("write `customization: {}` for one without customizations"),
            );
        }
        return (None, problems);
    };
    let removed = Removed::new();
    let mut decoder = Decoder {
        schema: schema(),
        faults: &FAULTS,
        source,
        removed: &removed,
        problems: parsed.diagnostics.clone(),
    };
    let value = decoder.value(root, &Spec::of(Kind::Struct("TalSchematic")));
    let mut problems = decoder.problems;
    // An image factory takes no other keys, unlike talhelper.
    problems.promote(|_| true);
    let schematic = Schematic::deserialize(value).ok();
    if schematic.is_none() && !problems.has_errors() {
        problems.push(
            rules::TALOS_NO_SCHEMATIC
                .report("the file holds no schematic")
                .at(source.whole()),
        );
    }
    (schematic, problems)
}

/// The canonical text of a schematic, as it is sent to an image factory.
pub fn schematic_text(schematic: &Schematic) -> String {
    let mut all = Map::new();
    put_text(&mut all, "owner", &schematic.owner);
    let overlay = &schematic.overlay;
    let options = Some(&overlay.options).filter(|options| !options.is_empty());
    if !overlay.image.is_empty() || !overlay.name.is_empty() || options.is_some() {
        let mut out = Map::new();
        out.insert("image".into(), overlay.image.as_str().into());
        out.insert("name".into(), overlay.name.as_str().into());
        if let Some(options) = options {
            out.insert("options".into(), sorted(&Value::Object(options.clone())));
        }
        all.insert("overlay".into(), out.into());
    }
    let wanted = customization(&schematic.customization);
    all.insert("customization".into(), wanted.into());
    let mut out = String::new();
    write_map(&mut out, &all, 0);
    out
}

fn customization(wanted: &Customization) -> Keys {
    let mut out = Map::new();
    put_text(
        &mut out,
        "embeddedMachineConfiguration",
        &wanted.embedded_machine_configuration,
    );
    put_list(&mut out, "extraKernelArgs", &wanted.extra_kernel_args);
    let meta = wanted.meta.iter();
    let meta: Vec<Value> = meta
        .map(|(_, meta)| json!({"key": meta.key, "value": meta.value}))
        .collect();
    if !meta.is_empty() {
        out.insert("meta".into(), meta.into());
    }
    let mut extensions = Map::new();
    let theirs = &wanted.system_extensions.official_extensions;
    put_list(&mut extensions, "officialExtensions", theirs);
    put_map(&mut out, "systemExtensions", extensions);
    let bootloader = wanted.bootloader.to_lowercase();
    if bootloader != "none" {
        put_text(&mut out, "bootloader", &bootloader);
    }
    let mut secureboot = Map::new();
    let theirs = &wanted.secureboot;
    put_text(&mut secureboot, "enrollKeys", &theirs.enroll_keys);
    if theirs.include_well_known_certificates {
        secureboot.insert("includeWellKnownCertificates".into(), true.into());
    }
    put_map(&mut out, "secureboot", secureboot);
    let mut disk = Map::new();
    let size = wanted.disk_image.sector_size;
    if size > 0 {
        disk.insert("sectorSize".into(), size.into());
    }
    put_map(&mut out, "diskImage", disk);
    out
}

fn put_text(out: &mut Keys, key: &str, text: &str) {
    if !text.is_empty() {
        out.insert(key.to_owned(), text.into());
    }
}

fn put_list(out: &mut Keys, key: &str, list: &Texts) {
    if !list.is_empty() {
        out.insert(key.to_owned(), list.values().into());
    }
}

fn put_map(out: &mut Keys, key: &str, map: Keys) {
    if !map.is_empty() {
        out.insert(key.to_owned(), map.into());
    }
}

/// Free keys in the order of Go's library.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|(left, _), (right, _)| natural(left, right));
            let entries = entries.into_iter();
            Value::Object(
                entries
                    .map(|(key, value)| (key.clone(), sorted(value)))
                    .collect(),
            )
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

fn write_map(out: &mut String, map: &Keys, column: usize) {
    for (index, (key, value)) in map.iter().enumerate() {
        if index > 0 || column == 0 || out.ends_with('\n') {
            out.extend(std::iter::repeat_n(' ', column));
        }
        out.push_str(&go_text(key, 4, column + 4));
        out.push(':');
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                out.push('\n');
                write_map(out, inner, column + 4);
            }
            Value::Array(inner) if !inner.is_empty() => {
                out.push('\n');
                write_list(out, inner, column + 4);
            }
            scalar => {
                out.push(' ');
                write_scalar(out, scalar, column);
            }
        }
    }
}

fn write_list(out: &mut String, list: &[Value], column: usize) {
    for (index, item) in list.iter().enumerate() {
        if index > 0 || out.ends_with('\n') {
            out.extend(std::iter::repeat_n(' ', column));
        }
        out.push_str("- ");
        match item {
            Value::Object(inner) if !inner.is_empty() => write_map(out, inner, column + 2),
            Value::Array(inner) if !inner.is_empty() => write_list(out, inner, column + 2),
            scalar => write_scalar(out, scalar, column - 2),
        }
    }
}

fn write_scalar(out: &mut String, value: &Value, column: usize) {
    match value {
        Value::String(text) => out.push_str(&go_text(text, 4, column + 4)),
        Value::Object(_) => out.push_str("{}"),
        Value::Array(_) => out.push_str("[]"),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => out.push_str(&go_float(float)),
            _ => out.push_str(&number.to_string()),
        },
        other => out.push_str(&other.to_string()),
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::{schematic_id, schematic_text};
    use crate::talconfig::Schematic;
    use serde::Deserialize as _;
    use serde_json::json;

    #[test]
    fn ids_as_the_factory_has_them() {
        assert_eq!(
            schematic_id(&Schematic::default()),
            "376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba"
        );
    }

    #[test]
    fn everything_in_its_order() {
        let schematic = json!({
            "customization": {
                "diskImage": {"sectorSize": 4096},
                "secureboot": {"includeWellKnownCertificates": true, "enrollKeys": "off"},
                "bootloader": "SD-boot",
                "systemExtensions": {"officialExtensions": ["siderolabs/a", "siderolabs/b"]},
                "meta": [{"key": 10, "value": "a: b"}],
                "extraKernelArgs": ["-selinux", "a=1", "yes"],
                "embeddedMachineConfiguration": "machine:\n  type: worker\n",
            },
            "overlay": {"image": "i", "name": "n", "options": {"b": [1, [2, "x"], {"c": 1.5, "a": {}}], "a9": "1", "a10": true}},
            "owner": "me",
        });
        let schematic = Schematic::deserialize(schematic).expect("a schematic");
        insta::assert_snapshot!(schematic_text(&schematic), @r#"
        owner: me
        overlay:
            image: i
            name: 'n'
            options:
                a9: "1"
                a10: true
                b:
                    - 1
                    - - 2
                      - x
                    - a: {}
                      c: 1.5
        customization:
            embeddedMachineConfiguration: |
                machine:
                  type: worker
            extraKernelArgs:
                - -selinux
                - a=1
                - 'yes'
            meta:
                - key: 10
                  value: 'a: b'
            systemExtensions:
                officialExtensions:
                    - siderolabs/a
                    - siderolabs/b
            bootloader: sd-boot
            secureboot:
                enrollKeys: 'off'
                includeWellKnownCertificates: true
            diskImage:
                sectorSize: 4096
        "#);
        // What the factory's own code makes of it.
        assert_eq!(
            schematic_id(&schematic),
            "04b71e30683e83d077bb7d1b8a18857a11b09a1a30e314775957affedd58176c"
        );
    }
}
