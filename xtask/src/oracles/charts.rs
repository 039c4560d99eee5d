//! Real charts, rendered with the values that the templates give them: all releases of the fixture
//! `public`, and of each other one those whose values no fixture before had.

use std::collections::BTreeSet;

use anyhow::Result;

use super::go::Program;
use super::{Options, Outcome};
use crate::{charts, files, golden};

pub(super) const HELM: Program = Program {
    folder: "helm",
    name: "helm",
    package: "helm.sh/helm/v4/cmd/helm",
    link: "",
};

/// The fixture that comes first, and is not named.
const FIRST: &str = "public";

pub(super) fn run(options: &Options) -> Result<Outcome> {
    let Some(folder) = &options.charts else {
        return Ok(Outcome::Skipped(
            "no charts; name their folder with `--charts DIR`".to_owned(),
        ));
    };
    let helm = match HELM.built()? {
        Ok(helm) => helm,
        Err(reason) => return Ok(Outcome::Skipped(reason)),
    };
    let mut rows = Vec::new();
    let mut seen = BTreeSet::new();
    let mut cases = golden::configurations()?;
    cases.sort_by_key(|case| case != FIRST);
    for case in cases {
        let rendered = tempfile::tempdir()?;
        let root = files::utf8(rendered.path())?;
        for (path, content) in golden::rendered(&files::root().join("fixtures").join(&case))? {
            files::write(&root.join(path), content)?;
        }
        for mut row in charts::run(root, folder, &helm, &mut seen)? {
            if case != FIRST {
                row.release = format!("{} ({case})", row.release);
            }
            rows.push(row);
        }
    }
    rows.sort_by(|a, b| a.release.cmp(&b.release));
    let table = charts::table(&rows);
    let wrong = rows.iter().any(charts::Row::is_wrong);
    Ok(if wrong {
        Outcome::Differs(table)
    } else {
        Outcome::Agreed(format!("{}\n{table}", charts::summary(&rows)))
    })
}
