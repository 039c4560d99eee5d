//! Rules as the bundle has them beside their texts: parsed already, since the parser of CEL takes
//! longer than everything else that is done with a rule.

use kube_cel::cel::IdedExpr;
use kube_cel::cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedEntryExpr, ListExpr, LiteralValue,
    MapEntryExpr, MapExpr, SelectExpr,
};
use serde::{Deserialize, Serialize};

/// An expression.
#[derive(Serialize, Deserialize)]
enum Part {
    #[serde(rename = "i")]
    Name(String),
    #[serde(rename = "b")]
    Bool(bool),
    #[serde(rename = "n")]
    Int(i64),
    #[serde(rename = "u")]
    Unsigned(u64),
    #[serde(rename = "s")]
    Text(String),
    #[serde(rename = "0")]
    Null,
    /// A function, what it is called on, and what with.
    #[serde(rename = "c")]
    Call(String, Option<Box<Part>>, Vec<Part>),
    /// A field of something, and whether it is only asked for.
    #[serde(rename = "f")]
    Field(Box<Part>, String, bool),
    /// Items, and the places of those that may not be there.
    #[serde(rename = "l")]
    List(Vec<Part>, Vec<usize>),
    /// Keys and values, and whether an entry may not be there.
    #[serde(rename = "m")]
    Map(Vec<(Part, Part, bool)>),
    #[serde(rename = "r")]
    Repeated(Box<Repeated>),
}

/// What `all`, `exists`, `map` and their like are made into.
#[derive(Serialize, Deserialize)]
struct Repeated {
    over: Part,
    names: (String, Option<String>, String),
    parts: [Part; 4],
}

/// An expression as it is stored; none where it holds what no rule does.
pub(super) fn write(expression: &IdedExpr) -> Option<String> {
    serde_json::to_string(&part(expression)?).ok()
}

/// Reads what was stored; none where that cannot be read.
pub(super) fn read(text: &str) -> Option<IdedExpr> {
    serde_json::from_str(text).ok().map(expression)
}

fn part(expression: &IdedExpr) -> Option<Part> {
    let parts = |all: &[IdedExpr]| all.iter().map(part).collect::<Option<Vec<_>>>();
    Some(match &expression.expr {
        Expr::Ident(name) => Part::Name(name.clone()),
        Expr::Literal(LiteralValue::Boolean(value)) => Part::Bool(*value.inner()),
        Expr::Literal(LiteralValue::Int(value)) => Part::Int(*value.inner()),
        Expr::Literal(LiteralValue::UInt(value)) => Part::Unsigned(*value.inner()),
        Expr::Literal(LiteralValue::String(value)) => Part::Text(value.inner().to_owned()),
        Expr::Literal(LiteralValue::Null) => Part::Null,
        Expr::Call(call) => Part::Call(
            call.func_name.clone(),
            match &call.target {
                Some(target) => Some(Box::new(part(target)?)),
                None => None,
            },
            parts(&call.args)?,
        ),
        Expr::Select(select) => Part::Field(
            Box::new(part(&select.operand)?),
            select.field.clone(),
            select.test,
        ),
        Expr::List(list) => Part::List(parts(&list.elements)?, list.optional_indices.clone()),
        Expr::Map(map) => {
            let entry = |entry: &IdedEntryExpr| match &entry.expr {
                EntryExpr::MapEntry(entry) => {
                    Some((part(&entry.key)?, part(&entry.value)?, entry.optional))
                }
                EntryExpr::StructField(_) => None,
            };
            Part::Map(map.entries.iter().map(entry).collect::<Option<_>>()?)
        }
        Expr::Comprehension(each) => Part::Repeated(Box::new(Repeated {
            over: part(&each.iter_range)?,
            names: (
                each.iter_var.clone(),
                each.iter_var2.clone(),
                each.accu_var.clone(),
            ),
            parts: [
                part(&each.accu_init)?,
                part(&each.loop_cond)?,
                part(&each.loop_step)?,
                part(&each.result)?,
            ],
        })),
        // No rule of the bundle has one.
        Expr::Literal(LiteralValue::Double(_) | LiteralValue::Bytes(_))
        | Expr::Struct(_)
        | Expr::Unspecified => return None,
    })
}

fn expression(part: Part) -> IdedExpr {
    let boxed = |part: Box<Part>| Box::new(expression(*part));
    let all = |parts: Vec<Part>| parts.into_iter().map(expression).collect();
    let expr = match part {
        Part::Name(name) => Expr::Ident(name),
        Part::Bool(value) => Expr::Literal(LiteralValue::Boolean(value.into())),
        Part::Int(value) => Expr::Literal(LiteralValue::Int(value.into())),
        Part::Unsigned(value) => Expr::Literal(LiteralValue::UInt(value.into())),
        Part::Text(value) => Expr::Literal(LiteralValue::String(value.as_str().into())),
        Part::Null => Expr::Literal(LiteralValue::Null),
        Part::Call(func_name, target, args) => Expr::Call(CallExpr {
            func_name,
            target: target.map(boxed),
            args: all(args),
        }),
        Part::Field(operand, field, test) => Expr::Select(SelectExpr {
            operand: boxed(operand),
            field,
            test,
        }),
        Part::List(items, optional) => {
            Expr::List(ListExpr::new_with_optionals(all(items), optional))
        }
        Part::Map(entries) => {
            let entry = |(key, value, optional)| IdedEntryExpr {
                id: 0,
                expr: EntryExpr::MapEntry(MapEntryExpr {
                    key: expression(key),
                    value: expression(value),
                    optional,
                }),
            };
            Expr::Map(MapExpr {
                entries: entries.into_iter().map(entry).collect(),
            })
        }
        Part::Repeated(repeated) => {
            let Repeated { over, names, parts } = *repeated;
            let [accu_init, loop_cond, loop_step, result] = parts.map(expression);
            Expr::Comprehension(Box::new(ComprehensionExpr {
                iter_range: expression(over),
                iter_var: names.0,
                iter_var2: names.1,
                accu_var: names.2,
                accu_init,
                loop_cond,
                loop_step,
                result,
            }))
        }
    };
    // Numbers of parts are for messages of the parser.
    IdedExpr { id: 0, expr }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::bundle::bundle;
    use crate::schema::cel::compile;

    /// What the bundle has beside a rule is what its text is parsed to.
    #[test]
    fn what_is_stored_is_the_rule() {
        let mut count = 0_usize;
        for kind in &bundle().kinds {
            let text = kind.block.text();
            let lines: Vec<serde_json::Value> = { text.lines() }
                .map(|line| serde_json::from_str(line).unwrap())
                .collect();
            rules(&lines.into(), &mut |rule| {
                for (text, stored) in [
                    ("rule", "x-ichor-rule"),
                    ("messageExpression", "x-ichor-message"),
                ] {
                    let Some(text) = rule.get(text).and_then(|text| text.as_str()) else {
                        continue;
                    };
                    let parsed = compile(text).as_ref().and_then(write);
                    assert_eq!(
                        rule.get(stored).map(ToString::to_string),
                        parsed,
                        "{}: {text}: run `cargo xtask codegen schemas`",
                        kind.kind
                    );
                    let Some(parsed) = parsed else { continue };
                    assert_eq!(write(&read(&parsed).unwrap()).unwrap(), parsed);
                    count += 1;
                }
            });
        }
        assert!(count > 500, "{count}");
    }

    fn rules(schema: &serde_json::Value, visit: &mut dyn FnMut(&serde_json::Value)) {
        match schema {
            serde_json::Value::Object(entries) => {
                for (name, value) in entries {
                    match value {
                        serde_json::Value::Array(all) if name == "x-kubernetes-validations" => {
                            all.iter().for_each(&mut *visit);
                        }
                        _ => rules(value, visit),
                    }
                }
            }
            serde_json::Value::Array(all) => all.iter().for_each(|value| rules(value, visit)),
            _ => {}
        }
    }
}
