//! `machine.files`.

use serde_json::{Value, json};

use super::{Done, NOT_ONE, items};
use crate::files::{Successor, successor};
use crate::migrate::notes::Notes;
use crate::migrate::row::Row;
use crate::migrate::tree::{Body, Tree};
use crate::migrate::work::Work;

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
        let own = path(&file);
        let moved = match paths.iter().filter(|other| **other == own).count() {
            0 | 1 => one(work, row, &file),
            _ => Err(
                "several files have this path, and Talos 1.14 takes the first: make one of them"
                    .to_owned(),
            ),
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
    let successor = successor(&path, text("op"))?;
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
    let name = match successor {
        Successor::Runtime(name) => {
            let name = Some(json!(name).into());
            let document = work.document("CRICustomizationConfig", name, row.path);
            document.head.extend(head);
            document.fields.put("content", content);
            return Ok(());
        }
        Successor::Etc(name) => name,
    };
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
