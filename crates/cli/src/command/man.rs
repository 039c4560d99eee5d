//! `man`: the manual pages.

use camino::{Utf8Path, Utf8PathBuf};
use clap_mangen::Man as Page;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Print the manual page, or write one for every command into a folder
///
/// Examples:
///   ichor man | man -l -
///   ichor man ~/.local/share/man/man1
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Man {
    /// Folder to write all pages into
    #[arg(value_name = "DIR")]
    folder: Option<Utf8PathBuf>,
}

impl Man {
    pub(crate) fn run(
        &self,
        root: &Utf8Path,
        command: clap::Command,
        ui: &mut Ui,
    ) -> Result<Exit, Failure> {
        let Some(folder) = &self.folder else {
            let text = rendered(command)?;
            ui.set("page", text.as_str());
            ui.data(&text)?;
            return Ok(Exit::Done);
        };
        let folder = root.join(folder);
        let mut pages = Vec::new();
        collect(&command, "ichor", &mut pages)?;
        for (name, text) in &pages {
            repository::write::file(&folder, &format!("{name}.1"), text.as_bytes(), 0o644)?;
        }
        ui.set("pages", pages.len());
        ui.status(format!(
            "Wrote {} to `{folder}`.",
            plural(pages.len(), "page")
        ));
        Ok(Exit::Done)
    }
}

fn collect(
    command: &clap::Command,
    name: &str,
    pages: &mut Vec<(String, String)>,
) -> std::io::Result<()> {
    let page = command
        .clone()
        .name(name.to_owned())
        .display_name(name.to_owned());
    pages.push((name.to_owned(), rendered(page)?));
    for child in command.get_subcommands() {
        collect(child, &format!("{name}-{}", child.get_name()), pages)?;
    }
    Ok(())
}

fn rendered(command: clap::Command) -> std::io::Result<String> {
    let mut text = Vec::new();
    Page::new(command).render(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
