//! `flux`: what the cluster gets from a repository, told without a cluster and a network.

mod build;
mod check;
mod diff;
mod graph;
mod render;
pub(super) mod repository;
mod test;

pub(super) use check::{Strictness, checked};
pub(super) use render::WithHelm;

use camino::Utf8Path;
use clap::Subcommand;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// What the cluster gets from the files, told offline
#[derive(Debug, Subcommand)]
pub(crate) enum Flux {
    Build(build::Build),
    Test(test::Test),
    Diff(diff::Diff),
    Graph(graph::Graph),
}

impl Flux {
    pub(crate) fn run(&self, here: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        match self {
            Self::Build(command) => command.run(here, ui),
            Self::Test(command) => command.run(here, ui),
            Self::Diff(command) => command.run(here, ui),
            Self::Graph(command) => command.run(here, ui),
        }
    }
}
