//! Which fields transformers change: kustomize's own, and those of `configurations`.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::value::Value;

use super::field::FieldSpec;

/// Objects of a kind, and the fields that name them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct References {
    /// The kind that is named.
    pub(super) target: FieldSpec,
    /// Where it is named.
    pub(super) fields: Vec<FieldSpec>,
}

/// Fields by what is done to them.
#[derive(Debug, Clone, Default)]
pub(super) struct Config {
    pub(super) name_prefix: Vec<FieldSpec>,
    pub(super) name_suffix: Vec<FieldSpec>,
    pub(super) namespace: Vec<FieldSpec>,
    pub(super) common_labels: Vec<FieldSpec>,
    pub(super) labels: Vec<FieldSpec>,
    pub(super) template_labels: Vec<FieldSpec>,
    pub(super) claim_labels: Vec<FieldSpec>,
    pub(super) common_annotations: Vec<FieldSpec>,
    pub(super) images: Vec<FieldSpec>,
    pub(super) replicas: Vec<FieldSpec>,
    pub(super) references: Vec<References>,
}

/// The built-in fields. Source: the defaults of kustomize 5.8.2, in a notation of our own: a line
/// is a list's name, the kind (`Kind`, `Kind.group`, `Kind.version.group`, `*` for any; `+` at
/// its end makes missing fields) and the path. Names with `@` stand for several kinds.
static BUILT_IN: LazyLock<Config> = LazyLock::new(|| read_table(include_str!("fields.txt")));

/// Kinds that hold a pod, and the way to its spec.
const PODS: [(&str, &str); 8] = [
    ("Pod.v1.", "spec"),
    ("PodTemplate", "template/spec"),
    ("Deployment", "spec/template/spec"),
    ("ReplicaSet", "spec/template/spec"),
    ("DaemonSet", "spec/template/spec"),
    ("StatefulSet", "spec/template/spec"),
    ("Job", "spec/template/spec"),
    ("CronJob", "spec/jobTemplate/spec/template/spec"),
];

/// The same for references to what is no ConfigMap and no Secret.
const WORKLOADS: [(&str, &str); 7] = [
    ("Pod", "spec"),
    ("StatefulSet", "spec/template/spec"),
    ("Deployment", "spec/template/spec"),
    ("ReplicationController", "spec/template/spec"),
    ("CronJob", "spec/jobTemplate/spec/template/spec"),
    ("Job", "spec/template/spec"),
    ("DaemonSet", "spec/template/spec"),
];

impl Config {
    /// What kustomize does without being told, and what it is told more; nothing is copied where
    /// that is nothing.
    ///
    /// # Errors
    ///
    /// Both say the contrary of a field.
    pub(super) fn with(more: &Self) -> Result<Cow<'static, Self>, String> {
        if more.is_empty() {
            return Ok(Cow::Borrowed(&BUILT_IN));
        }
        let mut all = BUILT_IN.clone();
        all.merge(more)?;
        Ok(Cow::Owned(all))
    }

    fn is_empty(&self) -> bool {
        let lists = [
            &self.name_prefix,
            &self.name_suffix,
            &self.namespace,
            &self.common_labels,
            &self.labels,
            &self.template_labels,
            &self.claim_labels,
            &self.common_annotations,
            &self.images,
            &self.replicas,
        ];
        self.references.is_empty() && lists.iter().all(|list| list.is_empty())
    }

    /// Adds the fields of another one.
    ///
    /// # Errors
    ///
    /// One says that a field is to be made and the other that it is not.
    pub(super) fn merge(&mut self, other: &Self) -> Result<(), String> {
        for (own, more) in [
            (&mut self.name_prefix, &other.name_prefix),
            (&mut self.name_suffix, &other.name_suffix),
            (&mut self.namespace, &other.namespace),
            (&mut self.common_labels, &other.common_labels),
            (&mut self.labels, &other.labels),
            (&mut self.template_labels, &other.template_labels),
            (&mut self.claim_labels, &other.claim_labels),
            (&mut self.common_annotations, &other.common_annotations),
            (&mut self.images, &other.images),
            (&mut self.replicas, &other.replicas),
        ] {
            merge(own, more)?;
        }
        for more in &other.references {
            let own = self.references.iter_mut();
            match { own }.find(|own| own.target == more.target) {
                Some(own) => merge(&mut own.fields, &more.fields)?,
                None => self.references.push(more.clone()),
            }
        }
        Ok(())
    }

    /// What a file of `configurations` says.
    ///
    /// # Errors
    ///
    /// The file is no such one: why.
    pub(super) fn read(value: &Value) -> Result<Self, String> {
        let map = value.as_map().ok_or("the configuration is no map")?;
        let mut config = Self::default();
        for (key, field) in map {
            let value = &field.value;
            let list = match key.as_str() {
                "namePrefix" => &mut config.name_prefix,
                "nameSuffix" => &mut config.name_suffix,
                "namespace" => &mut config.namespace,
                "commonLabels" => &mut config.common_labels,
                "labels" => &mut config.labels,
                "templateLabels" => &mut config.template_labels,
                "volumeClaimTemplateLabels" => &mut config.claim_labels,
                "commonAnnotations" => &mut config.common_annotations,
                "images" => &mut config.images,
                "replicas" => &mut config.replicas,
                "varReference" => continue,
                "nameReference" => {
                    for item in value.items() {
                        config.references.push(References {
                            target: spec(item),
                            fields: specs(item.get("fieldSpecs")),
                        });
                    }
                    continue;
                }
                _ => return Err(format!("`{key}` is no field of a configuration")),
            };
            *list = specs(Some(value));
        }
        Ok(config)
    }
}

/// Adds fields that are not there.
///
/// # Errors
///
/// One is there that is to be made, or is not, where the other says the contrary.
pub(super) fn merge(own: &mut Vec<FieldSpec>, more: &[FieldSpec]) -> Result<(), String> {
    for spec in more {
        let same = |one: &&FieldSpec| {
            one.path == spec.path && spec.selects_kind(&one.group, &one.version, &one.kind)
        };
        match own.iter().find(same) {
            Some(one) if one.create == spec.create => {}
            Some(_) => return Err(format!("the field `{}` is there otherwise", spec.path)),
            None => own.push(spec.clone()),
        }
    }
    Ok(())
}

pub(super) fn specs(value: Option<&Value>) -> Vec<FieldSpec> {
    value.map_or_else(Vec::new, |value| value.items().iter().map(spec).collect())
}

fn spec(value: &Value) -> FieldSpec {
    let text = |key: &str| {
        let text = value.get(key).and_then(Value::as_text);
        text.unwrap_or_default().to_owned()
    };
    FieldSpec {
        group: text("group"),
        version: text("version"),
        kind: text("kind"),
        path: text("path"),
        create: value.get("create").and_then(Value::as_bool) == Some(true),
    }
}

fn read_table(table: &str) -> Config {
    let mut config = Config::default();
    for line in table.lines() {
        let mut words = line.split_whitespace();
        let (Some(list), Some(kind), Some(path)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        if let Some(target) = list.strip_prefix('>') {
            let target = parse_kind(target, "");
            let pods: &[(&str, &str)] = match kind {
                "@pods" => &PODS,
                "@workloads" => &WORKLOADS,
                _ => &[],
            };
            let mut fields: Vec<_> = { pods.iter() }
                .map(|(kind, way)| parse_kind(kind, &format!("{way}/{path}")))
                .collect();
            if fields.is_empty() {
                fields.push(parse_kind(kind, path));
            }
            match { config.references.iter_mut() }.find(|one| one.target == target) {
                Some(one) => one.fields.extend(fields),
                None => config.references.push(References { target, fields }),
            }
            continue;
        }
        let spec = parse_kind(kind, path);
        match list {
            "name" => {
                config.name_prefix.push(spec.clone());
                config.name_suffix.push(spec);
            }
            "namespace" => config.namespace.push(spec),
            "selector" => config.common_labels.push(spec),
            "label" => {
                config.common_labels.push(spec.clone());
                config.template_labels.push(spec);
            }
            "claim" => {
                config.common_labels.push(spec.clone());
                config.claim_labels.push(spec);
            }
            "annotation" => config.common_annotations.push(spec),
            "image" => config.images.push(spec),
            "replicas" => config.replicas.push(spec),
            _ => {}
        }
    }
    config
}

/// `Kind`, `Kind.group` or `Kind.version.group`, with `+` at the end of one that is made.
fn parse_kind(text: &str, path: &str) -> FieldSpec {
    let (text, create) = match text.strip_suffix('+') {
        Some(text) => (text, true),
        None => (text, false),
    };
    let mut spec = FieldSpec {
        path: path.to_owned(),
        create,
        ..FieldSpec::default()
    };
    if text != "*" {
        let (kind, rest) = text.split_once('.').unwrap_or((text, ""));
        kind.clone_into(&mut spec.kind);
        match rest.split_once('.') {
            Some((version, group)) if version.starts_with('v') => {
                version.clone_into(&mut spec.version);
                group.clone_into(&mut spec.group);
            }
            _ => rest.clone_into(&mut spec.group),
        }
    }
    spec
}
