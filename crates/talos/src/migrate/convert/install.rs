//! `machine.install`.

use serde_json::{Value, json};

use super::{Done, deletion};
use crate::generate::{disk_match, selector_match};
use crate::migrate::row::Row;
use crate::migrate::tree::{Tree, UNKNOWN};
use crate::migrate::work::{Scope, Work};

pub(crate) fn install(work: &mut Work<'_>, row: &'static Row, mut tree: Tree) -> Done {
    if let Some(key) = deletion(&tree) {
        work.delete(row.kind, None, key, row.path);
        return Ok(None);
    }
    let mut left = Tree::map();
    while let Err((key, why)) = without_successor(&tree) {
        match work.scope {
            // What is read of the rest is read all the same.
            Scope::Reading => left.put(key, tree.take(key).unwrap_or_else(Tree::map)),
            Scope::Patch | Scope::Configuration => return Err(format!("`{key}`: {why}")),
        }
    }
    let left = (!left.is_empty()).then_some(left);
    let filled = |tree: &Tree| tree.text() != Some("") && !tree.value().is_null();
    let path = tree.take("disk").filter(filled);
    let selector = tree.take("diskSelector").filter(filled);
    let image = tree.take("image").filter(filled);
    let wipe = tree.take("wipe").filter(filled);
    let mut notes = std::mem::take(&mut tree.notes);
    let (expression, of) = match (selector, path) {
        (Some(selector), _) => (selector_match(&selector.value())?, selector),
        (None, Some(path)) => (disk_match(path.text().ok_or(UNKNOWN)?), path),
        (None, None) if work.is_patch() && image.is_none() && keeps(wipe.as_ref()) => {
            work.drop(row, "nothing is wiped unless a document asks for it, and those that are generated do not");
            return Ok(left);
        }
        (None, None) if work.is_patch() => {
            return Err("a patch of the document drops its disk, and this one names none: name the image where the node is described, or the disk here too".into());
        }
        (None, None) => {
            work.drop(row, "nothing is installed without a disk");
            return Ok(left);
        }
    };
    let document = work.document(row.kind, None, row.path);
    document.head.append(&mut notes.above);
    if let Some(image) = image {
        document.fields.put("installer.image", image);
    }
    let expression = Tree {
        notes: of.notes,
        ..Tree::from(Value::from(expression))
    };
    document
        .fields
        .put("provisioning.diskSelector.match", expression);
    // Without it the document wipes, and v1alpha1 does not.
    let wipe = wipe.unwrap_or_else(|| json!(false).into());
    document.fields.put("provisioning.wipe", wipe);
    Ok(left)
}

/// Whether a patch says of a disk what is so without it.
fn keeps(wipe: Option<&Tree>) -> bool {
    wipe.is_none_or(|wipe| wipe.flag() == Some(false))
}

/// What no document has, unless it says what is done anyway.
fn without_successor(tree: &Tree) -> Result<(), (&'static str, &'static str)> {
    let schematic = "no document of 1.14 has it: write it into the schematic of the image";
    let grub = "no document of 1.14 has it: machines boot by the image's own kernel arguments";
    for (key, anyway, why) in [
        ("extraKernelArgs", Value::Null, schematic),
        ("extensions", Value::Null, schematic),
        ("grubUseUKICmdline", json!(true), grub),
        ("bootloader", json!(true), "no document of 1.14 has it"),
        (
            "legacyBIOSSupport",
            json!(false),
            "no document of 1.14 has it",
        ),
    ] {
        let Some(value) = tree.get(key) else {
            continue;
        };
        if !value.is_empty() && value.value() != anyway && !value.value().is_null() {
            return Err((key, why));
        }
    }
    Ok(())
}
