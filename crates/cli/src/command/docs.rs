//! `docs`: the pages that come with the program.

use camino::Utf8Path;
use config_model::Cluster;
use pipeline::pages::{self, PAGES, Page};
use repository::View;
use serde_json::json;

use super::report;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Show a page of the documentation, with the values of this cluster
///
/// Lists the pages where none is named. Where `cluster.yaml` is without errors, its values stand in
/// the place of `<domain>`, `<cluster_gateway_addr>` and the like, and nothing of a secret. On a
/// terminal a page is laid out for it; elsewhere it is Markdown.
///
/// Examples:
///   ichor docs
///   ichor docs debugging
///   ichor docs operations | less
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Docs {
    /// The page, by its name or its path in `docs/`
    page: Option<String>,
}

/// What is known of the cluster whose values are to stand in pages.
enum Known {
    /// There is no configuration here.
    Nothing,
    /// It has errors.
    Wrong,
    /// All of it.
    Cluster(Cluster),
}

impl Docs {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let Some(name) = &self.page else {
            return list(&known(root), ui);
        };
        let Some(page) = pages::page(name) else {
            return Err(unknown(name));
        };
        show(page, &known(root), ui)
    }
}

/// Nothing is told of what is wrong: other commands do.
fn known(root: &Utf8Path) -> Known {
    let view = View::on_disk(root);
    let Ok((inputs, problems)) = pipeline::load(&view, &report::surroundings(&view)) else {
        return Known::Nothing;
    };
    let cluster = (!problems.has_errors()).then(|| pages::cluster(&inputs));
    cluster.flatten().map_or(Known::Wrong, Known::Cluster)
}

fn unknown(name: &str) -> Failure {
    let shown = diagnostics::visible(name);
    let failure = Failure::stopped(Exit::Usage, format!("there is no page `{shown}`"));
    match pages::closest(name) {
        Some(close) => failure.hint(format!("did you mean `ichor docs {close}`?")),
        None => failure.hint("`ichor docs` lists them"),
    }
}

fn list(known: &Known, ui: &mut Ui) -> Result<Exit, Failure> {
    let lacks = |page: &Page| match known {
        Known::Cluster(cluster) => page.lacks(cluster),
        Known::Nothing | Known::Wrong => Vec::new(),
    };
    let all = PAGES.iter().map(|page| {
        json!({ "name": page.name, "about": page.about, "needs": page.needs, "lacks": lacks(page) })
    });
    ui.set("pages", all.collect::<Vec<_>>());
    let row = |page: &Page| {
        let off = if lacks(page).is_empty() {
            ""
        } else {
            "off here"
        };
        [page.name, page.about, off].map(str::to_owned).to_vec()
    };
    ui.table(&["PAGE", "TELLS", ""], PAGES.iter().map(row).collect())?;
    ui.status("`ichor docs PAGE` shows one.");
    Ok(Exit::Done)
}

fn show(page: &Page, known: &Known, ui: &mut Ui) -> Result<Exit, Failure> {
    let (mut text, mut values, mut lacks) = (page.text.to_owned(), Vec::new(), Vec::new());
    if let Known::Cluster(cluster) = known {
        (text, values) = page.filled(cluster);
        lacks = page.lacks(cluster);
    }
    if !lacks.is_empty() {
        text.insert_str(0, &off(&lacks));
    }
    let values: serde_json::Map<_, _> = { values.into_iter() }
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    ui.set(
        "page",
        json!({ "name": page.name, "about": page.about, "lacks": lacks, "values": values, "text": text }),
    );
    ui.markdown(&text, |target| linked(page, target))?;
    if page.has_values() {
        match known {
            Known::Cluster(_) => {}
            Known::Nothing => ui.status(
                "`<domain>` and the like stand for values of a cluster: in its repository they are filled in.",
            ),
            Known::Wrong => ui.status(
                "`<domain>` and the like are not filled in, since the configuration has errors: `ichor validate` tells them.",
            ),
        }
    }
    Ok(Exit::Done)
}

/// The line at the top of a page of what the cluster does not have.
fn off(lacks: &[&str]) -> String {
    let keys: Vec<_> = lacks.iter().map(|key| format!("`{key}`")).collect();
    let (keys, turn) = (
        keys.join(", "),
        if keys.len() == 1 { "turns" } else { "turn" },
    );
    format!("> This is off in this repository: {keys} in `cluster.yaml` {turn} it on.\n\n")
}

/// What is said of where a link leads: the command for another page, or the address.
fn linked(page: &Page, target: &str) -> Option<String> {
    if target.contains("://") {
        return Some(target.to_owned());
    }
    let path = target.split('#').next().filter(|path| !path.is_empty())?;
    let folder = Utf8Path::new(page.name).parent().unwrap_or("".into());
    let path = match path.strip_prefix("../") {
        Some(path) => folder.parent()?.join(path),
        None => folder.join(path),
    };
    let page = pages::page(path.as_str())?;
    Some(format!("`ichor docs {}`", page.name))
}

#[cfg(test)]
mod tests {
    use super::linked;

    #[test]
    fn links_lead_to_other_pages_and_to_the_web() {
        let page = |name| pipeline::pages::Page {
            name,
            about: "",
            needs: &[],
            text: "",
        };
        for (name, target, said) in [
            ("a", "secrets.md", Some("`ichor docs secrets`")),
            ("a", "secrets.md#rules", Some("`ichor docs secrets`")),
            ("a/b", "../secrets.md", Some("`ichor docs secrets`")),
            (
                "a",
                "https://example.com/a#b",
                Some("https://example.com/a#b"),
            ),
            // Here, no page, and outside.
            ("a", "#rules", None),
            ("a", "style.md", None),
            ("a", "../README.md", None),
        ] {
            assert_eq!(linked(&page(name), target).as_deref(), said, "{target}");
        }
    }
}
