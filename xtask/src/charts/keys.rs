//! Which keys of a release's values its chart knows.
//!
//! A key is known where the chart's defaults or its schema list it, or where they leave the map
//! open: a default of `{}`, a schema with `additionalProperties`. Next best is that the chart's
//! templates read it. Everything else is a mistake, most often a misspelt or a removed key, which
//! Helm would pass over in silence.

mod schema;
mod usage;

use serde_json::{Map, Value};

use self::schema::{Schema, Verdict};
use super::chart::Chart;

/// The keys that are not simply known, as dotted paths in the order of the values.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Known to nothing in the chart.
    pub(super) unknown: Vec<String>,
    /// In neither defaults nor schema, but the templates read them.
    pub(super) unlisted: Vec<String>,
}

/// Holds `values` against `chart`.
pub(super) fn check(values: &Value, chart: &Chart) -> Findings {
    let mut findings = Findings::default();
    check_chart(values, chart, &[], &mut findings);
    findings
}

fn check_chart(values: &Value, chart: &Chart, prefix: &[&str], findings: &mut Findings) {
    let Some(values) = values.as_object() else {
        return;
    };
    let mut own = Map::new();
    for (key, value) in values {
        match chart.dependencies.get(key) {
            Some(Some(dependency)) => {
                let prefix = [prefix, &[key.as_str()]].concat();
                check_chart(value, dependency, &prefix, findings);
            }
            // Not unpacked, so nothing can be said of its keys.
            Some(None) => {}
            // Every chart passes `global` on to its dependencies, so each of them may know it.
            None if key == "global" && chart.values["global"].is_null() => {}
            None => {
                own.insert(key.clone(), value.clone());
            }
        }
    }
    let root = chart
        .schema
        .as_deref()
        .map(|path| Schema::root(&chart.schemas, path));
    let level = Level {
        defaults: Some(&chart.values),
        schemas: root.into_iter().collect(),
    };
    let mut walk = Walk {
        chart,
        prefix,
        path: Vec::new(),
        findings,
    };
    walk.map(&own, &level);
}

/// What the chart says of one map of the values.
struct Level<'chart> {
    defaults: Option<&'chart Value>,
    schemas: Vec<Schema<'chart>>,
}

struct Walk<'a, 'chart> {
    chart: &'chart Chart,
    prefix: &'a [&'a str],
    path: Vec<String>,
    findings: &'a mut Findings,
}

impl<'chart> Walk<'_, 'chart> {
    fn map(&mut self, values: &Map<String, Value>, level: &Level<'chart>) {
        let defaults = level
            .defaults
            .and_then(Value::as_object)
            .filter(|map| !map.is_empty());
        let parts: Vec<_> = level.schemas.iter().flat_map(Schema::parts).collect();
        let speaks = parts.iter().any(Schema::speaks);
        if defaults.is_none() && !speaks {
            return;
        }
        for (key, value) in values {
            self.path.push(key.clone());
            let default = defaults.and_then(|map| map.get(key));
            let mut open = false;
            let mut schemas = Vec::new();
            for part in &parts {
                match part.key(key) {
                    Verdict::Listed(schema) => schemas.push(schema),
                    Verdict::Open => open = true,
                    Verdict::Unlisted => {}
                }
            }
            if default.is_some() || !schemas.is_empty() {
                if let Some(values) = value.as_object() {
                    self.map(
                        values,
                        &Level {
                            defaults: default,
                            schemas,
                        },
                    );
                }
            } else if !open {
                self.unlisted();
            }
            self.path.pop();
        }
    }

    fn unlisted(&mut self) {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let name = [self.prefix, &path].concat().join(".");
        if usage::is_read(&self.chart.templates, &path) {
            self.findings.unlisted.push(name);
        } else {
            self.findings.unknown.push(name);
        }
    }
}
