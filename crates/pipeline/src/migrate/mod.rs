//! A repository moved to the documents of Talos 1.14: its patches rewritten, its contract set,
//! and the proof that every node reads what it read before.

mod listed;
mod lists;
mod pen;
mod proof;
mod rewrite;
mod targets;
mod templates;

use config_model::versions::{self, CONTRACT, DOCUMENTS};
use diagnostics::{Diagnostic, Diagnostics, Location, Source};
use machines::Places;
use repository::View;
use talos::migrate::{Part, Subsystem};

use crate::app::Changes;
use crate::rules;

pub use proof::{Proof, prove};

/// The contract that is moved to.
pub const TARGET: &str = "1.14";

/// What moving a repository takes. Has no `Debug`: it may hold secrets.
pub struct Move {
    /// The files that change.
    pub changes: Changes,
    /// Why each changes as it does.
    pub reasons: Vec<Reason>,
    /// What only a person can do, as errors, and what is worth knowing.
    pub problems: Diagnostics,
    /// Whether the talconfig lets workloads onto control planes.
    schedules: bool,
}

/// Why a patch changes as it does.
#[derive(Debug, Clone)]
pub struct Reason {
    /// Where it is written: a file, and within the talconfig the line too.
    pub place: String,
    /// What became of it.
    pub what: What,
}

/// What became of fields.
#[derive(Debug, Clone)]
pub enum What {
    /// They are a document.
    Part(Part),
    /// A field went without one, and why that changes nothing.
    Dropped(String, String),
}

/// Works out how a repository is moved. Nothing is written.
///
/// Patches are rewritten where they are written: those that a talconfig names or holds; where
/// the talconfig is rendered, the repository's own templates of patches. The built-in ones have
/// both forms.
///
/// # Errors
///
/// What cannot be read.
pub fn plan(view: &View<'static>, places: &Places) -> Result<Move, Diagnostics> {
    let mut moving = Move {
        changes: Changes::default(),
        reasons: Vec::new(),
        problems: Diagnostics::new(),
        schedules: false,
    };
    if is_rendered(view, places) {
        templates::rewrite(view, &mut moving)?;
    } else {
        lists::rewrite(view, places, &mut moving)?;
    }
    let old = moving.changes.text(view, "versions.yaml")?;
    let old = old.unwrap_or_else(|| Source::new("versions.yaml", ""));
    let new = versions::set(&old, CONTRACT, TARGET)?;
    let new = without_parts(&new);
    moving
        .changes
        .set(view, "versions.yaml", Some(new.into_bytes()))?;
    moving.problems.sort();
    Ok(moving)
}

/// Works out how parts of the configurations are moved, while the contract stays: they become
/// documents after all patches, which stay as they are. Nothing is written.
///
/// # Errors
///
/// What cannot be read.
pub fn plan_parts(
    view: &View<'static>,
    today: &[Subsystem],
    more: &[Subsystem],
) -> Result<Move, Diagnostics> {
    let mut moving = Move {
        changes: Changes::default(),
        reasons: Vec::new(),
        problems: Diagnostics::new(),
        schedules: false,
    };
    let mut parts = today.to_vec();
    parts.extend(more.iter().filter(|part| !today.contains(part)));
    let names: Vec<_> = Subsystem::with_ties(parts)
        .iter()
        .map(|part| part.name())
        .collect();
    let old = moving.changes.text(view, "versions.yaml")?;
    let old = old.unwrap_or_else(|| Source::new("versions.yaml", ""));
    let new = versions::set(&old, DOCUMENTS, &names.join(","))?;
    moving
        .changes
        .set(view, "versions.yaml", Some(new.into_bytes()))?;
    Ok(moving)
}

/// Whether the talconfig is what templates render.
fn is_rendered(view: &View<'_>, places: &Places) -> bool {
    let usual = Places::find(view).talconfig == places.talconfig;
    usual && view.is_file("cluster.yaml") && view.is_file("nodes.yaml")
}

/// The text of `versions.yaml` without the entry of what is in documents: with the contract, all
/// is.
fn without_parts(text: &str) -> String {
    let source = Source::new("versions.yaml", text);
    let parsed = yaml::parse(&source, &yaml::Limits::default());
    let mut edits = yaml::edit::Edits::new(text);
    let there = parsed.root().filter(|root| root.get(DOCUMENTS).is_some());
    let removed = there.and_then(|root| edits.remove_key(root, DOCUMENTS).ok());
    removed
        .and_then(|()| edits.apply().ok())
        .unwrap_or_else(|| text.to_owned())
}

/// What only a person can do.
fn by_hand(what: &str, why: &str, place: Location) -> Diagnostic {
    let message = if what.is_empty() {
        format!("the patch cannot be rewritten: {why}")
    } else {
        format!("`{what}` cannot be rewritten: {why}")
    };
    rules::MIGRATE_BY_HAND.report(message).at(place)
}

/// The way out where a part of a configuration cannot move.
fn keep(part: Subsystem) -> String {
    format!(
        "keep that part as it is, and move the others: `ichor talos migrate --contract {TARGET} --keep {part}`"
    )
}

/// All subsystems: with the contract all that is generated moves.
fn all() -> &'static [Subsystem] {
    &Subsystem::ALL
}
