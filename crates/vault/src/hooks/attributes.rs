//! `.gitattributes`: which files git hands to ichor.

use camino::Utf8Path;
use diagnostics::Diagnostics;

use super::installed::{Installed, Setup};
use super::settings::NAME;
use repository::{View, write};

/// The file, which is committed: a clone without the settings ignores what it says.
const PATH: &str = ".gitattributes";

/// Adds the lines that are missing.
pub(super) fn complete(work_tree: &Utf8Path) -> Result<Installed, Diagnostics> {
    let current = View::on_disk(work_tree).text(PATH)?;
    let current = current.as_ref().map_or("", |source| source.text());
    let action = match completed(current) {
        None => Setup::Present,
        Some(text) => {
            write::replace(work_tree, PATH, text.as_bytes())?;
            Setup::Written
        }
    };
    Ok(Installed {
        path: PATH.to_owned(),
        purpose: "tells git which files are encrypted; commit it",
        action,
    })
}

/// `?*` keeps `.sops.yaml` out, and the second line templates.
fn lines() -> [String; 2] {
    [
        format!("?*.sops.* diff={NAME} merge={NAME}"),
        "?*.sops.*.j2 !diff !merge".to_owned(),
    ]
}

fn completed(current: &str) -> Option<String> {
    let words = |line: &str| {
        line.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let has = |wanted: &String| current.lines().any(|line| words(line) == words(wanted));
    let missing: Vec<_> = lines().into_iter().filter(|line| !has(line)).collect();
    if missing.is_empty() {
        return None;
    }
    let mut text = current.to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for line in missing {
        text.push_str(&line);
        text.push('\n');
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::completed;

    #[test]
    fn only_missing_lines_are_appended() {
        let all = completed("").expect("all are missing");
        assert_eq!(completed(&all), None);
        assert_eq!(completed(&all.replace(" diff", "\t diff")), None);
        let text = completed("*.png binary").expect("all are missing");
        assert!(text.starts_with("*.png binary\n?*.sops.* diff=ichor merge=ichor\n"));
    }
}
