//! `validate`: every check, nothing written.

use camino::Utf8Path;
use pipeline::checks::{self, Of};
use pipeline::{BuildOptions, Command, Run};
use repository::View;

use super::flux::{self, WithHelm, repository::Where};
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
///
/// With `--path` checks what the clusters of any Flux repository get, of whatever layout, as
/// `flux test` does.
#[derive(Debug, clap::Args)]
pub(crate) struct Validate {
    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,

    /// Treat a kind without a known schema as an error; with `--path`
    #[arg(long, requires = "path")]
    strict_schemas: bool,

    #[command(flatten)]
    place: Where,
}

impl Validate {
    pub(crate) fn run(
        &self,
        root: &Utf8Path,
        here: &Utf8Path,
        ui: &mut Ui,
    ) -> Result<Exit, Failure> {
        if self.place.path.is_some() {
            let repository = self.place.open(here)?;
            let strictness = flux::Strictness {
                warnings: self.strict,
                schemas: self.strict_schemas,
            };
            return flux::checked(&repository, strictness, WithHelm::default(), ui)
                .map(|(_, _, exit)| exit);
        }
        let environment = report::environment(ui);
        let options = BuildOptions {
            strict: self.strict,
            whole: true,
            ..report::options()
        };
        let run = Run::start(Command::Validate, root, &environment, &options);
        if let Some(again) = run.again() {
            report::again(&again, ui);
            return Ok(right(root, again.files, again.nodes, ui));
        }
        let Some((inputs, loaded)) = report::read_view(run.view(), &environment, self.strict, ui)?
        else {
            return self.committed(root, ui);
        };
        let built = report::build(&inputs, &options, ui)?;
        run.keep(&inputs, &loaded, &built, None);
        let nodes = built.model.cluster.nodes().len();
        Ok(right(root, built.tree.len(), nodes, ui))
    }

    /// What can be said of a repository without its configuration.
    fn committed(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        if !report::was_rendered(root) {
            return Err(report::no_configuration(root));
        }
        let bar = ui.progress("checking");
        let config = environment::sops_config();
        let view = View::on_disk(root);
        let checked = checks::committed(&view, Of::Tracked, config.as_deref(), &|done, all| {
            bar.tell(done, all);
        });
        drop(bar);
        let mut checked = checked?;
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

fn right(root: &Utf8Path, files: usize, nodes: usize, ui: &mut Ui) -> Exit {
    ui.set("files", files);
    ui.status(format!(
        "Everything is right: {} for {}.",
        plural(files, "file"),
        plural(nodes, "node")
    ));
    road::after_validate(root, ui);
    Exit::Done
}
