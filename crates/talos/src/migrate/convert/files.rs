//! `machine.files`.

use serde_json::{Value, json};

use super::{Done, NOT_ONE, items};
use crate::migrate::row::Row;
use crate::migrate::tree::{Body, Notes, Tree};
use crate::migrate::work::Work;

/// The file that containerd's configuration takes parts from.
const CUSTOMIZATION: &str = "/etc/cri/conf.d/20-customization.part";
/// The name of the part; `customization` is kept for the file itself.
const PART: &str = "containerd";

/// What Talos has of its own below `/etc`, by the first part of a path.
const MANAGED: [&str; 18] = [
    "apparmor",
    "apparmor.d",
    "ca-certificates",
    "cni",
    "cri",
    "extensions.yaml",
    "hosts",
    "iscsi",
    "kubernetes",
    "localtime",
    "lvm",
    "machine-id",
    "nvme",
    "os-release",
    "pki",
    "resolv.conf",
    "selinux",
    "ssl",
];

/// Each file that a document can have moves; the others stay, which Talos takes too.
pub(crate) fn files(work: &mut Work<'_>, row: &'static Row, mut tree: Tree) -> Done {
    if tree.is_deletion() {
        return Err(NOT_ONE.into());
    }
    let notes = std::mem::take(&mut tree.notes);
    let mut left = Vec::new();
    let files = items(tree)?;
    let path = |file: &Tree| file.get("path").and_then(Tree::text).map(str::to_owned);
    let paths: Vec<_> = files.iter().map(path).collect();
    for (index, file) in files.into_iter().enumerate() {
        let alike = paths.iter().filter(|other| **other == paths[index]);
        let moved = if alike.count() > 1 {
            Err(
                "several files have this path, and Talos 1.14 takes the first: make one of them"
                    .into(),
            )
        } else {
            one(work, row, &file)
        };
        if let Err(why) = moved {
            work.keep(row, format!("{}[{index}]", row.path), why);
            left.push(file);
        }
    }
    let left = (!left.is_empty()).then(|| Tree {
        notes,
        ..Body::List(left).into()
    });
    Ok(left)
}

fn one(work: &mut Work<'_>, row: &'static Row, file: &Tree) -> Result<(), String> {
    let text = |key: &str| file.get(key).and_then(Tree::text).unwrap_or_default();
    let path = text("path").to_owned();
    let whole = matches!(text("op"), "create" | "overwrite");
    let mut head = file.notes.above.clone();
    head.extend(
        file.entries()
            .iter()
            .flat_map(|(_, tree)| tree.notes.above.iter().cloned()),
    );
    let content = file
        .get("content")
        .cloned()
        .unwrap_or_else(|| json!("").into());
    let content = Tree {
        notes: Notes::default(),
        ..content
    };
    if path == CUSTOMIZATION {
        let document = work.document("CRICustomizationConfig", Some(json!(PART).into()), row.path);
        document.head.extend(head);
        document.fields.put("content", content);
        return Ok(());
    }
    if !whole {
        return Err("a document has a whole file: nothing is added to another".into());
    }
    let Some(name) = path.strip_prefix("/etc/") else {
        return Err("no document has a file outside of `/etc`".into());
    };
    let first = name.split('/').next().unwrap_or_default();
    let is_local = !name.is_empty() && !name.split('/').any(|part| matches!(part, "" | "." | ".."));
    if !is_local || MANAGED.contains(&first) || name == "xattr.conf" {
        return Err("Talos writes what is there itself".into());
    }
    let document = work.document(row.kind, Some(Value::from(name).into()), row.path);
    document.head.extend(head);
    // None at all is how v1alpha1 writes the rights that it has without being told.
    if let Some(mode) = file
        .get("permissions")
        .filter(|mode| mode.value() != json!(0))
    {
        document.fields.put("mode", mode.clone());
    }
    document.fields.put("contents", content);
    Ok(())
}
