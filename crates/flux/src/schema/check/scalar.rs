//! Texts, numbers, and values of which a schema has a list.

use diagnostics::Severity;

use super::{Checker, Mode};
use crate::rules;
use crate::schema::formats;
use crate::schema::model::Schema;
use crate::unknown;
use crate::value::{Data, Number, Value};

/// The whole number that a number is: from YAML, `3.0` is one.
pub(in crate::schema) fn whole(number: Number) -> Option<i128> {
    match number {
        Number::Integer(number) => Some(number),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is whole and small enough"
        )]
        Number::Float(number) if number.fract() == 0.0 && number.abs() < 1e18 => {
            Some(number as i128)
        }
        Number::Float(_) => None,
    }
}

/// Whether it is a whole number or a text, or what a quantity may be.
pub(super) fn is_int_or_string(schema: &Schema, value: &Value) -> bool {
    match &value.data {
        Data::Text(_) => true,
        Data::Number(number) => whole(*number).is_some() || &*schema.format == "quantity",
        _ => false,
    }
}

impl Checker<'_> {
    pub(super) fn text(&mut self, schema: &Schema, value: &Value, text: &str) {
        // What is only read has to be readable, and no more.
        if self.is_status && !formats::is_read(&schema.format) {
            return;
        }
        let count = || u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
        if schema.min_length.is_some() || schema.max_length.is_some() {
            let limits = (schema.min_length, schema.max_length);
            self.length(value, count(), limits, "characters");
        }
        if let Some(pattern) = &schema.pattern
            && !self.schemas.patterns.is_match(pattern, text)
        {
            let path = self.path.shown();
            self.add(&value.place, || {
                rules::SCHEMA_WRONG_PATTERN.report(format!("`{path}` does not match `{pattern}`"))
            });
        }
        if let Some(what) = formats::wrong(&schema.format, text) {
            let path = self.path.shown();
            self.add(&value.place, || {
                rules::SCHEMA_WRONG_FORMAT.report(format!("`{path}` is not {what}"))
            });
        }
    }

    pub(super) fn number(&mut self, schema: &Schema, value: &Value, number: Number) {
        let (least, most) = match &*schema.format {
            "int32" => (i128::from(i32::MIN), i128::from(i32::MAX)),
            "int-or-string" => (i128::from(i32::MIN), i128::from(i32::MAX)),
            "quantity" | "double" | "float" => (i128::MIN, i128::MAX),
            _ => (i128::from(i64::MIN), i128::from(i64::MAX)),
        };
        let path = self.path.shown();
        if let Some(whole) = whole(number)
            && !(least..=most).contains(&whole)
        {
            let bits = if most == i128::from(i32::MAX) { 32 } else { 64 };
            return self.add(&value.place, || {
                rules::SCHEMA_OUT_OF_RANGE.report(format!(
                    "`{path}` takes a whole number of {bits} bits, from {least} to {most}"
                ))
            });
        }
        #[expect(clippy::cast_precision_loss, reason = "the server compares so, too")]
        let number = match number {
            Number::Integer(number) => number as f64,
            Number::Float(number) => number,
        };
        if self.is_scaler && number == 0.0 && path == "spec.minReplicas" {
            return self.add(&value.place, || {
                rules::SCHEMA_OUT_OF_RANGE.report_as(
                    Severity::Warning,
                    format!(
                        "`{path}` takes 0 only where Kubernetes has the feature `HPAScaleToZero` on"
                    ),
                )
            });
        }
        let mut out = |wrong: bool, words: String| {
            if wrong {
                self.add(&value.place, || {
                    rules::SCHEMA_OUT_OF_RANGE.report(format!("`{path}` takes {words}"))
                });
            }
        };
        if let Some(least) = schema.minimum {
            if schema.exclusive_minimum.flag {
                out(number <= least, format!("a number above {least}"));
            } else {
                out(number < least, format!("a number of at least {least}"));
            }
        }
        if let Some(least) = schema.exclusive_minimum.limit {
            out(number <= least, format!("a number above {least}"));
        }
        if let Some(most) = schema.maximum {
            if schema.exclusive_maximum.flag {
                out(number >= most, format!("a number below {most}"));
            } else {
                out(number > most, format!("a number of at most {most}"));
            }
        }
        if let Some(most) = schema.exclusive_maximum.limit {
            out(number >= most, format!("a number below {most}"));
        }
        if let Some(step) = schema.multiple_of.filter(|step| *step > 0.0) {
            let rest = (number / step).fract();
            out(rest.abs() > f64::EPSILON, format!("a multiple of {step}"));
        }
    }

    /// Values of which the schema has a list.
    pub(super) fn allowed(&mut self, schema: &Schema, value: &Value, mode: Mode) {
        let Some(allowed) = schema.allowed.as_ref().filter(|_| !self.is_status) else {
            return;
        };
        let json = value.to_json();
        if allowed.contains(&json) || unknown::within(value) {
            return;
        }
        let path = self.path.shown();
        let known_from = self
            .known_from
            .filter(|_| !mode.builtin && value.as_text().is_some());
        self.add(&value.place, || {
            // The empty text is the default where it is allowed.
            let words = allowed.iter().filter(|one| one.as_str() != Some(""));
            let count = words.clone().count();
            let shown: Vec<String> = { words.take(12) }
                .map(|one| match one.as_str() {
                    Some(text) => format!("`{text}`"),
                    None => format!("`{one}`"),
                })
                .collect();
            let more = if count > shown.len() { ", …" } else { "" };
            // A newer version may take more.
            let (severity, version) = match known_from {
                Some((package, version)) => (
                    Severity::Warning,
                    format!(" in `{package}` {version}, the version that is known here"),
                ),
                None => (Severity::Error, String::new()),
            };
            let problem = rules::SCHEMA_NOT_ALLOWED.report_as(
                severity,
                format!("`{path}` takes one of {}{more}{version}", shown.join(", ")),
            );
            let texts = allowed.iter().filter_map(serde_json::Value::as_str);
            match value
                .as_text()
                .and_then(|text| diagnostics::closest(text, texts))
            {
                Some(near) => problem.hint(format!("did you mean `{near}`?")),
                None => problem,
            }
        });
    }

    /// Limits of a length.
    pub(super) fn length(
        &mut self,
        value: &Value,
        count: u64,
        (least, most): (Option<u64>, Option<u64>),
        what: &str,
    ) {
        let words = match (least, most) {
            (Some(least), _) if count < least => format!("at least {least}"),
            (_, Some(most)) if count > most => format!("at most {most}"),
            _ => return,
        };
        let path = self.path.shown();
        self.add(&value.place, || {
            rules::SCHEMA_WRONG_LENGTH.report(format!("`{path}` takes {words} {what}, not {count}"))
        });
    }
}
