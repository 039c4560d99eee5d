//! What a rule may cost at most, told before it runs.
//!
//! CEL repeats itself only over lists and maps that it is given, so the depth to which such
//! repetitions nest and the size of what is given bound the number of steps.

use kube_cel::cel::Value;
use kube_cel::cel::common::ast::{EntryExpr, Expr, IdedExpr};

/// The most steps that a rule may take.
const MOST_STEPS: f64 = 4e6;

/// The longest text that a rule may make, in bytes.
const LONGEST_TEXT: f64 = 1e7;

/// How large a value is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Size {
    /// The most items of a list, or entries of a map, in it.
    items: usize,
    /// The longest text in it.
    text: usize,
}

impl Size {
    /// Measures a value.
    pub(super) fn of(value: &Value) -> Self {
        let mut size = Self::default();
        size.add(value);
        size
    }

    fn add(&mut self, value: &Value) {
        match value {
            Value::List(items) => {
                self.items = self.items.max(items.len());
                items.iter().for_each(|item| self.add(item));
            }
            Value::Map(map) => {
                self.items = self.items.max(map.map.len());
                map.map.values().for_each(|item| self.add(item));
            }
            Value::String(text) => self.text = self.text.max(text.len()),
            Value::Bytes(bytes) => self.text = self.text.max(bytes.len()),
            _ => {}
        }
    }
}

/// What an expression does with what it is given.
#[derive(Debug, Default)]
struct Shape {
    /// How deep repetitions nest.
    depth: i32,
    /// How many parts it has.
    parts: usize,
    /// The most items that it writes itself.
    items: usize,
    /// The longest text that it writes itself.
    text: usize,
    /// How many of its calls put texts into texts.
    grows: i32,
    /// Whether a call makes lists of any length, or lists of the characters of a text.
    splits: bool,
    ranges: bool,
}

/// Whether an expression surely ends soon on values of a size.
pub(super) fn is_bounded(expression: &IdedExpr, size: Size) -> bool {
    let mut shape = Shape::default();
    shape.depth = shape.add(&expression.expr);
    if shape.ranges {
        return false;
    }
    let mut items = size.items.max(shape.items).max(2);
    let text = size.text.max(shape.text).max(2);
    if shape.splits {
        items = items.max(text);
    }
    let float = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    let steps = float(items).powi(shape.depth) * float(shape.parts.max(1));
    let longest = float(text).powi(shape.grows.saturating_add(1));
    steps <= MOST_STEPS && (shape.grows == 0 || longest <= LONGEST_TEXT)
}

/// How many parts an expression has.
pub(super) fn parts(expression: &IdedExpr) -> usize {
    let mut shape = Shape::default();
    shape.add(&expression.expr);
    shape.parts
}

impl Shape {
    /// Adds an expression, and says how deep repetitions nest in it.
    fn add(&mut self, expression: &Expr) -> i32 {
        self.parts += 1;
        match expression {
            Expr::Unspecified | Expr::Ident(_) => 0,
            Expr::Literal(literal) => {
                if let kube_cel::cel::common::ast::LiteralValue::String(text) = literal {
                    self.text = self.text.max(text.inner().len());
                }
                0
            }
            Expr::Call(call) => {
                match call.func_name.as_str() {
                    "replace" | "join" | "format" => self.grows += 1,
                    "split" | "findAll" => self.splits = true,
                    "range" | "lists.range" => self.ranges = true,
                    _ => {}
                }
                let target = call.target.as_ref();
                let target = target.map_or(0, |target| self.add(&target.expr));
                let all = call.args.iter().map(|argument| self.add(&argument.expr));
                all.fold(target, i32::max)
            }
            Expr::Comprehension(each) => {
                // What a range gives may itself be repeated over for each of its items.
                let range = self.add(&each.iter_range.expr);
                let body = [
                    &each.accu_init,
                    &each.loop_cond,
                    &each.loop_step,
                    &each.result,
                ];
                let body = body.iter().map(|part| self.add(&part.expr));
                range + 1 + body.fold(0, i32::max)
            }
            Expr::List(list) => {
                self.items = self.items.max(list.elements.len());
                let all = list.elements.iter().map(|item| self.add(&item.expr));
                all.fold(0, i32::max)
            }
            Expr::Map(map) => {
                self.items = self.items.max(map.entries.len());
                let entries = map.entries.iter().map(|entry| &entry.expr);
                self.entries(entries)
            }
            Expr::Struct(made) => {
                let entries = made.entries.iter().map(|entry| &entry.expr);
                self.entries(entries)
            }
            Expr::Select(select) => self.add(&select.operand.expr),
        }
    }

    fn entries<'a>(&mut self, entries: impl Iterator<Item = &'a EntryExpr>) -> i32 {
        let mut deepest = 0;
        for entry in entries {
            let depth = match entry {
                EntryExpr::StructField(field) => self.add(&field.value.expr),
                EntryExpr::MapEntry(entry) => {
                    self.add(&entry.key.expr).max(self.add(&entry.value.expr))
                }
            };
            deepest = deepest.max(depth);
        }
        deepest
    }
}
