//! The configurations of all nodes of a talconfig, as `talhelper genconfig` makes them.
//!
//! [`Generator`] reads what the nodes share once and makes one node after another, so that a
//! thousand of them need no more memory than one; [`generate`] makes all of them.
//!
//! ```text
//! generator ─▶ keys of the talconfig ─▶ documents ─▶ patches of the role, of the node, of all
//!                                                        ─▶ extra manifests ─▶ final form
//! ```
//!
//! What differs from talhelper on purpose: a value that it would drop without a word is a
//! problem; the contents of other files keep their comments and their layout; the id of a
//! schematic is computed, never asked for.

mod base;
mod beside;
mod commands;
mod contents;
mod effect;
mod generator;
mod gitignore;
mod image;
mod listed;
mod names;
mod network;
mod node;
mod origin;
mod patches;
mod places;
mod schematic;
mod stages;
mod successors;

use std::fmt;

use diagnostics::{Diagnostic, Diagnostics, Source};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::talconfig::Talconfig;
use documents::substitute::Variables;
use talos::bundle::Bundle;
use talos::contract::Contract;
use talos::generate::Role;

pub use commands::{NoCommands, Verb, Wanted};
pub use generator::Generator;
pub use gitignore::gitignore;
pub use schematic::{read_schematic, schematic_id, schematic_text};

/// The files that a talconfig names.
pub trait Files: Sync {
    /// The text of a file, decrypted, by its name relative to the talconfig's folder or its
    /// absolute path; `None` if there is no such file.
    fn read(&self, path: &str) -> Result<Option<Source>, Diagnostic>;
}

/// No files at all.
impl Files for () {
    fn read(&self, _path: &str) -> Result<Option<Source>, Diagnostic> {
        Ok(None)
    }
}

/// What configurations are made from.
pub struct Request<'a, T = Talconfig> {
    /// The cluster and its nodes.
    pub talconfig: &'a T,
    /// The secrets of the cluster.
    pub bundle: &'a Bundle,
    /// The shape of the configurations, see [`Contract::choose`].
    pub contract: Contract,
    /// The variables that are put into files.
    pub variables: &'a Variables,
    /// What the talconfig names.
    pub files: &'a dyn Files,
}

impl<T> Clone for Request<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Request<'_, T> {}

impl<'a, T> Request<'a, T> {
    /// The same from another talconfig.
    pub fn over<U>(&self, talconfig: &'a U) -> Request<'a, U> {
        Request {
            talconfig,
            bundle: self.bundle,
            contract: self.contract,
            variables: self.variables,
            files: self.files,
        }
    }
}

/// The configuration of one node.
///
/// `Debug` shows no document: they hold secrets.
#[derive(Clone)]
pub struct NodeConfig {
    /// The name of the node.
    pub hostname: String,
    /// Its addresses and names, as the talconfig lists them.
    pub addresses: Vec<String>,
    /// What it is.
    pub role: Role,
    /// The name of its file.
    pub file_name: String,
    /// The image that it is installed and upgraded with.
    pub installer_image: String,
    /// The URL of the image that it boots from first.
    pub boot_image: String,
    /// The documents, v1alpha1 first, keys in the order of Talos.
    pub documents: Vec<Value>,
}

impl NodeConfig {
    /// The documents as text.
    pub fn to_yaml(&self) -> Zeroizing<String> {
        Zeroizing::new(documents::emit::documents(&self.documents, 2))
    }
}

impl fmt::Debug for NodeConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NodeConfig")
            .field("hostname", &self.hostname)
            .field("addresses", &self.addresses)
            .field("role", &self.role)
            .field("file_name", &self.file_name)
            .field("installer_image", &self.installer_image)
            .field("boot_image", &self.boot_image)
            .finish_non_exhaustive()
    }
}

/// The configurations of all nodes, and everything that is wrong: a node with an error has
/// none. Prefer a [`Generator`] where there may be many nodes.
pub fn generate(request: &Request<'_>) -> (Vec<NodeConfig>, Diagnostics) {
    let (generator, mut problems) = Generator::new(*request);
    let mut configs = Vec::with_capacity(generator.len());
    for index in 0..generator.len() {
        let (config, found) = generator.node(index);
        configs.extend(config);
        problems.extend(found);
    }
    problems.sort();
    (configs, problems)
}
