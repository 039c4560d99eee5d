//! `app list`: what is deployed, in which version, and why or why not.

use camino::Utf8Path;
use pipeline::app::{self, App, Version};
use serde_json::json;

use super::Repository;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// List every application: its version, whether it is deployed, and which key decides that
///
/// Built-in applications, those of the repository's own templates and those of `app add` alike.
#[derive(Debug, clap::Args)]
pub(crate) struct List {}

impl List {
    #[expect(clippy::unused_self, reason = "every command has the same shape")]
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let repository = Repository::read(root, ui)?;
        let (apps, warnings) = app::list(&repository.inputs)?;
        ui.problems(&warnings);
        let rows = apps.iter().map(row).collect();
        ui.table(
            &["NAMESPACE", "NAME", "VERSION", "ENABLED", "BECAUSE"],
            rows,
        )?;
        ui.set("apps", json!(apps));
        Ok(Exit::Done)
    }
}

fn row(app: &App) -> Vec<String> {
    let versions: Vec<_> = app.versions.iter().map(version).collect();
    let because: Vec<_> = { app.because.iter() }
        .map(|condition| format!("`{}` is {}", condition.key, condition.state))
        .collect();
    let because = match (because.is_empty(), app.enabled) {
        (false, _) => because.join(", "),
        (true, true) => "always".to_owned(),
        (true, false) => "nothing lists it".to_owned(),
    };
    vec![
        app.namespace.clone(),
        app.name.clone(),
        versions.join(", "),
        if app.enabled { "yes" } else { "no" }.to_owned(),
        because,
    ]
}

fn version(version: &Version) -> String {
    match &version.entry {
        Some(entry) => format!("{} ({entry})", version.version),
        None => version.version.clone(),
    }
}
