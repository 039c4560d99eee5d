//! `validate`: every check, nothing written.

use camino::Utf8Path;
use pipeline::BuildOptions;
use vault::check::{self, Scope};

use super::{report, road};
use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Check configuration, templates and what they render to
///
/// Runs every check of `configure` without comparing with the disk, and writes nothing. Where
/// there is no `cluster.yaml`, as in a public CI, checks the files that git tracks: that the
/// YAML below kubernetes/, talos/ and bootstrap/ is valid, that Talos takes the machine
/// configurations, and that no secret is in the clear.
#[derive(Debug, clap::Args)]
pub(crate) struct Validate {
    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
}

impl Validate {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let Some(inputs) = report::read_if_configured(root, self.strict, ui)? else {
            return self.committed(root, ui);
        };
        let options = BuildOptions {
            strict: self.strict,
            ..report::options()
        };
        let built = report::build(&inputs, &options, ui)?;
        let files = built.tree.len();
        ui.set("files", files);
        ui.status(format!(
            "Everything is right: {} for {}.",
            plural(files, "file"),
            plural(built.model.cluster.nodes().len(), "node")
        ));
        road::after_validate(root, ui);
        Ok(Exit::Done)
    }

    /// What can be said of a repository without its configuration.
    fn committed(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        if !report::RENDERED.iter().any(|name| root.join(name).exists()) {
            return Err(report::no_configuration(root));
        }
        let scope = Scope {
            yaml: true,
            ..Scope::default()
        };
        let bar = ui.progress("checking");
        let config = environment::sops_config();
        let checked = check::run(root, config.as_deref(), &scope, &|done, all| {
            bar.tell(done, all);
        });
        drop(bar);
        let mut checked = checked?;
        checked.problems.extend(machines::check::committed(root));
        if self.strict {
            checked.problems.promote(|_| true);
        }
        ui.set("files", checked.files);
        ui.set("secrets", checked.secrets);
        ui.problems(&checked.problems);
        ui.count(&checked.problems);
        if checked.problems.has_errors() {
            return Ok(Exit::Problems);
        }
        ui.status(format!(
            "There is no `cluster.yaml` here, so the files themselves were checked. They are right: {}, {} among them.",
            plural(checked.files, "file"),
            plural(checked.secrets, "secret")
        ));
        Ok(Exit::Done)
    }
}
