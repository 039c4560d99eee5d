//! `template eject|status|diff`: copies of built-in templates and what became of the originals.

use camino::Utf8Path;
use diagnostics::Secrets;
use pipeline::load;
use pipeline::templates::eject::{self, Upstream};
use pipeline::templates::{CONFIG, builtin};
use repository::View;
use serde_json::json;
use tree::{Content, Diff as TextDiff, RelPath, Side};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Tone, Ui, plural, word};

/// Copy built-in templates into the repository, to change them there
///
/// Each goes to `templates/overrides`, where it replaces the built-in one. The original is
/// recorded, so that `template status` can tell when the built-in one changes.
///
/// Examples:
///   ichor template eject kubernetes/apps/default/echo
///   ichor template eject talos/talconfig.yaml
///   ichor template eject --all
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Eject {
    /// Templates or folders of templates
    #[arg(value_name = "PATH", required_unless_present = "all")]
    paths: Vec<String>,

    /// Copy the whole set to `templates/config`, which then replaces the built-in one
    #[arg(long, conflicts_with = "paths")]
    all: bool,
}

impl Eject {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let view = View::on_disk(root);
        if self.all && view.exists(CONFIG) {
            return Err(Failure::stopped(
                Exit::Protected,
                format!("`{CONFIG}` exists; this repository has its own templates"),
            ));
        }
        let files = if self.all {
            eject::eject_all()
        } else {
            eject::eject(&self.paths)?
        };
        let taken: Vec<_> = files
            .iter()
            .filter(|file| view.exists(&file.copy))
            .map(|file| file.copy.as_str())
            .collect();
        if let Some(first) = taken.first() {
            return Err(Failure::stopped(
                Exit::Protected,
                format!(
                    "{} already in the repository, such as `{first}`",
                    plural(taken.len(), "template")
                ),
            )
            .hint("delete a copy to eject its template again"));
        }
        for file in &files {
            repository::write::file(root, &file.base, &file.content, 0o644)?;
            repository::write::file(root, &file.copy, &file.content, 0o644)?;
            ui.status(format!("Wrote `{}`.", file.copy));
        }
        let copies: Vec<_> = files.iter().map(|file| file.copy.clone()).collect();
        ui.set("ejected", copies);
        ui.next(&["Change it, then `ichor diff` shows what becomes of that.".to_owned()]);
        Ok(Exit::Done)
    }
}

/// List ejected templates, and which built-in ones have changed since
///
/// Exits with 3 where one has changed.
#[derive(Debug, clap::Args)]
pub(crate) struct Status {}

impl Status {
    #[expect(clippy::unused_self, reason = "every command has the same shape")]
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let (bases, copies, problems) = load::ejected(&View::on_disk(root));
        ui.problems(&problems);
        let all = eject::status(&bases, &copies);
        let mut exit = Exit::Done;
        for one in &all {
            let (upstream, tone) = match one.upstream {
                Upstream::Same => ("same", Tone::Calm),
                Upstream::Changed => ("changed", Tone::Changed),
                Upstream::Gone => ("gone", Tone::Gone),
            };
            if one.upstream != Upstream::Same && one.edited.is_some() {
                exit = Exit::WouldChange;
            }
            let (copy, copy_tone) = match one.edited {
                Some(true) => ("edited", Tone::Changed),
                Some(false) => ("unedited", Tone::Calm),
                None => ("no copy", Tone::Gone),
            };
            ui.data(&format!(
                "built-in {} yours {} {}\n",
                word(upstream, 8, tone),
                word(copy, 9, copy_tone),
                one.name
            ))?;
        }
        let listed: Vec<_> = all
            .iter()
            .map(|one| json!({ "name": one.name, "changed": one.upstream == Upstream::Changed, "gone": one.upstream == Upstream::Gone, "edited": one.edited }))
            .collect();
        ui.set("templates", listed);
        if all.is_empty() {
            ui.status("No template was ejected.");
        }
        Ok(exit)
    }
}

/// Show how a built-in template changed since it was ejected
///
/// Exits with 3 where it changed.
#[derive(Debug, clap::Args)]
pub(crate) struct Diff {
    /// The template
    path: String,
}

impl Diff {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let (bases, _, problems) = load::ejected(&View::on_disk(root));
        ui.problems(&problems);
        let (name, base) = eject::recorded(&bases, &self.path)?;
        let path = RelPath::new(name)
            .map_err(|error| Failure::stopped(Exit::Usage, format!("`{name}`: {error}")))?;
        let old = Content::from(base.content.to_vec());
        let new = builtin::template(name).map(|content| Content::from(content.into_owned()));
        let new = new.as_ref().map_or(Side::Missing, Side::Content);
        let diff = TextDiff::new(&path, Side::Content(&old), new, None, &Secrets::default());
        ui.set("diff", diff.text.as_str());
        ui.diff_data(&diff.text)?;
        Ok(if diff.text.is_empty() {
            Exit::Done
        } else {
            Exit::WouldChange
        })
    }
}
