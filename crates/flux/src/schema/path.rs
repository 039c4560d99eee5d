//! The way to a value in an object, as messages name it.

use std::fmt::Write as _;

/// One step of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step<'a> {
    /// Into the value of a key.
    Key(&'a str),
    /// Into an item of a list, from 0.
    Item(usize),
}

/// The way from the object to a value.
#[derive(Debug, Clone, Default)]
pub(super) struct Path<'a>(pub(super) Vec<Step<'a>>);

impl<'a> Path<'a> {
    pub(super) fn push(&mut self, step: Step<'a>) {
        self.0.push(step);
    }

    pub(super) fn pop(&mut self) {
        self.0.pop();
    }

    /// How many steps there are.
    pub(super) fn depth(&self) -> usize {
        self.0.len()
    }

    /// As messages show it: `spec.ports[0].name`, keys with dots in brackets.
    pub(super) fn shown(&self) -> String {
        let mut text = String::new();
        for step in &self.0 {
            match step {
                Step::Key(key) => self::key(&mut text, key),
                Step::Item(index) => {
                    // Writing to a text does not fail.
                    let _: std::fmt::Result = write!(text, "[{index}]");
                }
            }
        }
        if text.is_empty() {
            text.push_str("the object");
        }
        text
    }

    /// The same with one more key.
    pub(super) fn with(&self, key: &str) -> String {
        let mut text = if self.0.is_empty() {
            String::new()
        } else {
            self.shown()
        };
        self::key(&mut text, key);
        text
    }
}

fn key(text: &mut String, key: &str) {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !key.is_empty() && key.bytes().all(plain) {
        if !text.is_empty() {
            text.push('.');
        }
        text.push_str(key);
    } else {
        let _: std::fmt::Result = write!(text, "[{key}]");
    }
}
