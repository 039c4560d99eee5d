//! The folder of a Flux Kustomization, built and decrypted.

use std::sync::Arc;

use diagnostics::{Diagnostic, Diagnostics, Source};
use yaml::Dialect;

use super::Decrypt;
use super::edits;
use super::entries::normal;
use super::ignore::join;
use crate::files::Files;
use crate::kustomize;
use crate::object::Object;
use crate::rules;
use crate::substitute::settle;
use crate::value::{self, Value};

/// What a folder builds to, before variables are filled in.
#[derive(Default)]
pub(super) struct Built {
    /// The folder; none where it is missing.
    pub(super) path: Option<String>,
    pub(super) objects: Vec<Object>,
    /// Every file that was read, sorted.
    pub(super) files: Vec<String>,
    pub(super) problems: Diagnostics,
}

/// Builds what a Flux Kustomization names.
pub(super) fn build(files: &dyn Files, flux: &Object, keys: Option<&dyn Decrypt>) -> Built {
    let written = flux.text(&["spec", "path"]);
    let Some(folder) = normal(written).filter(|path| files.is_folder(path)) else {
        let problem = rules::FLUX_PATH_MISSING.report(format!(
            "{} builds the folder `{written}`, which the repository does not have",
            flux.id()
        ));
        let path = flux.0.at(&["spec", "path"]);
        let place = path.map_or_else(|| flux.place(), |path| path.place.or(&flux.place()));
        let mut built = Built::default();
        built.problems.push(problem.at(place.location()));
        return built;
    };
    let failed = |problems: Diagnostics| Built {
        path: Some(folder.clone()),
        problems,
        ..Built::default()
    };
    let own = match kustomize::read(files, &folder) {
        Ok(own) => own,
        Err(problems) => return failed(problems),
    };
    let is_generated = own.is_none();
    let (own_file, own) = match own {
        Some((path, value)) => (Some(path), value),
        None => (None, edits::generated(files, &folder)),
    };
    let is_there = |path: &str| files.is_folder(&relative(&folder, path));
    let edited = match edits::edited(own, is_generated, flux, is_there) {
        Ok(edited) => edited,
        Err(problems) => return failed(problems),
    };
    let mut made = {
        let file = own_file.as_deref().unwrap_or("kustomization.yaml");
        kustomize::build_as(files, &folder, file, &edited)
    };
    made.files.extend(own_file);
    let decrypts = flux.text(&["spec", "decryption", "provider"]) == "sops";
    let mut problems = made.problems;
    let mut objects = made.objects;
    if decrypts {
        for object in &mut objects {
            if let Err(problem) = decrypt(object, keys) {
                problems.push(problem);
            }
        }
    }
    Built {
        path: Some(folder),
        objects,
        files: made.files.into_iter().collect(),
        problems,
    }
}

/// A path from a folder, relative to the repository.
fn relative(folder: &str, path: &str) -> String {
    normal(&join(folder, path)).unwrap_or_default()
}

/// Decrypts an object in place if it is encrypted. Without a key its values stay as they are,
/// and what SOPS says of it goes.
fn decrypt(object: &mut Object, keys: Option<&dyn Decrypt>) -> Result<(), Diagnostic> {
    let is_encrypted = !object.text(&["sops", "mac"]).is_empty();
    let is_off = object.annotation("kustomize.toolkit.fluxcd.io/decrypt") == Some("disabled");
    if !is_encrypted || is_off {
        return Ok(());
    }
    let mut outcome = Ok(());
    if let Some(keys) = keys {
        let document = sorted(object.0.to_json()).to_string();
        let problem = |why: &str| {
            let problem = rules::FLUX_DECRYPTION
                .report(format!("{} cannot be decrypted: {why}", object.id()));
            problem.at(object.place().location())
        };
        match keys.decrypt(&document) {
            Ok(None) => {}
            Ok(Some(clear)) => match read(&clear) {
                Some(mut clear) => {
                    settle(&mut clear, &object.0);
                    object.0 = clear;
                }
                None => outcome = Err(problem("what comes out is no object")),
            },
            Err(why) => outcome = Err(problem(&why)),
        }
    }
    if let Some(map) = object.0.as_map_mut() {
        map.shift_remove("sops");
    }
    outcome
}

fn read(text: &str) -> Option<Value> {
    let source = Arc::new(Source::new("", text));
    let (values, problems) = value::documents(&source, Dialect::Kubernetes);
    let value = values.into_iter().next();
    value.filter(|value| value.as_map().is_some() && !problems.has_errors())
}

/// JSON with its keys in Go's order, as kustomize-controller hands it to SOPS.
fn sorted(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().collect();
            entries.sort_by(|(one, _), (other, _)| one.cmp(other));
            let entries = entries.into_iter();
            entries.map(|(key, value)| (key, sorted(value))).collect()
        }
        serde_json::Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}
