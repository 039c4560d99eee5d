//! Values of one word or text.

use std::str::FromStr;

use serde_json::Value;
use yaml::{Dialect, Node, Resolved, Scalar, Style};

use super::number::{boolean, integer, number};
use super::reading::Reading;
use crate::keys::Kind;
use crate::rules;
use crate::types::{
    Address, AddressOrHost, AlternativeName, Asn, BranchName, Cidr, Disk, DnsLabel, DomainName,
    Duration, InvalidValue, KernelModule, LabelKey, LabelValue, MacAddress, NodeName, ProxmoxUrl,
    Quantity, RepositoryName, SchematicId, TokenId, Url, Uuid, VlanTag,
};

/// Reads a value of one of the kinds that are a single scalar.
pub(super) fn scalar(
    reading: &mut Reading<'_>,
    node: &Node,
    scalar: &Scalar,
    kind: &Kind,
) -> Option<Value> {
    match kind {
        Kind::Boolean => return boolean(reading, node, scalar),
        Kind::Integer { minimum, maximum } => {
            return integer(reading, node, scalar, *minimum, *maximum);
        }
        Kind::Number => return number(reading, node, scalar),
        _ => {}
    }
    let text = scalar.text();
    if reading.placeholder == Some(text) {
        let name = reading.name;
        reading.report(
            node,
            rules::VALUE_PLACEHOLDER
                .report(format!("`{name}` still has the text of the sample"))
                .hint("replace it with your own value"),
        );
        return None;
    }
    if reading.secret && text.trim().is_empty() {
        reading.refuse(node, &rules::VALUE_BLANK, "is blank", None);
        return None;
    }
    match checked(kind, text) {
        Ok(text) => {
            warn_of_other_reading(reading, node, scalar);
            Some(Value::String(text))
        }
        Err(invalid) => {
            reading.refuse(node, invalid.rule(), &invalid.to_string(), invalid.hint());
            None
        }
    }
}

/// Reads the key of a label.
pub(super) fn label_key(text: &str) -> Result<LabelKey, InvalidValue> {
    text.parse()
}

/// Reads the value of a label.
pub(super) fn label_value(
    reading: &mut Reading<'_>,
    node: &Node,
    scalar: &Scalar,
) -> Option<Value> {
    match scalar.text().parse::<LabelValue>() {
        Ok(_) => {
            warn_of_other_reading(reading, node, scalar);
            Some(Value::from(scalar.text()))
        }
        Err(invalid) => {
            reading.refuse(node, invalid.rule(), &invalid.to_string(), invalid.hint());
            None
        }
    }
}

/// Warns where Python's YAML, printed again, is not the text that is written.
fn warn_of_other_reading(reading: &mut Reading<'_>, node: &Node, scalar: &Scalar) {
    if scalar.style() != Style::Plain {
        return;
    }
    let Some(printed) = python_text(&scalar.read(Dialect::Python)) else {
        return;
    };
    if printed == scalar.text() {
        return;
    }
    let name = reading.name;
    let problem = if reading.secret {
        rules::VALUE_READ_DIFFERENTLY
            .report(format!(
                "the value of `{name}` is read differently by YAML 1.1"
            ))
            .hint("put it in quotes")
    } else {
        rules::VALUE_READ_DIFFERENTLY
            .report(format!(
                "{} is taken as text, but is `{printed}` in YAML 1.1",
                reading.subject(node)
            ))
            .hint(format!("put it in quotes: `\"{}\"`", scalar.text()))
    };
    reading.report(node, problem);
}

/// What Python prints of a value; none for what it prints as it was written.
fn python_text(value: &Resolved) -> Option<String> {
    match value {
        Resolved::Null => Some("None".to_owned()),
        Resolved::Bool(true) => Some("True".to_owned()),
        Resolved::Bool(false) => Some("False".to_owned()),
        Resolved::Integer(number) => Some(number.to_string()),
        Resolved::BigInteger(number) => Some(number.clone()),
        Resolved::Float(number) => Some(format!("{number:?}")),
        Resolved::Text(_) | Resolved::Timestamp(_) | Resolved::Binary(_) | Resolved::Refused(_) => {
            None
        }
    }
}

/// The text in its normal form, if it is one of the kind.
fn checked(kind: &Kind, text: &str) -> Result<String, InvalidValue> {
    fn of<T: FromStr<Err = InvalidValue>>(text: &str) -> Result<String, InvalidValue> {
        text.parse::<T>().map(|_| text.to_owned())
    }
    match kind {
        Kind::Choice(words) => choice(words, text),
        Kind::Line => line(text),
        Kind::Token => token(text),
        Kind::MacAddress => text.parse::<MacAddress>().map(|mac| mac.to_string()),
        Kind::Address => of::<Address>(text),
        Kind::AddressOrHost => of::<AddressOrHost>(text),
        Kind::Cidr => of::<Cidr>(text),
        Kind::Domain => of::<DomainName>(text),
        Kind::AlternativeName => of::<AlternativeName>(text),
        Kind::DnsLabel => of::<DnsLabel>(text),
        Kind::VlanTag => of::<VlanTag>(text),
        Kind::Asn => of::<Asn>(text),
        Kind::Repository => of::<RepositoryName>(text),
        Kind::Branch => of::<BranchName>(text),
        Kind::Url => of::<Url>(text),
        Kind::ProxmoxUrl => of::<ProxmoxUrl>(text),
        Kind::TokenId => of::<TokenId>(text),
        Kind::Uuid => of::<Uuid>(text),
        Kind::Quantity => of::<Quantity>(text),
        Kind::Duration => of::<Duration>(text),
        Kind::NodeName => of::<NodeName>(text),
        Kind::Disk => of::<Disk>(text),
        Kind::Schematic => of::<SchematicId>(text),
        Kind::KernelModule => of::<KernelModule>(text),
        Kind::Text
        | Kind::Boolean
        | Kind::Integer { .. }
        | Kind::Number
        | Kind::Labels
        | Kind::List { .. }
        | Kind::OneOrList(_)
        | Kind::Map(_)
        | Kind::Record(_)
        | Kind::Any => Ok(text.to_owned()),
    }
}

fn choice(words: &[String], text: &str) -> Result<String, InvalidValue> {
    if words.iter().any(|word| word == text) {
        return Ok(text.to_owned());
    }
    let invalid = InvalidValue::new(
        &rules::VALUE_NOT_A_CHOICE,
        format!("is not {}", Kind::Choice(words.to_vec())),
    );
    Err(
        match diagnostics::closest(text, words.iter().map(String::as_str)) {
            Some(word) => invalid.hint_that(format!("did you mean `{word}`?")),
            None => invalid,
        },
    )
}

fn line(text: &str) -> Result<String, InvalidValue> {
    if text.contains(char::is_control) {
        return Err(InvalidValue::new(
            &rules::VALUE_CONTROL_CHARACTER,
            "has a line break or another control character in it",
        ));
    }
    Ok(text.to_owned())
}

fn token(text: &str) -> Result<String, InvalidValue> {
    if text.contains(|character: char| character.is_whitespace() || character.is_control()) {
        return Err(InvalidValue::new(
            &rules::VALUE_WHITE_SPACE,
            "has white space in it",
        ));
    }
    Ok(text.to_owned())
}
