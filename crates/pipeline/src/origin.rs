//! Where a file of the repository comes from: whether `configure` renders it, and out of what.

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostic, Location};
use tree::{RECORD_PATH, Record};

use crate::rules;
use crate::templates::{CONFIG, OVERRIDES, builtin};
use repository::View;
use repository::names::TIDIED;

/// What makes an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A template of the repository, by its path.
    Own(String),
    /// A built-in template.
    BuiltIn,
    /// A template whose name does not follow from the output's.
    Unknown,
}

/// An output, and what makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Its path in the repository that renders it.
    pub path: String,
    /// What makes it.
    pub origin: Origin,
}

/// Whether a file is in the record of the repository around it, and so will be rendered again.
/// None of those that were archived is.
pub fn of(file: &Utf8Path) -> Option<Rendered> {
    let file = match repository::real(file) {
        Some(file) => file,
        // A file that does not exist yet, in a folder that does.
        None => repository::real(&folder_of(file))?.join(file.file_name()?),
    };
    let root = file
        .ancestors()
        .skip(1)
        .find(|folder| View::on_disk(*folder).is_file(RECORD_PATH))?;
    let view = View::on_disk(root);
    if view.exists(TIDIED) {
        return None;
    }
    let record = view.text(RECORD_PATH).ok()??;
    let (record, _) = Record::parse(&record);
    let path = file.strip_prefix(root).ok()?.to_string();
    if record.get(&path).is_empty() {
        return None;
    }
    let origin = origin(&view, &path);
    Some(Rendered { path, origin })
}

impl Rendered {
    /// That a change of this file by hand will not last, and what to change instead.
    pub fn warning(&self, shown: &str) -> Diagnostic {
        let Self { path, origin } = self;
        let problem = |by: &str| {
            rules::PLAN_EDITS_OUTPUT.report(format!("`{shown}` is an output: `ichor configure` renders it from {by}, and stops where it was edited by hand"),
            )
            .at(Location::file(shown))
        };
        match origin {
            Origin::Own(template) => problem(&format!("`{template}`")).hint(format!(
                "change `cluster.yaml` or `{template}` instead, then run `ichor configure`"
            )),
            Origin::BuiltIn => problem("a built-in template").hint(format!(
                "change `cluster.yaml` instead, or the template after `ichor template eject {path}`, then run `ichor configure`"
            )),
            Origin::Unknown => problem("a template")
                .hint("change `cluster.yaml` or the template instead, then run `ichor configure`"),
        }
    }
}

fn folder_of(file: &Utf8Path) -> Utf8PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_str().is_empty() => folder.to_owned(),
        _ => ".".into(),
    }
}

fn origin(view: &View<'_>, path: &str) -> Origin {
    let own = [OVERRIDES, CONFIG]
        .iter()
        .flat_map(|folder| [format!("{folder}/{path}.j2"), format!("{folder}/{path}")])
        .find(|template| view.is_file(template));
    match own {
        Some(template) => Origin::Own(template),
        None if view.is_folder(CONFIG) => Origin::Unknown,
        None if builtin::template(&format!("{path}.j2")).is_some() => Origin::BuiltIn,
        None => Origin::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use tree::Digest;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test makes the files")]
    fn outputs_are_known_by_the_record_with_what_makes_them() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let root = Utf8Path::from_path(folder.path()).expect("it has a UTF-8 name");
        let write = |path: &str, text: &str| {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().expect("below the root")).expect("writable");
            std::fs::write(path, text).expect("writable");
        };
        let built_in = "talos/talenv.yaml";
        let names = [built_in, "mine.sops.yaml", "other.sops.yaml"];
        let lines = names.map(|name| format!("{}  {name}\n", Digest::of(b"")));
        write(
            RECORD_PATH,
            &format!("# ichor-outputs 1\n{}", lines.concat()),
        );
        for name in names {
            write(name, "");
        }
        write("hand.sops.yaml", "");
        write("templates/overrides/mine.sops.yaml.j2", "");
        let origin = |name: &str| of(&root.join(name)).map(|rendered| rendered.origin);
        assert_eq!(origin(built_in), Some(Origin::BuiltIn));
        assert_eq!(
            origin("mine.sops.yaml"),
            Some(Origin::Own(
                "templates/overrides/mine.sops.yaml.j2".to_owned()
            ))
        );
        assert_eq!(origin("other.sops.yaml"), Some(Origin::Unknown));
        assert_eq!(origin("hand.sops.yaml"), None);
        write(TIDIED, "");
        assert_eq!(origin(built_in), None);
    }
}
