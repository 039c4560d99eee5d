//! `--helm`: releases rendered by the real `helm`.

use std::collections::BTreeMap;

use flux::assembled::Assembled;
use helm::Helm;
use pipeline::manifests::render;
use repository::View;
use serde_json::json;

use super::super::program;
use super::repository::Repository;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};
use crate::watch::Watch;

/// How many releases a line names.
const LISTED: usize = 5;

/// Whether releases are rendered.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(crate) struct WithHelm {
    /// Render releases, too, with the `helm` on `PATH` and the charts of `ichor charts sync`
    #[arg(long)]
    helm: bool,
}

/// A `helm` at hand. Nothing of what it was given stays, however this program ends.
pub(crate) struct Renderer {
    helm: Helm,
    _watch: Watch,
}

impl WithHelm {
    /// Finds it, if releases are to be rendered.
    pub(crate) fn renderer(self) -> Result<Option<Renderer>, Failure> {
        if !self.helm {
            return Ok(None);
        }
        let watch = Watch::start().map_err(|error| {
            Failure::stopped(Exit::Usage, format!("signals cannot be caught: {error}"))
        })?;
        let hint = "install Helm 3.18 or later, or leave out `--helm`";
        let helm = program::helm(&watch, hint)?;
        Ok(Some(Renderer {
            helm,
            _watch: watch,
        }))
    }
}

impl Renderer {
    /// Renders the releases of a state of the repository; what fails is a problem of it.
    pub(crate) fn render(
        &self,
        repository: &Repository,
        view: &View<'_>,
        assembled: &mut Assembled,
        ui: &mut Ui,
    ) {
        let cache = repository.on_disk();
        let settings = repository.settings();
        let rendered = render::render(&self.helm, view, &cache, assembled, &settings);
        assembled.problems.extend(rendered.problems);
        assembled.problems.sort();
        ui.set("rendered", rendered.releases);
        let left_out: Vec<_> = { rendered.left_out.iter() }
            .map(|(release, why)| json!({"release": release, "why": why}))
            .collect();
        ui.set("leftOut", left_out);
        let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (release, why) in &rendered.left_out {
            by_reason.entry(why).or_default().push(release);
        }
        for (why, releases) in by_reason {
            let named: Vec<&str> = releases.iter().take(LISTED).copied().collect();
            let more = match releases.len() - named.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            ui.warning(&format!("{}{more}: not rendered, {why}", named.join(", ")));
        }
        ui.status(format!(
            "{} rendered.",
            plural(rendered.releases, "release")
        ));
    }
}
