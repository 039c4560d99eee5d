//! The file that the crate `flux` embeds.
//!
//! A list of lines, an empty line, then compressed blocks (zlib) one after another, whose places
//! the lines say. The crate's `schema::bundle` reads it.

use std::collections::BTreeMap;
use std::io::Write as _;

use anyhow::{Context as _, Result, bail};

use super::builtin::Builtin;
use super::definitions::Kind;
use super::lines;

/// What goes in.
#[derive(Default)]
pub(super) struct Bundle {
    /// The releases of Kubernetes, oldest first.
    releases: Vec<String>,
    /// The releases that have a definition, as bits, by its name and text.
    definitions: BTreeMap<(String, String), u32>,
    /// The same of kinds: group, version, kind, name of the definition, whether namespaced.
    kinds: BTreeMap<(String, String, String, String, bool), u32>,
    /// The packages that the other kinds come from.
    origins: Vec<(String, String)>,
    others: BTreeMap<(String, String, String), (bool, String)>,
}

impl Bundle {
    /// Adds a release of Kubernetes.
    pub(super) fn builtin(&mut self, version: &str, builtin: &Builtin) {
        let bit = 1 << self.releases.len();
        self.releases.push(version.to_owned());
        for (name, text) in &builtin.definitions {
            let key = (name.clone(), text.clone());
            *self.definitions.entry(key).or_default() |= bit;
        }
        for ((group, version, kind), (name, namespaced)) in &builtin.kinds {
            let key = (
                group.clone(),
                version.clone(),
                kind.clone(),
                name.clone(),
                *namespaced,
            );
            *self.kinds.entry(key).or_default() |= bit;
        }
    }

    /// Names a package.
    pub(super) fn origin(&mut self, module: &str, version: &str) {
        self.origins.push((module.to_owned(), version.to_owned()));
    }

    /// Adds a kind that a package defines.
    pub(super) fn kind(&mut self, kind: Kind) -> Result<()> {
        let key = (kind.group, kind.version, kind.kind);
        if self.others.contains_key(&key) {
            bail!("{key:?} is defined twice");
        }
        self.others.insert(key, (kind.namespaced, kind.schema));
        Ok(())
    }

    /// The file.
    pub(super) fn write(&self) -> Result<Vec<u8>> {
        let mut head = String::from("ichor schemas 1\n");
        let mut blocks = Vec::new();
        head.push_str(&format!("releases\t{}\n", self.releases.join("\t")));
        for (module, version) in &self.origins {
            head.push_str(&format!("origin\t{module}\t{version}\n"));
        }
        let mut text = String::new();
        for ((group, version, kind, name, namespaced), releases) in &self.kinds {
            let scope = scope(*namespaced);
            text.push_str(&format!(
                "kind\t{releases}\t{group}\t{version}\t{kind}\t{scope}\t{name}\n"
            ));
        }
        for ((name, schema), releases) in &self.definitions {
            text.push_str(&format!("definition\t{releases}\t{name}\t{schema}\n"));
        }
        let place = block(&mut blocks, &text)?;
        head.push_str(&format!("builtin\t{place}\n"));
        for ((group, version, kind), (namespaced, schema)) in &self.others {
            let place = block(&mut blocks, &lines::of(schema)?)?;
            let scope = scope(*namespaced);
            head.push_str(&format!("{group}\t{version}\t{kind}\t{scope}\t{place}\n"));
        }
        head.push('\n');
        let mut bytes = head.into_bytes();
        bytes.extend(blocks);
        Ok(bytes)
    }
}

fn scope(namespaced: bool) -> &'static str {
    if namespaced { "namespaced" } else { "cluster" }
}

/// Adds a block, and says where it lies and how long it is unpacked.
fn block(blocks: &mut Vec<u8>, text: &str) -> Result<String> {
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(text.as_bytes())?;
    let packed = packed.finish().context("memory takes all")?;
    let place = format!("{}\t{}\t{}", blocks.len(), packed.len(), text.len());
    blocks.extend(packed);
    Ok(place)
}
