//! Random talconfigs through the real talhelper and through ichor.

use std::collections::BTreeMap;

use ::talhelper::nodes::{Files, Request, generate, gitignore};
use ::talhelper::talconfig::Talconfig;
use anyhow::{Result, bail};
use camino::Utf8Path;
use diagnostics::{Diagnostic, Diagnostics, Source};
use documents::substitute::{Variables, dotenv};
use rayon::prelude::*;
use serde_json::{Value, json};
use talos::bundle::Bundle;
use talos::contract::Contract;
use talos::generate::Role;

use super::Part;
use super::machinery::Machinery;
use super::meaning;
use super::table::Table;
use super::talconfigs::{self, Case};
use super::talhelper::{self, Written};

/// How many talconfigs.
pub(super) const CASES: usize = 300;

/// Every case, by both.
pub(super) fn run(talhelper: &Utf8Path, machineries: &[Machinery]) -> Result<Part> {
    let mut part = Part::new("talconfigs");
    let table = Table::read(13)?;
    let bundle = talhelper::bundle()?;
    let cases: Vec<_> = (0..CASES).map(talconfigs::case).collect();
    let mut refused = Vec::new();
    let mut nodes = 0_usize;
    // Our configs by the machinery that has to find them valid.
    let mut valid: BTreeMap<u32, Vec<(String, String)>> = BTreeMap::new();
    let both: Vec<_> = cases
        .par_iter()
        .zip(written(talhelper, &cases, &bundle)?)
        .map(|(case, theirs)| (theirs, ours(case, &bundle)))
        .collect();
    for (case, (theirs, ours)) in cases.iter().zip(both) {
        part.cases += 1;
        let theirs = match (theirs, &ours) {
            // What it finds invalid is the business of validation.
            (Err(words), _) => {
                refused.push(format!("{}: {words}", case.name));
                continue;
            }
            (Ok(_), Err(problem)) => {
                part.differs(format!("{}: only ichor refuses: {problem}", case.name));
                continue;
            }
            (Ok(theirs), Ok(_)) => theirs,
        };
        let Ok(ours) = ours else { continue };
        for difference in differences(&table, &theirs, &ours)? {
            part.differs(format!("{} (1.{}): {difference}", case.name, case.minor));
        }
        let machinery = case.minor.max(11);
        for config in ours.configs {
            nodes += 1;
            let name = format!("{} {}", case.name, config.0);
            valid.entry(machinery).or_default().push((name, config.1));
        }
    }
    for machinery in machineries {
        let configs = valid.remove(&machinery.minor).unwrap_or_default();
        let questions: Vec<_> = configs
            .iter()
            .map(|(_, text)| json!({ "ask": "validate", "text": text }))
            .collect();
        for ((name, _), answer) in configs.iter().zip(machinery.ask(&questions)?) {
            if let Some(error) = answer.error {
                let minor = machinery.minor;
                part.differs(format!("{name}: not valid for 1.{minor}: {}", error.trim()));
            }
        }
    }
    part.notes
        .push(format!("{nodes} configs of nodes, all valid"));
    part.notes
        .push(format!("talhelper refuses {}", refused.len()));
    if refused.len() * 4 > CASES {
        part.differs(format!(
            "talhelper refuses too many for the cases to prove much:\n{}",
            refused.join("\n")
        ));
    }
    Ok(part)
}

/// What talhelper wrote for each case; as many processes at once as there are cores.
pub(super) fn written(talhelper: &Utf8Path, cases: &[Case], bundle: &str) -> Result<Vec<Written>> {
    let cores = std::thread::available_parallelism()?.get();
    let share = cases.len().div_ceil(cores).max(1);
    let parts: Vec<Result<Vec<Written>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = cases
            .chunks(share)
            .map(|part| {
                scope.spawn(move || {
                    part.iter()
                        .map(|case| talhelper::genconfig(talhelper, case, bundle))
                        .collect()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| bail!("a thread panicked")))
            .collect()
    });
    let mut all = Vec::with_capacity(cases.len());
    for part in parts {
        all.extend(part?);
    }
    Ok(all)
}

/// What ichor makes of a case.
pub(super) struct Ours {
    /// The configs of the nodes, by the names of their files.
    pub(super) configs: Vec<(String, String)>,
    gitignore: String,
    /// Addresses of control planes, and of all nodes.
    endpoints: Vec<String>,
    nodes: Vec<String>,
}

/// The files of a case.
struct InMemory<'a>(&'a BTreeMap<String, String>);

impl Files for InMemory<'_> {
    fn read(&self, path: &str) -> Result<Option<Source>, Diagnostic> {
        let path = path.strip_prefix("./").unwrap_or(path);
        Ok(self
            .0
            .get(path)
            .map(|text| Source::new(path, text.as_str())))
    }
}

fn said(problems: &Diagnostics) -> String {
    let lines: Vec<_> = problems
        .iter()
        .filter(|problem| problem.is_error())
        .map(ToString::to_string)
        .collect();
    lines.join("; ")
}

/// Everything that ichor writes for a case, or what is wrong with it.
pub(super) fn ours(case: &Case, bundle: &str) -> Result<Ours, String> {
    let mut variables = Variables::new();
    for name in ["talenv.yaml", "talenv.yml"] {
        if let Some(text) = case.files.get(name) {
            let (more, problems) = dotenv(&Source::new(name, text.as_str()));
            if problems.has_errors() {
                return Err(said(&problems));
            }
            variables.extend(more);
        }
    }
    let bundle: Bundle = talos::bundle::read(&Source::new("talsecret.yaml", bundle))
        .map_err(|problems| said(&problems))?;
    let text = case.files.get("talconfig.yaml").map_or("", String::as_str);
    let (talconfig, problems) = Talconfig::read(&Source::new("talconfig.yaml", text), &variables);
    let Some(talconfig) = talconfig.valid() else {
        return Err(said(&problems));
    };
    let contract = Contract::parse(&format!("1.{}", case.minor)).map_err(|error| error.message)?;
    let request = Request {
        talconfig: &talconfig,
        bundle: &bundle,
        contract,
        variables: &variables,
        files: &InMemory(&case.files),
    };
    let (configs, problems) = generate(&request);
    if problems.has_errors() {
        return Err(said(&problems));
    }
    let mut ours = Ours {
        configs: Vec::new(),
        gitignore: String::new(),
        endpoints: Vec::new(),
        nodes: Vec::new(),
    };
    let names = configs.iter().map(|config| config.file_name.as_str());
    ours.gitignore = gitignore("", names.chain(["talosconfig"]));
    for config in configs {
        if config.role == Role::ControlPlane {
            ours.endpoints.extend(config.addresses.clone());
        }
        ours.nodes.extend(config.addresses.clone());
        let text = config.to_yaml().to_string();
        ours.configs.push((config.file_name, text));
    }
    Ok(ours)
}

/// Every file of the one against every file of the other.
fn differences(
    table: &Table,
    theirs: &BTreeMap<String, String>,
    ours: &Ours,
) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut expected: Vec<&str> = ours.configs.iter().map(|(name, _)| name.as_str()).collect();
    expected.extend([".gitignore", "talosconfig"]);
    for name in theirs.keys() {
        if !expected.contains(&name.as_str()) {
            found.push(format!("only talhelper writes {name}"));
        }
    }
    for (name, our) in &ours.configs {
        let Some(their) = theirs.get(name) else {
            found.push(format!("only ichor writes {name}"));
            continue;
        };
        let our = meaning::documents(table, our)?;
        let their = as_meant(meaning::documents(table, their)?, &our);
        for difference in meaning::differences(&their, &our) {
            found.push(format!("{name}: {difference}"));
        }
    }
    let gitignore = theirs.get(".gitignore").map_or("", String::as_str);
    if gitignore != ours.gitignore {
        found.push(format!(
            ".gitignore: {gitignore:?}, ours {:?}",
            ours.gitignore
        ));
    }
    found.extend(talosconfig(theirs, ours)?);
    Ok(found)
}

/// Their documents but for what is other on purpose: talhelper writes a `LinkConfig` for an
/// interface with `dummy: true`, a link that nobody makes.
fn as_meant(mut theirs: Vec<Value>, ours: &[Value]) -> Vec<Value> {
    let is = |document: &Value, kind: &str| document["kind"] == kind;
    for document in theirs
        .iter_mut()
        .filter(|document| is(document, "LinkConfig"))
    {
        let made = |our: &Value| is(our, "DummyLinkConfig") && our["name"] == document["name"];
        if ours.iter().any(made) {
            document["kind"] = "DummyLinkConfig".into();
        }
    }
    theirs
}

/// The addresses in `talosconfig`; its certificate is another one in every run.
fn talosconfig(theirs: &BTreeMap<String, String>, ours: &Ours) -> Result<Vec<String>> {
    let text = theirs.get("talosconfig").map_or("", String::as_str);
    let config: Value = serde_saphyr::from_str(text)?;
    let name = config.get("context").and_then(Value::as_str).unwrap_or("");
    let at = |key: &str| {
        let context = config.get("contexts").and_then(|all| all.get(name));
        context.and_then(|context| context.get(key)).cloned()
    };
    let mut found = Vec::new();
    for (key, ours) in [("endpoints", &ours.endpoints), ("nodes", &ours.nodes)] {
        let theirs = at(key).unwrap_or_default();
        if theirs != json!(ours) {
            found.push(format!("talosconfig {key}: theirs {theirs}, ours {ours:?}"));
        }
    }
    Ok(found)
}
