//! Operators and functions: what they take and yield.

use super::names::Names;
use super::types::Type;

/// The type of `left sign right`.
pub(super) fn operator(sign: &str, left: &Type, right: &Type) -> Result<Type, String> {
    let refused = || {
        let hint = match (left, right) {
            (Type::Uint, Type::Int) | (Type::Int, Type::Uint) => ": write numbers as in `1u`",
            (Type::Double, Type::Int) | (Type::Int, Type::Double) => ": write numbers as in `1.0`",
            _ => "",
        };
        format!(
            "`{sign}` does not take {} and {}{hint}",
            left.name(),
            right.name()
        )
    };
    let dynamic = *left == Type::Dynamic || *right == Type::Dynamic;
    let found = match sign {
        "||" | "&&" => {
            left.truth()?;
            right.truth()?;
            Some(Type::Bool)
        }
        "==" | "!=" => left.fits(right).then_some(Type::Bool),
        "<" | "<=" | ">" | ">=" => {
            let ordered = |kind: &Type| {
                matches!(
                    kind,
                    Type::Bool
                        | Type::Int
                        | Type::Uint
                        | Type::Double
                        | Type::Text
                        | Type::Bytes
                        | Type::Duration
                        | Type::Timestamp
                )
            };
            (dynamic || (left == right && ordered(left))).then_some(Type::Bool)
        }
        "in" => match right {
            Type::List(item) | Type::Map(item, _) => left.fits(item).then_some(Type::Bool),
            Type::Dynamic => Some(Type::Bool),
            _ => None,
        },
        _ if dynamic => Some(if *left == Type::Dynamic { right } else { left }.clone()),
        _ => arithmetic(sign, left, right),
    };
    found.ok_or_else(refused)
}

fn arithmetic(sign: &str, left: &Type, right: &Type) -> Option<Type> {
    use Type::{Bytes, Double, Duration, Int, List, Text, Timestamp, Uint};
    let same = left == right;
    match (sign, left, right) {
        ("+" | "-" | "*" | "/", Int | Uint | Double, _) if same => Some(left.clone()),
        ("%", Int | Uint, _) if same => Some(left.clone()),
        ("+", Text | Bytes, _) if same => Some(left.clone()),
        ("+", List(_), List(_)) if left.fits(right) => Some(left.clone()),
        ("+" | "-", Duration, Duration) | ("-", Timestamp, Timestamp) => Some(Duration),
        ("+", Duration, Timestamp) | ("+" | "-", Timestamp, Duration) => Some(Timestamp),
        _ => None,
    }
}

/// The type of a function's result.
pub(super) fn call(names: Names, name: &str, arguments: &[Type]) -> Result<Type, String> {
    use Type::{Bool, Bytes, Double, Duration, Dynamic, Int, Text, Timestamp, Uint};
    let is = |index: usize, wanted: &[Type]| {
        arguments
            .get(index)
            .is_some_and(|found| wanted.iter().any(|wanted| found.fits(wanted)))
    };
    let of_one = |wanted: &[Type]| arguments.len() == 1 && is(0, wanted);
    let any_map = Type::Map(Box::new(Dynamic), Box::new(Double));
    let (known, fine, result) = match name {
        "glob" => (
            names.has_function(name),
            arguments.len() == 2 && is(0, &[Text]) && is(1, &[Text]),
            Bool,
        ),
        "mac" => (names.has_function(name), of_one(&[Bytes]), Text),
        "multiply_qos_vectors" => (
            names.has_function(name),
            arguments.len() == 2 && is(0, std::slice::from_ref(&any_map)) && is(1, &[any_map]),
            Double,
        ),
        "size" => (
            true,
            arguments.len() == 1 && arguments.first().is_some_and(has_size),
            Int,
        ),
        "matches" => (
            true,
            arguments.len() == 2 && is(0, &[Text]) && is(1, &[Text]),
            Bool,
        ),
        "int" => (
            true,
            of_one(&[Int, Uint, Double, Text, Timestamp, Duration]),
            Int,
        ),
        "uint" => (true, of_one(&[Uint, Int, Double, Text]), Uint),
        "double" => (true, of_one(&[Double, Int, Uint, Text]), Double),
        "string" => (
            true,
            of_one(&[Text, Bool, Int, Uint, Double, Bytes, Timestamp, Duration]),
            Text,
        ),
        "bytes" => (true, of_one(&[Bytes, Text]), Bytes),
        "bool" => (true, of_one(&[Bool, Text]), Bool),
        "duration" => (true, of_one(&[Duration, Text, Int]), Duration),
        "timestamp" => (true, of_one(&[Timestamp, Text, Int]), Timestamp),
        "dyn" => (true, arguments.len() == 1, Dynamic),
        "type" => (true, arguments.len() == 1, Type::Kind),
        _ => (false, false, Dynamic),
    };
    if !known {
        return Err(format!("there is no function `{name}` here"));
    }
    if !fine {
        return Err(refused(name, arguments));
    }
    Ok(result)
}

/// The type of a method's result.
pub(super) fn method(value: &Type, name: &str, arguments: &[Type]) -> Result<Type, String> {
    let text = |wanted: usize| {
        value.fits(&Type::Text)
            && arguments.len() == wanted
            && arguments.iter().all(|found| found.fits(&Type::Text))
    };
    let found = match (name, value) {
        ("contains" | "startsWith" | "endsWith" | "matches", _) => text(1).then_some(Type::Bool),
        ("size", _) => (arguments.is_empty() && has_size(value)).then_some(Type::Int),
        ("hasValue", Type::Optional(_)) => arguments.is_empty().then_some(Type::Bool),
        ("value", Type::Optional(inner)) => arguments.is_empty().then(|| (**inner).clone()),
        ("orValue", Type::Optional(inner)) => match arguments {
            [other] if other.fits(inner) => Some((**inner).clone()),
            _ => None,
        },
        ("or", Type::Optional(_)) => match arguments {
            [other] if other.fits(value) => Some(value.clone()),
            _ => None,
        },
        (
            "getHours" | "getMinutes" | "getSeconds" | "getMilliseconds",
            Type::Duration | Type::Timestamp,
        ) => Some(Type::Int),
        ("getHours" | "getMinutes" | "getSeconds" | "getMilliseconds", Type::Dynamic) => {
            Some(Type::Int)
        }
        (
            "hasValue" | "value" | "orValue" | "or" | "getHours" | "getMinutes" | "getSeconds"
            | "getMilliseconds",
            _,
        ) => None,
        _ => return Err(format!("there is no method `{name}`")),
    };
    found.ok_or_else(|| {
        let mut all = vec![value.clone()];
        all.extend_from_slice(arguments);
        refused(name, &all)
    })
}

fn has_size(value: &Type) -> bool {
    matches!(
        value,
        Type::Text | Type::Bytes | Type::List(_) | Type::Map(..) | Type::Dynamic
    )
}

fn refused(name: &str, arguments: &[Type]) -> String {
    let all: Vec<_> = arguments.iter().map(Type::name).collect();
    format!("`{name}` does not take ({})", all.join(", "))
}
