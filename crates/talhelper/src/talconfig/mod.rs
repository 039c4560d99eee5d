//! `talconfig.yaml`, talhelper's description of a cluster's nodes.
//!
//! ```text
//! text ── variables put in, decoded by the table of keys ─▶ Raw ── checks ─▶ Talconfig
//! ```
//!
//! Every problem comes at once, with its place.

mod addresses;
mod checks;
mod config;
mod interface;
mod lists;
mod own;
mod raw;
mod schema;
mod schematic;
mod shared;

use std::ops::Deref;

use diagnostics::{Diagnostics, Source};
use documents::substitute::Variables;

pub use raw::Raw;
pub(crate) use schematic::Customization;
pub use schematic::Schematic;

pub(crate) use interface::{Bond, Device, Link, Peer, Route, Selector};
pub(crate) use lists::{Keys, List, Texts};
pub(crate) use own::Own;
pub(crate) use schema::schema;
pub(crate) use shared::{Firewall, Shared, Volume};

/// A talconfig in which nothing is wrong: every check of the file was done.
pub struct Talconfig(Raw);

/// What came of a text.
pub enum Read {
    /// A talconfig.
    Valid(Talconfig),
    /// Something is wrong, and told; what else is may still be found out.
    Invalid(Raw),
    /// The text cannot be read at all.
    Unreadable,
}

impl Talconfig {
    /// Reads a talconfig with the variables of `talenv.yaml`, and everything that is wrong with
    /// it: errors, unless it is valid, and warnings.
    pub fn read(source: &Source, variables: &Variables) -> (Read, Diagnostics) {
        let (raw, mut problems) = Raw::read(source, variables);
        let Some((raw, values)) = raw else {
            return (Read::Unreadable, problems);
        };
        checks::check(&raw, &values, &mut problems);
        problems.sort();
        let read = if problems.has_errors() {
            Read::Invalid(raw)
        } else {
            Read::Valid(Self(raw))
        };
        (read, problems)
    }
}

impl Deref for Talconfig {
    type Target = Raw;

    fn deref(&self) -> &Raw {
        &self.0
    }
}

impl Read {
    /// The talconfig, if nothing is wrong with it.
    pub fn valid(self) -> Option<Talconfig> {
        match self {
            Self::Valid(talconfig) => Some(talconfig),
            Self::Invalid(_) | Self::Unreadable => None,
        }
    }

    /// What could be read, valid or not.
    pub fn raw(&self) -> Option<&Raw> {
        match self {
            Self::Valid(talconfig) => Some(talconfig),
            Self::Invalid(raw) => Some(raw),
            Self::Unreadable => None,
        }
    }
}
