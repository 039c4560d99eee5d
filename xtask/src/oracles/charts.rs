//! Real charts, rendered with the values that the templates give them.

use anyhow::Result;

use super::go::Program;
use super::{Options, Outcome};
use crate::{charts, files, golden};

const HELM: Program = Program {
    folder: "helm",
    name: "helm",
    package: "helm.sh/helm/v4/cmd/helm",
    link: "",
};

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
    let rendered = tempfile::tempdir()?;
    let root = files::utf8(rendered.path())?;
    for (path, content) in golden::rendered(&files::root().join("fixtures/public"))? {
        files::write(&root.join(path), content)?;
    }
    let rows = charts::run(root, folder, &helm)?;
    let table = charts::table(&rows);
    let wrong = rows.iter().any(charts::Row::is_wrong);
    Ok(if wrong {
        Outcome::Differs(table)
    } else {
        Outcome::Agreed(format!("{} releases\n{table}", rows.len()))
    })
}
