//! Rules without optional values: `self.?a.orValue(1)` becomes `has(self.a) ? self.a : 1`.
//!
//! The evaluator knows the syntax of optional values and few of their functions, so that each is
//! written as two expressions: whether it is there, and what it is. The object is always a new
//! one, of which `oldSelf`, where a rule says that it is optional, is never there.
//!
//! Source of the behaviour: cel-go's `OptionalTypes`, as Kubernetes 1.36 has them.

use kube_cel::cel::common::ast::operators::{
    CONDITIONAL, IN, INDEX, LOGICAL_AND, LOGICAL_OR, OPT_INDEX, OPT_SELECT,
};
use kube_cel::cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, ListExpr, LiteralValue, MapExpr,
    SelectExpr,
};

/// The most parts that expressions are copied in.
const MOST_COPIED: usize = 10_000;

/// What an expression is.
enum Made {
    Plain(IdedExpr),
    Optional(Optional),
}

/// An optional value.
struct Optional {
    there: IdedExpr,
    /// Evaluated only where it is there.
    value: IdedExpr,
}

/// The same expression without optional values; none where it does with them what is not
/// understood here.
pub(super) fn without(expression: &IdedExpr) -> Option<IdedExpr> {
    let mut writer = Writer::default();
    writer.plain(expression)
}

#[derive(Default)]
struct Writer<'e> {
    /// What names stand for within functions such as `optMap`; nothing where a macro has a
    /// variable of that name.
    names: Vec<(&'e str, Option<IdedExpr>)>,
    copied: usize,
}

impl<'e> Writer<'e> {
    fn plain(&mut self, expression: &'e IdedExpr) -> Option<IdedExpr> {
        match self.write(expression)? {
            Made::Plain(plain) => Some(plain),
            Made::Optional(_) => None,
        }
    }

    fn optional(&mut self, expression: &'e IdedExpr) -> Option<Optional> {
        match self.write(expression)? {
            Made::Optional(optional) => Some(optional),
            Made::Plain(_) => None,
        }
    }

    fn all(&mut self, expressions: &'e [IdedExpr]) -> Option<Vec<IdedExpr>> {
        expressions.iter().map(|each| self.plain(each)).collect()
    }

    /// An expression once more, as long as not too much is.
    fn copy(&mut self, expression: &IdedExpr) -> Option<IdedExpr> {
        self.copied += super::cost::parts(expression);
        (self.copied <= MOST_COPIED).then(|| expression.clone())
    }

    fn write(&mut self, expression: &'e IdedExpr) -> Option<Made> {
        let plain = |expr| Some(Made::Plain(ided(expr)));
        match &expression.expr {
            Expr::Unspecified | Expr::Literal(_) => plain(expression.expr.clone()),
            Expr::Ident(name) => {
                let known = self.names.iter().rev().find(|(known, _)| known == name);
                match known {
                    Some((_, Some(value))) => {
                        let value = value.clone();
                        Some(Made::Plain(self.copy(&value)?))
                    }
                    Some((_, None)) => plain(expression.expr.clone()),
                    None if name == "oldSelf" => Some(Made::Optional(none())),
                    None => plain(expression.expr.clone()),
                }
            }
            Expr::Select(select) => match self.write(&select.operand)? {
                Made::Plain(operand) => plain(selected(operand, &select.field, select.test).expr),
                Made::Optional(optional) => {
                    let field = self.field(optional, &select.field)?;
                    Some(if select.test {
                        Made::Plain(field.there)
                    } else {
                        Made::Optional(field)
                    })
                }
            },
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(each) => plain(Expr::Comprehension(Box::new(self.macros(each)?))),
            Expr::List(list) if list.optional_indices.is_empty() => {
                plain(Expr::List(ListExpr::new(self.all(&list.elements)?)))
            }
            Expr::List(_) => None,
            Expr::Map(map) => {
                let mut made = map.clone();
                for (entry, made) in map.entries.iter().zip(&mut made.entries) {
                    let (EntryExpr::MapEntry(entry), EntryExpr::MapEntry(made)) =
                        (&entry.expr, &mut made.expr)
                    else {
                        return None;
                    };
                    if entry.optional {
                        return None;
                    }
                    made.key = self.plain(&entry.key)?;
                    made.value = self.plain(&entry.value)?;
                }
                plain(Expr::Map(made))
            }
            Expr::Struct(_) => plain(expression.expr.clone()),
        }
    }

    /// A repetition: a macro such as `all`, with its variables.
    fn macros(&mut self, each: &'e ComprehensionExpr) -> Option<ComprehensionExpr> {
        let iter_range = self.plain(&each.iter_range)?;
        let names = self.names.len();
        let own = [
            Some(&each.iter_var),
            each.iter_var2.as_ref(),
            Some(&each.accu_var),
        ];
        let own = own.into_iter().flatten().map(|name| (name.as_str(), None));
        self.names.extend(own);
        let made = (|| {
            Some(ComprehensionExpr {
                iter_range,
                accu_init: self.plain(&each.accu_init)?,
                loop_cond: self.plain(&each.loop_cond)?,
                loop_step: self.plain(&each.loop_step)?,
                result: self.plain(&each.result)?,
                iter_var: each.iter_var.clone(),
                iter_var2: each.iter_var2.clone(),
                accu_var: each.accu_var.clone(),
            })
        })();
        self.names.truncate(names);
        made
    }

    fn call(&mut self, call: &'e CallExpr) -> Option<Made> {
        let optional = |optional| Some(Made::Optional(optional));
        match (
            call.func_name.as_str(),
            call.target.as_deref(),
            call.args.as_slice(),
        ) {
            (OPT_SELECT, None, [operand, name]) => {
                let Expr::Literal(LiteralValue::String(name)) = &name.expr else {
                    return None;
                };
                let operand = self.lifted(operand)?;
                optional(self.field(operand, name.inner())?)
            }
            (OPT_INDEX, None, [operand, key]) => {
                let operand = self.lifted(operand)?;
                optional(self.item(operand, key)?)
            }
            (INDEX, None, [operand, key]) => match self.write(operand)? {
                Made::Optional(operand) => optional(self.item(operand, key)?),
                Made::Plain(operand) => {
                    let key = self.plain(key)?;
                    Some(Made::Plain(called(INDEX, vec![operand, key])))
                }
            },
            (CONDITIONAL, None, [condition, one, other]) => {
                let condition = self.plain(condition)?;
                match (self.write(one)?, self.write(other)?) {
                    (Made::Plain(one), Made::Plain(other)) => Some(Made::Plain(called(
                        CONDITIONAL,
                        vec![condition, one, other],
                    ))),
                    (Made::Optional(one), Made::Optional(other)) => {
                        optional(self.either(&condition, one, other)?)
                    }
                    _ => None,
                }
            }
            ("none", Some(target), []) if is_library(target) => optional(none()),
            ("of", Some(target), [value]) if is_library(target) => optional(Optional {
                there: truth(true),
                value: self.plain(value)?,
            }),
            (name, Some(target), args) => match self.write(target)? {
                Made::Optional(optional) => self.method(optional, name, args),
                Made::Plain(target) => Some(Made::Plain(ided(Expr::Call(CallExpr {
                    func_name: call.func_name.clone(),
                    target: Some(Box::new(target)),
                    args: self.all(args)?,
                })))),
            },
            (name, None, args) => Some(Made::Plain(called(name, self.all(args)?))),
        }
    }

    /// A function of an optional value.
    fn method(&mut self, it: Optional, name: &str, args: &'e [IdedExpr]) -> Option<Made> {
        Some(match (name, args) {
            ("hasValue", []) => Made::Plain(it.there),
            ("value", []) => Made::Plain(called(CONDITIONAL, vec![it.there, it.value, missing()])),
            ("orValue", [other]) => {
                let other = self.plain(other)?;
                Made::Plain(called(CONDITIONAL, vec![it.there, it.value, other]))
            }
            ("or", [other]) => {
                let other = self.optional(other)?;
                let there = self.copy(&it.there)?;
                Made::Optional(Optional {
                    there: called(LOGICAL_OR, vec![it.there, other.there]),
                    value: called(CONDITIONAL, vec![there, it.value, other.value]),
                })
            }
            ("optMap" | "optFlatMap", [variable, body]) => {
                let Expr::Ident(variable) = &variable.expr else {
                    return None;
                };
                self.names.push((variable, Some(it.value)));
                let body = self.write(body);
                self.names.pop();
                match body? {
                    Made::Plain(value) if name == "optMap" => Made::Optional(Optional {
                        there: it.there,
                        value,
                    }),
                    Made::Optional(body) if name == "optFlatMap" => Made::Optional(Optional {
                        there: called(LOGICAL_AND, vec![it.there, body.there]),
                        value: body.value,
                    }),
                    _ => return None,
                }
            }
            _ => return None,
        })
    }

    /// An operand that may be optional, as an optional value.
    fn lifted(&mut self, operand: &'e IdedExpr) -> Option<Optional> {
        Some(match self.write(operand)? {
            Made::Optional(operand) => operand,
            Made::Plain(value) => Optional {
                there: truth(true),
                value,
            },
        })
    }

    /// A field of an optional value.
    fn field(&mut self, operand: Optional, name: &str) -> Option<Optional> {
        let value = self.copy(&operand.value)?;
        let has = selected(operand.value, name, true);
        Some(Optional {
            there: called(LOGICAL_AND, vec![operand.there, has]),
            value: selected(value, name, false),
        })
    }

    /// An item of an optional value, by a key that is written out.
    fn item(&mut self, operand: Optional, key: &'e IdedExpr) -> Option<Optional> {
        let key = self.plain(key)?;
        let value = self.copy(&operand.value)?;
        let has = match &key.expr {
            Expr::Literal(LiteralValue::String(_)) => called(IN, vec![key.clone(), operand.value]),
            Expr::Literal(LiteralValue::Int(_)) => {
                let size = called("size", vec![operand.value]);
                called("_<_", vec![key.clone(), size])
            }
            _ => return None,
        };
        Some(Optional {
            there: called(LOGICAL_AND, vec![operand.there, has]),
            value: called(INDEX, vec![value, key]),
        })
    }

    /// One optional value or the other.
    fn either(&mut self, condition: &IdedExpr, one: Optional, other: Optional) -> Option<Optional> {
        let (first, second) = (self.copy(condition)?, self.copy(condition)?);
        Some(Optional {
            there: called(CONDITIONAL, vec![first, one.there, other.there]),
            value: called(CONDITIONAL, vec![second, one.value, other.value]),
        })
    }
}

/// Whether it is the `optional` of `optional.none()`.
fn is_library(target: &IdedExpr) -> bool {
    matches!(&target.expr, Expr::Ident(name) if name == "optional")
}

fn none() -> Optional {
    Optional {
        there: truth(false),
        value: missing(),
    }
}

/// What fails: a key of a map without any.
fn missing() -> IdedExpr {
    let empty = ided(Expr::Map(MapExpr::default()));
    selected(empty, "value", false)
}

fn truth(is: bool) -> IdedExpr {
    ided(Expr::Literal(LiteralValue::Boolean(is.into())))
}

fn selected(operand: IdedExpr, field: &str, test: bool) -> IdedExpr {
    ided(Expr::Select(SelectExpr {
        operand: Box::new(operand),
        field: field.to_owned(),
        test,
    }))
}

fn called(name: &str, args: Vec<IdedExpr>) -> IdedExpr {
    ided(Expr::Call(CallExpr {
        func_name: name.to_owned(),
        target: None,
        args,
    }))
}

/// The evaluator looks at no number of an expression.
fn ided(expr: Expr) -> IdedExpr {
    IdedExpr { id: 0, expr }
}
