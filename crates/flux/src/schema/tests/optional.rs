//! Rules with optional values. Verdicts are those of the API server of Kubernetes 1.36.3, to which
//! `oracles/schemas/definitions.yaml` puts the same ones.

use super::with_crd;
use crate::rules::{SCHEMA_RULE_BROKEN, SCHEMA_RULE_UNKNOWN};

fn judged(rule: &str, object: &str) -> Option<bool> {
    let schema = format!(
        "{{type: object, properties: {{\
          a: {{type: string}}, l: {{type: array, items: {{type: string}}}}, \
          m: {{type: object, properties: {{b: {{type: string}}}}}}, \
          k: {{type: object, additionalProperties: {{type: string}}}}}}, \
          x-kubernetes-validations: [{{rule: \"{rule}\", optionalOldSelf: true}}]}}"
    );
    let found = with_crd(&schema, object);
    let is_known = !found.problems.has(&SCHEMA_RULE_UNKNOWN);
    is_known.then(|| !found.problems.has(&SCHEMA_RULE_BROKEN))
}

#[test]
fn of_a_new_object_there_is_no_old_one() {
    for (rule, object, good) in [
        ("!oldSelf.hasValue() || self.a == 'x'", "{a: y}", true),
        ("oldSelf.hasValue() || self.a == 'x'", "{a: y}", false),
        (
            "oldSelf.hasValue() ? self.a == oldSelf.value().a : self.a == 'x'",
            "{a: x}",
            true,
        ),
        (
            "oldSelf.optMap(o, o.a == self.a).orValue(self.a == 'x')",
            "{a: x}",
            true,
        ),
        (
            "oldSelf.optMap(o, o.a == self.a).orValue(self.a == 'x')",
            "{a: y}",
            false,
        ),
        ("oldSelf.orValue(self).a == 'x'", "{a: y}", false),
        (
            "oldSelf.or(optional.of(self)).value().a == 'x'",
            "{a: x}",
            true,
        ),
        ("oldSelf.value().a == 'x'", "{a: x}", false),
        ("oldSelf.?a.orValue('z') == 'z'", "{a: x}", true),
        ("!has(oldSelf.a) || false", "{a: x}", true),
    ] {
        assert_eq!(judged(rule, object), Some(good), "{rule} {object}");
    }
}

#[test]
fn what_is_not_there_has_another_value() {
    for (rule, object, good) in [
        ("self.?a.orValue('z') == 'z'", "{}", true),
        ("self.?a.orValue('z') == 'z'", "{a: y}", false),
        ("self.?m.?b.orValue('z') == 'z'", "{m: {}}", true),
        ("self.?m.?b.orValue('z') == 'z'", "{}", true),
        ("self.?m.b.orValue('z') == 'z'", "{m: {b: y}}", false),
        ("self.?m.b.hasValue()", "{m: {b: y}}", true),
        ("self.?l[0].orValue('z') == 'z'", "{l: []}", true),
        ("self.?l[?1].hasValue()", "{l: [a]}", false),
        ("self.k[?'x'].orValue('z') == 'z'", "{k: {x: y}}", false),
        ("self.?k[?'w'].orValue('z') == 'z'", "{k: {x: y}}", true),
        ("self.?a.or(self.?m.?b).hasValue()", "{m: {b: y}}", true),
        (
            "self.?a.optMap(v, v + v).orValue('') == 'yy'",
            "{a: y}",
            true,
        ),
        (
            "self.?m.optFlatMap(v, v.?b).orValue('') == 'y'",
            "{m: {b: y}}",
            true,
        ),
        (
            "(self.a == 'x' ? self.?a : optional.none()).hasValue()",
            "{a: y}",
            false,
        ),
        (
            "self.?l.orValue([]).all(v, optional.of(v).hasValue())",
            "{l: [a]}",
            true,
        ),
        (
            "self.?l.optMap(v, v.exists(v, v == 'a')).orValue(false)",
            "{l: [a]}",
            true,
        ),
        (
            "optional.of(self.?a.orValue('z')).value() == 'z'",
            "{}",
            true,
        ),
        (
            "optional.ofNonZeroValue(self.a).hasValue()",
            "{a: ''}",
            false,
        ),
    ] {
        assert_eq!(judged(rule, object), Some(good), "{rule} {object}");
    }
}

/// Nothing is said of what is not understood, and nothing grows without an end.
#[test]
fn other_uses_of_optional_values_are_told_of() {
    let grown = format!("self.?a{}.hasValue()", ".optMap(v, v + v)".repeat(40));
    for rule in [
        "[?self.?a].size() == 0",
        "{?'a': self.?a}.size() == 0",
        "oldSelf == self",
        "self.?l[self.?l.orValue([]).size() - 1].hasValue()",
        &grown,
    ] {
        assert_eq!(judged(rule, "{a: x}"), None, "{rule}");
    }
}
