//! Encrypted files: that somebody decrypts them, and can.

use std::collections::BTreeSet;
use std::sync::Arc;

use diagnostics::{Diagnostics, Severity};
use yaml::Dialect;

use super::context::{Context, Elsewhere};
use super::{at, at_place};
use crate::inventory::{Inventory, walk};
use crate::rules;
use crate::value::{Value, documents};

pub(super) fn check(
    inventory: &Inventory<'_>,
    context: &Context<'_>,
    elsewhere: &Elsewhere,
    problems: &mut Diagnostics,
) {
    for entry in &inventory.objects {
        let object = entry.object;
        let is_encrypted = { object.0.get("sops") }.is_some_and(|sops| sops.get("mac").is_some());
        let owner = inventory.owner(*entry).filter(|_| is_encrypted);
        let provider = ["spec", "decryption", "provider"];
        if let Some(owner) = owner.filter(|owner| owner.object.0.at(&provider).is_none()) {
            let (id, owner) = (object.id(), &owner.id);
            let message = format!(
                "the {} `{}/{}` is encrypted, and the Kustomization `{}/{}` decrypts nothing",
                id.kind, id.namespace, id.name, owner.namespace, owner.name,
            );
            // The API server drops what it does not know where it is not asked to be strict.
            let severity = if object.kind() == "Secret" {
                Severity::Error
            } else {
                Severity::Warning
            };
            let problem = rules::FLUX_SOPS_NOT_DECRYPTED.report_as(severity, message);
            problems.push(
                at_place(problem, &object.place())
                    .hint("write `decryption: {provider: sops}` into its `spec`"),
            );
        }
    }
    let recipients = recipients(context);
    let Some(files) = context.files.filter(|_| !recipients.is_empty()) else {
        return;
    };
    let read = inventory
        .assembled
        .kustomizations
        .iter()
        .flat_map(|one| &one.files);
    let bootstrap = elsewhere.files.iter().filter(|file| file.is_bootstrap());
    let paths: BTreeSet<&String> = read.chain(bootstrap.map(|file| &file.path)).collect();
    for path in paths {
        // A file that is not encrypted has no such word.
        let Some(source) = files
            .text(path)
            .ok()
            .flatten()
            .filter(|one| one.text().contains("sops:"))
        else {
            continue;
        };
        let (values, _) = documents(&Arc::new(source), Dialect::Go);
        for document in values {
            let Some(sops) = document
                .get("sops")
                .filter(|sops| sops.get("mac").is_some())
            else {
                continue;
            };
            let list = sops.get("age").map(Value::items).unwrap_or_default();
            let own: Vec<&Value> = list.iter().filter_map(|one| one.get("recipient")).collect();
            let others = [
                "pgp",
                "kms",
                "gcp_kms",
                "azure_kv",
                "hc_vault",
                "key_groups",
            ];
            let has_others = others
                .iter()
                .any(|key| sops.get(key).is_some_and(|list| !list.items().is_empty()));
            let fits = own
                .iter()
                .any(|one| one.as_text().is_some_and(|one| recipients.contains(one)));
            if let (Some(first), false, false) = (own.first(), has_others, fits) {
                problems.push(
                    at(
                        rules::FLUX_SOPS_RECIPIENT
                            .report("it is encrypted for none of the cluster's keys"),
                        first,
                    )
                    .hint("encrypt it anew for the recipients of `.sops.yaml`"),
                );
            }
        }
    }
}

/// The recipients that count: those that are given, or those of `.sops.yaml`.
fn recipients(context: &Context<'_>) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = context.recipients.iter().cloned().collect();
    if !all.is_empty() {
        return all;
    }
    let source = context
        .files
        .and_then(|files| files.text(".sops.yaml").ok().flatten());
    let Some(source) = source else { return all };
    let (values, _) = documents(&Arc::new(source), Dialect::Go);
    for value in &values {
        walk(value, &mut |path, value| {
            let is_age = path.contains(&"age");
            if let Some(text) = value.as_text().filter(|_| is_age) {
                all.extend(
                    text.split([',', '\n', ' '])
                        .map(str::trim)
                        .filter(|one| one.starts_with("age1"))
                        .map(str::to_owned),
                );
            }
        });
    }
    all
}
