//! `flux graph`: what needs what, and what is reached from where.

use camino::{Utf8Path, Utf8PathBuf};
use clap::ValueEnum;
use flux::graph::{self, Page};
use repository::write::{Batch, REPLACING};

use super::repository::Where;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Draw what needs what, and what is reached from where
///
/// Kustomizations and what they wait for, releases and their sources; addresses, Gateways,
/// routes, hosts, certificates. The page of `--html` needs no network: search in it, open an
/// app, see what it needs, what it exposes, and what is wrong with it. What can be drawn is drawn;
/// ends with 1 where something of it cannot be built.
///
/// Examples:
///   ichor flux graph
///   ichor flux graph --format mermaid
///   ichor flux graph --html cluster.html
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Graph {
    /// How it is drawn
    #[arg(long, value_enum, default_value_t = Format::Tree)]
    format: Format,

    /// Draw the network instead of the dependencies, where a format draws one of the two
    #[arg(long)]
    network: bool,

    /// Write one page to look around in
    #[arg(long, value_name = "FILE", conflicts_with_all = ["format", "network"])]
    html: Option<Utf8PathBuf>,

    #[command(flatten)]
    place: Where,
}

/// How a graph is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines for a terminal
    Tree,
    /// For Markdown
    Mermaid,
    /// For Graphviz
    Dot,
    /// A picture
    Svg,
}

impl Graph {
    pub(crate) fn run(&self, here: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let repository = self.place.open(here)?;
        let view = repository.on_disk();
        let assembled = repository.assemble(&view)?;
        ui.problems(&assembled.problems);
        let exit = if assembled.problems.has_errors() {
            Exit::Problems
        } else {
            Exit::Done
        };
        if let Some(file) = &self.html {
            let findings = repository.check(&view, &assembled);
            let page = graph::html(&Page {
                title: repository.root.file_name().unwrap_or("cluster"),
                assembled: &assembled,
                findings: &findings.problems,
                public: repository.domains(),
            });
            let batch = Batch::open(here)?;
            batch.stage(here.join(file).as_str(), page.as_bytes(), REPLACING)?;
            batch.commit()?;
            ui.status(format!("Wrote `{file}`: open it in a browser."));
            return Ok(exit);
        }
        let graph = graph::Graph::new(&assembled, repository.domains());
        ui.set("graph", graph.json());
        let picture = || {
            if self.network {
                graph.reached()
            } else {
                graph.dependencies()
            }
        };
        let text = match self.format {
            Format::Tree => graph::tree(&graph),
            Format::Mermaid => graph::mermaid(&picture()),
            Format::Dot => graph::dot(&picture()),
            Format::Svg => graph::svg(&picture()),
        };
        ui.data(&text)?;
        Ok(exit)
    }
}
