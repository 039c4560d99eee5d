//! Everything as tables, as the server itself prints it.

use diagnostics::{Diagnostics, Secrets, words};
use kubernetes_client::{Client, Kind, Listing, Table};
use serde_json::{Value, json};

use crate::command::status::unanswered;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// What is listed: group and name in paths. The kinds of `task template:debug`, and what took
/// their place since.
const KINDS: [(&str, &str); 11] = [
    ("", "nodes"),
    ("source.toolkit.fluxcd.io", "gitrepositories"),
    ("source.toolkit.fluxcd.io", "ocirepositories"),
    ("source.toolkit.fluxcd.io", "helmrepositories"),
    ("kustomize.toolkit.fluxcd.io", "kustomizations"),
    ("helm.toolkit.fluxcd.io", "helmreleases"),
    ("cert-manager.io", "certificates"),
    ("cert-manager.io", "certificaterequests"),
    ("gateway.networking.k8s.io", "httproutes"),
    ("networking.k8s.io", "ingresses"),
    ("", "pods"),
];

/// Prints them; a kind that is not there is left out, and a list that cannot be had is told.
pub(super) fn tell(
    client: &Client,
    namespace: Option<&str>,
    secrets: &Secrets,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let groups = match client.groups() {
        Ok(groups) => groups,
        Err(fault) => return Ok(unanswered(&fault, ui)),
    };
    let mut tables = serde_json::Map::new();
    let mut problems = Diagnostics::new();
    for (group, plural) in KINDS {
        let answer = groups.versions(group).into_iter().find_map(|version| {
            let listing = Listing {
                namespace: namespace.filter(|_| plural != "nodes"),
                ..Listing::all(version, plural)
            };
            match client.table(&listing) {
                Err(fault) if fault.kind == Kind::Missing => None,
                answer => Some(answer),
            }
        });
        match answer {
            None => {}
            Some(Ok(mut table)) => {
                for cell in table.rows.iter_mut().flatten() {
                    *cell = words(&secrets.mask(cell));
                }
                show(plural, &table, ui)?;
                tables.insert(plural.to_owned(), objects(table));
            }
            Some(Err(fault)) => problems.push(fault.diagnostic()),
        }
    }
    ui.set("tables", tables);
    if problems.is_empty() {
        return Ok(Exit::Done);
    }
    ui.problems(&problems);
    ui.count(&problems);
    Ok(Exit::NodesFailed)
}

fn show(plural: &str, table: &Table, ui: &mut Ui) -> Result<(), Failure> {
    if table.rows.is_empty() {
        return Ok(());
    }
    ui.page(&format!("# {plural}\n"))?;
    let header = header(table);
    let header: Vec<String> = header.iter().map(|name| name.to_uppercase()).collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    ui.table(&header, table.rows.clone())?;
    Ok(ui.page("\n")?)
}

/// The names of the columns, that of the namespace included.
fn header(table: &Table) -> Vec<String> {
    let wide = table.rows.first().map_or(0, Vec::len);
    let namespace = (wide > table.columns.len()).then(|| "Namespace".to_owned());
    namespace
        .into_iter()
        .chain(table.columns.iter().cloned())
        .collect()
}

fn objects(table: Table) -> Value {
    let names = header(&table);
    let object = |row: Vec<String>| -> Value {
        let pairs = names.iter().map(|name| name.to_lowercase()).zip(row);
        json!(pairs.collect::<std::collections::BTreeMap<_, _>>())
    };
    table.rows.into_iter().map(object).collect()
}
