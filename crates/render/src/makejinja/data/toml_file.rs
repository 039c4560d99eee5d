//! Data in TOML, as Python's `tomllib` reads it.

use diagnostics::Diagnostics;
use toml::de::{DeTable, DeValue};
use yaml::Limits;

use super::Values;
use super::moment::{Date, Moment, Time};
use crate::Data;
use crate::makejinja::settings::in_written_order;
use crate::rules;

/// Reads a file.
pub(super) fn read(name: &str, bytes: &[u8], problems: &mut Diagnostics) -> Option<Values> {
    let source = match yaml::decode(name, bytes, &Limits::default()) {
        Ok(source) => source,
        Err(problem) => {
            problems.push(*problem);
            return None;
        }
    };
    let (document, errors) = DeTable::parse_recoverable(source.text());
    for error in &errors {
        let place = error
            .span()
            .map_or_else(|| source.whole(), |span| source.location(span));
        problems.push(
            rules::MAKEJINJA_DATA_SYNTAX
                .report("this is no TOML")
                .at(place),
        );
    }
    if !errors.is_empty() {
        return None;
    }
    let entries = in_written_order(document.get_ref());
    Some(
        entries
            .into_iter()
            .map(|(key, item)| (key.get_ref().to_string(), value(item.get_ref())))
            .collect(),
    )
}

fn value(item: &DeValue<'_>) -> Data {
    match item {
        DeValue::String(text) => Data::Text(text.to_string()),
        DeValue::Boolean(truth) => Data::Bool(*truth),
        DeValue::Integer(number) => i128::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Data::Text(number.as_str().to_owned()), Data::Integer),
        DeValue::Float(number) => number
            .as_str()
            .parse()
            .map_or_else(|_| Data::Text(number.as_str().to_owned()), Data::Float),
        DeValue::Array(items) => {
            Data::List(items.iter().map(|item| value(item.get_ref())).collect())
        }
        DeValue::Table(table) => Data::Map(
            in_written_order(table)
                .into_iter()
                .map(|(key, item)| (Data::Text(key.get_ref().to_string()), value(item.get_ref())))
                .collect(),
        ),
        DeValue::Datetime(moment) => Data::from(Moment {
            date: moment.date.map(|date| Date {
                year: date.year,
                month: date.month,
                day: date.day,
            }),
            time: moment.time.map(|time| Time {
                hour: time.hour,
                minute: time.minute,
                second: time.second.unwrap_or(0),
                microsecond: time.nanosecond.unwrap_or(0) / 1000,
            }),
            offset_minutes: moment.offset.map(|offset| match offset {
                toml::value::Offset::Z => 0,
                toml::value::Offset::Custom { minutes } => i32::from(minutes),
            }),
        }),
    }
}
