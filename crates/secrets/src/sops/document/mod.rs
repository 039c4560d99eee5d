//! Documents of every format as lists of values, and back.

mod binary;
mod dotenv;
mod format;
mod ini;
mod item;
mod json;
mod splice;
mod yaml;

use ::yaml::Limits;
use diagnostics::{Diagnostic, Diagnostics, Source};
use zeroize::Zeroizing;

pub use format::Format;
pub(crate) use ini::{items as ini_items, value_text as ini_value};
use item::Layout;

use crate::rules;
pub(crate) use item::{Document, Item, New, NewMetadata, Unwritable};
pub(crate) use json::members as json_members;

/// sops' default for the block that it adds to a YAML file.
const YAML_INDENT: usize = 4;
/// The same for JSON.
const JSON_INDENT: &str = "\t";

/// How far new metadata is set in, where `.sops.yaml` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Indents {
    /// Blanks a level in YAML.
    pub yaml: Option<usize>,
    /// Blanks a level in JSON.
    pub json: Option<usize>,
    /// Blanks a level in the JSON of binary files.
    pub binary: Option<usize>,
}

/// Reads a file in the clear.
pub(crate) fn read_plain(
    name: &str,
    content: &[u8],
    format: Format,
    limits: &Limits,
) -> Result<Document, Diagnostics> {
    if format == Format::Binary {
        if content.len() > limits.bytes {
            // It says by how much.
            return decode(name, content, limits).map(|_| binary::wrap(name, content));
        }
        return Ok(binary::wrap(name, content));
    }
    read(&decode(name, content, limits)?, format, limits)
}

/// Reads an encrypted file.
pub(crate) fn read_encrypted(
    name: &str,
    content: &[u8],
    format: Format,
    limits: &Limits,
) -> Result<Document, Diagnostics> {
    let source = decode(name, content, limits)?;
    if let Some(problem) = unmerged(&source) {
        return Err(problem.into());
    }
    let document = read(&source, format, limits)?;
    if document.metadata.is_none() {
        return Err(Diagnostics::from(
            rules::SOPS_NOT_ENCRYPTED
                .report("the file has no SOPS metadata: it is not encrypted")
                .at(document.source.whole())
                .hint("encrypt it, or name a file that is"),
        ));
    }
    Ok(document)
}

/// The content with changes made; one change an item.
pub(crate) fn write(
    document: &Document,
    changes: &[Option<New<'_>>],
    metadata: &NewMetadata<'_>,
    indents: &Indents,
) -> Result<Zeroizing<Vec<u8>>, Vec<(usize, Unwritable)>> {
    let blanks = |count: Option<usize>| count.map(|count| " ".repeat(count));
    match (&document.layout, document.format) {
        (Layout::Yaml(layout), _) => {
            let indent = indents.yaml.or(layout.indent).filter(|&indent| indent > 0);
            yaml::write(
                document,
                layout,
                changes,
                metadata,
                indent.unwrap_or(YAML_INDENT),
            )
        }
        (Layout::Json { .. }, Format::Binary) => match (metadata, changes.first()) {
            (NewMetadata::Remove, Some(Some(New::Clear(value)))) => {
                Ok(Zeroizing::new(value.as_bytes().to_vec()))
            }
            _ => json::write(
                document,
                changes,
                metadata,
                blanks(indents.binary).as_deref(),
            ),
        },
        (Layout::Json { .. }, _) => {
            json::write(document, changes, metadata, blanks(indents.json).as_deref())
        }
        (Layout::Lines, Format::Ini) => ini::write(document, changes, metadata),
        (Layout::Lines, _) => dotenv::write(document, changes, metadata),
        (Layout::Binary(content), _) => match (metadata, changes.first()) {
            (NewMetadata::Write(tree), Some(change)) => {
                let data = match change {
                    Some(New::Token(token)) => token,
                    _ => "",
                };
                let indent = blanks(indents.binary);
                Ok(binary::write(
                    data,
                    tree,
                    indent.as_deref().unwrap_or(JSON_INDENT),
                ))
            }
            _ => Ok(content.clone()),
        },
    }
}

/// A merge that git could not finish. Both sides have a MAC of their own, so what somebody makes
/// of them by hand has none that fits.
fn unmerged(source: &Source) -> Option<Diagnostic> {
    let (mut at, mut first, mut last) = (0, None, false);
    for line in source.text().split_inclusive('\n') {
        if line.starts_with("<<<<<<< ") {
            first.get_or_insert(at..at + line.trim_end().len());
        }
        last |= first.is_some() && line.starts_with(">>>>>>> ");
        at += line.len();
    }
    let place = first.filter(|_| last)?;
    let name = source.name();
    Some(
        rules::SOPS_MERGE_CONFLICT.report("a merge of this file is not finished",
        )
        .at(source.clone().with_secrets([0..source.text().len()]).location(place))
        .hint(format!(
            "run `ichor init --hooks`, and let it merge the values: `git checkout --merge {name}`; or take one side, `git checkout --ours {name}`, and set the values of the other in it"
        )),
    )
}

fn decode(name: &str, content: &[u8], limits: &Limits) -> Result<Source, Diagnostics> {
    ::yaml::decode(name, content, limits).map_err(|problem| Diagnostics::from(*problem))
}

fn read(source: &Source, format: Format, limits: &Limits) -> Result<Document, Diagnostics> {
    // Where it cannot be read, nobody knows which parts of it are the secrets.
    let masked = &source.clone().with_secrets(match format {
        Format::Yaml => ::yaml::mask::values(source.text()),
        _ => vec![0..source.text().len()],
    });
    let mut document = match format {
        Format::Yaml => yaml::read(masked, limits),
        Format::Json => json::read(masked),
        Format::Dotenv => dotenv::read(masked),
        Format::Ini => ini::read(masked),
        Format::Binary => binary::read(masked),
    }?;
    // What is not a token may be a secret, whatever the file is supposed to be.
    let clear = document
        .items
        .iter()
        .filter(|item| !item.value.as_text().is_some_and(super::token::is_token));
    let marks = document
        .items
        .iter()
        .filter_map(|item| item.slot.marks.clone());
    document.source = source
        .clone()
        .with_secrets(clear.map(|item| item.range.clone()).chain(marks));
    Ok(document)
}
