//! Adding an application.

use config_model::Templates;
use diagnostics::{Diagnostic, Diagnostics, Location};
use serde_json::Value;

use super::changes::Changes;
use super::files::{Application, Route};
use super::host::Hosts;
use super::keys::VARIABLES;
use super::manifests::has_variables;
use super::needed::Needed;
use super::pen::Pen;
use super::record::{self, Record};
use super::request::{Origin, Request};
use super::surroundings::Surroundings;
use super::work::Work;
use crate::gather;
use crate::load::Inputs;
use crate::rules;

/// An application that can be added.
pub struct Added {
    /// What is to be written.
    pub changes: Changes,
    /// The keys that are new.
    pub keys: Vec<String>,
    /// Its template that holds the values of the chart, from the root of the repository.
    pub release: Option<String>,
    /// What is worth knowing.
    pub notes: Diagnostics,
}

/// Works out what adding an application changes. Where it is there already, as asked for,
/// nothing does.
///
/// # Errors
///
/// Every problem of what is asked for; a file that would have to be edited and has a form in
/// which that is not known to be safe; an application, or a file, that is there and another one.
pub fn add(inputs: &Inputs, request: &Request) -> Result<Added, Diagnostics> {
    let name = &request.name;
    let mut problems: Diagnostics = request.problems().into_iter().collect();
    let around = Surroundings::of(inputs, name)?;
    let records = record::all(&inputs.view)?;
    let (declarations, found) = config_model::declarations(inputs.variables.as_ref());
    if found.has_errors() {
        return Err(found);
    }
    let mut kept = |found: Result<Needed, Diagnostics>| {
        found.unwrap_or_else(|found| {
            problems.extend(found);
            Needed::default()
        })
    };
    let needed = kept(Needed::read(request, &declarations));
    let unknown = needed.unknown(&declarations);
    let route = route(inputs, request, &around).unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    let is_lenient = around.kind == Templates::Own
        && inputs.variables.is_none()
        && inputs.own.as_ref().is_some_and(|own| own.has_settings);
    if is_lenient && !unknown.is_empty() {
        problems.push(
            rules::APP_NOT_DECLARED
                .report(format!(
                    "`{VARIABLES}` does not exist, which declares the keys of this repository"
                ))
                .at(Location::file(VARIABLES))
                .hint("`ichor template declare` writes it; then run the command again"),
        );
    }
    if problems.has_errors() {
        return Err(problems);
    }
    let mut work = Work {
        view: &inputs.view,
        around: &around,
        records: &records,
        changes: Changes::default(),
        record: Record::default(),
    };
    let version = work.version(request)?;
    let mut notes = work.keys(name, &needed, &unknown)?;
    let fills_in = match &request.origin {
        Origin::Manifests(files) => route.is_some() || !has_variables(files),
        _ => true,
    };
    if let Origin::Manifests(files) = &request.origin
        && route.is_some()
        && has_variables(files)
    {
        notes.push(
            rules::APP_INVALID_MANIFEST
                .report_as(diagnostics::Severity::Warning, "Flux fills in `${…}` in these manifests, as it does in the route")
                .at(files.iter().find(|file| file.source.text().contains("${")).map(|file| Location::file(file.source.name())))
                .hint("objects that are to keep it get the annotation `kustomize.toolkit.fluxcd.io/substitute: disabled`"),
        );
    }
    let application = Application {
        name,
        origin: &request.origin,
        around: &around,
        pen: &Pen(around.options.delimiters.clone()),
        version,
        route,
        secrets: &needed.secrets,
        keys: &needed.values,
        switch: request.switch.as_deref(),
        substitutes: around.substitutes && fills_in,
    };
    work.own(name, &application)?;
    work.listed(name, &application)?;
    // The order in which they come out again, whatever was there before.
    work.record.insertions.sort();
    let text = work.record.text();
    work.set(&record::path(name), text)?;
    let release = match request.origin {
        Origin::Manifests(_) => None,
        _ => Some(around.new_template(&format!("{}/app/helmrelease.yaml", name.folder()))),
    };
    Ok(Added {
        changes: work.changes,
        keys: unknown.iter().map(|key| key.name.clone()).collect(),
        release,
        notes,
    })
}

/// The route that is asked for.
fn route(
    inputs: &Inputs,
    request: &Request,
    around: &Surroundings,
) -> Result<Option<Route>, Diagnostic> {
    if request.hosts.is_empty() {
        return Ok(None);
    }
    let hosts = Hosts::read(&request.hosts, &domains(inputs), around.domains)?;
    let (service, port) = request.backend();
    Ok(Some(Route {
        hosts,
        gateway: around.gateway(request.gateway)?,
        service,
        port,
    }))
}

/// The cluster's domains, the primary one first, as far as they are known.
fn domains(inputs: &Inputs) -> Vec<String> {
    let parsed = gather::parsed(inputs, &inputs.cluster, &inputs.nodes);
    let values = parsed.values.as_ref();
    let domains = values.and_then(|values| values.get("cloudflare_domains")?.as_array());
    let texts = domains.into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}
