//! What a kustomization does to its objects, and what of it is not followed.

use diagnostics::Diagnostic;

use super::config::Config;
use super::context::{Context, invalid};
use super::set::Set;
use super::shape::{self, REPLACEMENT};
use super::target::{Built, Target, drop_deleted, keep};
use super::transform::Namespace;
use super::{patch, plugins, transform};
use crate::rules;
use crate::value::Value;

impl Target<'_> {
    /// Everything that it does to what it has, in kustomize's order.
    pub(super) fn transform(&self, context: &mut Context<'_>, built: &mut Built) {
        let config = match Config::with(&built.more) {
            Ok(config) => config,
            Err(message) => {
                context
                    .problems
                    .push(*invalid(message, &self.kustomization.place));
                return;
            }
        };
        let set = &mut built.set;
        for entry in self.list("patchesStrategicMerge") {
            let outcome = patch::strategic_merge(context, self.folder, entry, set);
            keep(context, outcome);
        }
        drop_deleted(set);
        for entry in self.list("patches") {
            let outcome = patch::patches(context, self.folder, entry, set);
            keep(context, outcome);
            drop_deleted(set);
            first_duplicate(context, set);
        }
        let text = |key: &str| {
            let value = self.kustomization.get(key);
            value.filter(|value| value.as_text().is_some_and(|text| !text.is_empty()))
        };
        if let Some(namespace) = text("namespace") {
            keep(
                context,
                transform::namespace(set, namespace, &config.namespace, Namespace::default()),
            );
        }
        if let Some(prefix) = text("namePrefix") {
            keep(context, transform::prefix(set, prefix, &config.name_prefix));
        }
        if let Some(suffix) = text("nameSuffix") {
            keep(context, transform::suffix(set, suffix, &config.name_suffix));
        }
        for entry in self.list("labels") {
            keep(context, transform::labels(set, entry, &config));
        }
        if let Some(pairs) = self.kustomization.get("commonLabels") {
            keep(
                context,
                transform::annotations(set, pairs, &config.common_labels),
            );
        }
        if let Some(pairs) = self.kustomization.get("commonAnnotations") {
            keep(
                context,
                transform::annotations(set, pairs, &config.common_annotations),
            );
        }
        for entry in self.list("patchesJson6902") {
            let outcome = patch::json_6902(context, self.folder, entry, set);
            keep(context, outcome);
        }
        for entry in self.list("replicas") {
            keep(context, transform::replicas(set, entry, &config.replicas));
        }
        for entry in self.list("images").iter().chain(self.list("imageTags")) {
            keep(context, transform::images(set, entry, &config.images));
        }
        for entry in self.list("replacements") {
            let outcome = self.replacement(context, entry, set);
            keep(context, outcome);
        }
    }

    /// A replacement, or a file of them.
    fn replacement(
        &self,
        context: &mut Context<'_>,
        entry: &Value,
        set: &mut Set,
    ) -> Result<(), Box<Diagnostic>> {
        let Some(path) = entry.get("path").filter(|path| path.as_text() != Some("")) else {
            return transform::replacements(set, entry);
        };
        if entry.get("source").is_some() || entry.get("targets").is_some() {
            return Err(invalid(
                "a replacement is written here or in a file".to_owned(),
                &entry.place,
            ));
        }
        let value = self.file(context, path)?;
        let one = [value.clone()];
        let entries = value.as_list().unwrap_or(&one);
        for entry in entries {
            // A file is read leniently: what it does not know counts for nothing.
            let mut ignored = diagnostics::Diagnostics::new();
            let entry = shape::checked(entry, &REPLACEMENT, &mut ignored);
            transform::replacements(set, &entry)?;
        }
        Ok(())
    }

    /// Says what is not followed.
    pub(super) fn unsupported(&self, context: &mut Context<'_>) {
        for key in [
            "vars",
            "crds",
            "openapi",
            "generators",
            "transformers",
            "validators",
        ] {
            let Some(value) = self.kustomization.get(key) else {
                continue;
            };
            if !plugins::has_entries(value) {
                continue;
            }
            let problem = rules::KUSTOMIZE_UNSUPPORTED.report(format!("`{key}` is not followed"));
            context.report(problem, &value.place);
        }
        for key in ["helmCharts", "helmChartInflationGenerator"] {
            if let Some(value) = self.kustomization.get(key)
                && !value.items().is_empty()
            {
                let problem = rules::KUSTOMIZE_PLUGIN
                    .report(format!(
                        "`{key}` needs Helm, which neither Flux nor kustomize runs unasked"
                    ))
                    .hint("use a HelmRelease");
                context.report(problem, &value.place);
            }
        }
        for item in self.list("buildMetadata") {
            match item.as_text() {
                Some("originAnnotations" | "managedByLabel") => {}
                Some("transformerAnnotations") => {
                    let message = "`transformerAnnotations` are not followed";
                    context.report(rules::KUSTOMIZE_UNSUPPORTED.report(message), &item.place);
                }
                _ => {}
            }
        }
    }
}

/// A patch may give an object the name of another.
fn first_duplicate(context: &mut Context<'_>, set: &Set) {
    if let Some(problem) = set.duplicates().into_iter().next() {
        context.problems.push(problem);
    }
}
