//! Binary files: encrypted as a whole, into `{"data": …, "sops": …}`.

use diagnostics::{Diagnostics, Source};
use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use super::format::Format;
use super::item::{Document, Item, Layout, Slot};
use super::json;
use crate::rules;
use crate::sops::path::{Path, Step};
use crate::sops::value::Value;

/// Wraps any content.
pub(super) fn wrap(name: &str, content: &[u8]) -> Document {
    Document {
        format: Format::Binary,
        source: Source::new(name, ""),
        items: vec![Item {
            path: Path::default().child(Step::Key("data".into())),
            comment: false,
            range: 0..0,
            value: Value::text(content),
            slot: Slot::default(),
        }],
        metadata: None,
        blocks: Vec::new(),
        layout: Layout::Binary(Zeroizing::new(content.to_vec())),
    }
}

/// Reads the JSON that one was encrypted into.
pub(super) fn read(source: &Source) -> Result<Document, Diagnostics> {
    let mut document = json::read(source)?;
    if !json::has_value(&document, "data") {
        return Err(Diagnostics::from(
            rules::SOPS_DAMAGED
                .report("the file has no `data`, so it is no encrypted binary file")
                .at(source.whole()),
        ));
    }
    document.format = Format::Binary;
    Ok(document)
}

/// The JSON of a token and metadata.
pub(super) fn write(data: &str, metadata: &Map<String, Json>, indent: &str) -> Zeroizing<Vec<u8>> {
    let data = Json::from(data).to_string();
    let metadata = json::pretty(metadata, indent, 1);
    let text = format!("{{\n{indent}\"data\": {data},\n{indent}\"sops\": {metadata}\n}}\n");
    Zeroizing::new(text.into_bytes())
}
