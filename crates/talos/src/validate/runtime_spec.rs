//! Overrides of what containers are started with: they must fit the types of the OCI's runtime
//! specification. A field that it does not have is passed over, as Go does.

use std::sync::OnceLock;

use serde_json::Value;

use super::place::{Place, Report};
use crate::fields::{Kind, Schema, Spec};
use crate::rules;

/// The types.
const TYPES: &str = include_str!("runtime_spec.schema");

fn types() -> &'static Schema {
    static TYPES_READ: OnceLock<Schema> = OnceLock::new();
    TYPES_READ.get_or_init(|| Schema::get().with(TYPES))
}

/// `machine.baseRuntimeSpecOverrides`, or those of a document.
pub(super) fn check(overrides: &Place<'_>, report: &mut Report) {
    if overrides.is_there() {
        value(overrides, &Spec::of(Kind::Struct("OciSpec")), report);
    }
}

fn value(place: &Place<'_>, spec: &Spec, report: &mut Report) {
    let found = place.value();
    let wanted = match (&spec.kind, found) {
        (_, Value::Null) | (Kind::Any, _) | (Kind::Text, Value::String(_)) => return,
        (Kind::Bool, Value::Bool(_)) => return,
        (Kind::Integer, Value::Number(number)) if number.is_i64() => return,
        (Kind::Unsigned, Value::Number(number)) => {
            let most = match spec.format {
                "16" => u64::from(u16::MAX),
                "32" => u64::from(u32::MAX),
                _ => u64::MAX,
            };
            if number.as_u64().is_some_and(|number| number <= most) {
                return;
            }
            "a smaller whole number that is not negative"
        }
        (Kind::Struct(name), Value::Object(_)) => {
            let fields = types().fields(name);
            for (key, place) in place.entries() {
                // Go finds a field in any case.
                let known = { fields.iter() }.find(|(field, _)| field.eq_ignore_ascii_case(key));
                if let Some((_, spec)) = known {
                    value(&place, spec, report);
                }
            }
            return;
        }
        (Kind::Map(item), Value::Object(_)) => {
            for (_, place) in place.entries() {
                value(&place, item, report);
            }
            return;
        }
        (Kind::List(item), Value::Array(_)) => {
            for place in place.items() {
                value(&place, item, report);
            }
            return;
        }
        (Kind::Text, _) => "text",
        (Kind::Bool, _) => "`true` or `false`",
        (Kind::Integer, _) => "a whole number",
        (Kind::Unsigned, _) => "a whole number that is not negative",
        (Kind::List(_), _) => "a list",
        _ => "a map",
    };
    report.add(
        place,
        &rules::MACHINE_CONFIG_WRONG_TYPE,
        format!("{wanted} is wanted here, by the specification of containers"),
        "",
    );
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{check, types};
    use crate::contract::{Contract, Release};
    use crate::validate::place::{Place, Report};

    #[test]
    fn overrides_fit_the_types() {
        assert_eq!(types().unknown_types(), [""; 0]);
        let overrides = json!({
            "process": {
                "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": "x"}],
                "user": {"uid": -1},
                "oomScoreAdj": 1.5,
                "Terminal": 1,
            },
            "linux": {"sysctl": {"a": 1}, "namespaces": {}, "unheardOf": 1},
            "hostname": null,
        });
        let mut report = Report::new(Release::of(Contract::NEWEST));
        check(&Place::new("", &overrides), &mut report);
        let paths = report.violations.into_iter().map(|found| found.path);
        assert_eq!(
            paths.collect::<Vec<_>>(),
            [
                "process.rlimits[0].soft",
                "process.user.uid",
                "process.oomScoreAdj",
                "process.Terminal",
                "linux.sysctl.a",
                "linux.namespaces",
            ]
        );
    }
}
