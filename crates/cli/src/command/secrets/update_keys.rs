//! `secrets updatekeys`.

use camino::{Utf8Path, Utf8PathBuf};
use repository::View;
use serde_json::json;
use vault::KeyPlan;

use super::options::Reading;
use super::outcome;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, plural};

/// Give files the recipients that `.sops.yaml` names for them
///
/// Shows what changes and asks. Values, data key and what unchanged recipients have stay
/// byte for byte. Whoever was taken out knows the data key: run `ichor secrets rotate` after.
///
/// Examples:
///   ichor secrets updatekeys                   everything below this folder
///   ichor secrets updatekeys --yes secret.sops.yaml
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct UpdateKeys {
    /// Files and folders; this folder by default
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<Utf8PathBuf>,

    #[command(flatten)]
    reading: Reading,
}

impl UpdateKeys {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let vault = self.reading.vault(root)?;
        let (targets, found) = vault::targets(&View::on_disk(root), &self.paths);
        let bar = ui.progress("comparing");
        let mut planned = vault.plan_keys(&targets, &|done, all| bar.tell(done, all));
        drop(bar);
        planned.problems.extend(found);
        ui.set("planned", json!(planned.files));
        if planned.files.is_empty() {
            let exit = outcome::problems(&planned.problems, vault.keys(), ui);
            if exit == Exit::Done {
                ui.status("Nothing to do: every file has the recipients of its rule.");
            }
            return Ok(exit);
        }
        for plan in &planned.files {
            show(plan, ui);
        }
        let count = plural(planned.files.len(), "file");
        match ui.confirm(&format!("Update the recipients of {count}?")) {
            Some(true) => {}
            Some(false) => return Ok(Exit::Protected),
            None => {
                return Err(Failure::stopped(
                    Exit::Protected,
                    format!("the recipients of {count} would change"),
                )
                .hint("add `--yes` to change them"));
            }
        }
        let targets: Vec<_> = planned.files.into_iter().map(|plan| plan.target).collect();
        let bar = ui.progress("updating");
        let mut report = vault.update_keys_all(&targets, &|done, all| bar.tell(done, all));
        drop(bar);
        report.problems.extend(planned.problems);
        let removed = report.files.iter().any(|file| !file.removed.is_empty());
        let exit = outcome::report(&report, vault.keys(), ui);
        if removed {
            ui.hint("recipients that were taken out still know the data keys: run `ichor secrets rotate --in-place`");
        }
        Ok(exit)
    }
}

fn show(plan: &KeyPlan, ui: &mut Ui) {
    ui.important(format!("`{}`:", plan.target.shown));
    for name in &plan.added {
        ui.important(format!("  + {}", secrets::shown_recipient(name)));
    }
    for name in &plan.removed {
        ui.important(format!("  - {}", secrets::shown_recipient(name)));
    }
    if plan.added.is_empty() && plan.removed.is_empty() {
        ui.important("  groups or threshold change");
    }
}
