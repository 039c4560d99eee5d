//! `render`: in place of `makejinja`.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8Path;
use repository::View;

use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{self, Ui, plural};

/// Render as `makejinja` does, from a `makejinja.toml`
///
/// Takes the place of the `makejinja` program: reads its settings file in the repository and
/// writes the same bytes. The functions and values that this family's plugin gives are built in;
/// Python runs the repository's own plugin for what is not, unless `templates/variables.yaml` has
/// `plugin: none`. `configure` does more; this is for moving over step by step.
#[derive(Debug, clap::Args)]
pub(crate) struct Render {
    /// The settings, relative to the repository
    #[arg(long, value_name = "FILE", default_value = "makejinja.toml")]
    config: String,
}

impl Render {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let Some(settings) = View::on_disk(root).text(&self.config)? else {
            return Err(Failure::stopped(
                Exit::Usage,
                format!("there is no `{}` here", self.config),
            )
            .hint("`ichor configure` renders a repository without one"));
        };
        let variables: BTreeMap<_, _> = environment::all().into_iter().collect();
        let mut environment = environment::read();
        if ui.can_ask() {
            environment.plugin.confirm = Some(Arc::new(ui::ask));
        }
        let done = pipeline::drop_in::run(root, &settings, &environment, &variables)?;
        ui.problems(&done.diagnostics);
        for path in &done.written {
            ui.status(format!("  write     {path}"));
        }
        ui.status(format!(
            "Wrote {}; {} unchanged.",
            plural(done.written.len(), "file"),
            done.unchanged
        ));
        ui.set("written", done.written);
        ui.set("unchanged", done.unchanged);
        Ok(Exit::Done)
    }
}
