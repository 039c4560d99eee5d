//! A configuration, or a patch of one, with the comments that belong to each value.

use serde_json::{Map, Value};

use super::notes::{Comment, Notes};

/// How a scalar, or a list or map in brackets, was written.
#[derive(Clone)]
pub(crate) enum Written {
    /// On one line.
    Inline(String),
    /// After `|` or `>`: that sign, and the lines without their indent.
    Block(String, Vec<String>),
}

/// A value with its comments. Has no `Debug`: it may hold secrets.
#[derive(Clone)]
pub(crate) struct Tree {
    pub(crate) notes: Notes,
    pub(crate) written: Option<Written>,
    pub(crate) body: Body,
}

/// What a value is.
#[derive(Clone)]
pub(crate) enum Body {
    Scalar(Value),
    List(Vec<Tree>),
    Map(Vec<(Key, Tree)>),
}

/// A key and how it was written.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) written: Option<String>,
}

impl Key {
    /// `$$patch` in place of `$patch`, unless that is how it was written.
    pub(crate) fn double_dollar(&mut self) {
        if self.name == "$patch" && self.written.is_none() {
            self.name.insert(0, '$');
        }
    }
}

impl From<&str> for Key {
    fn from(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            written: None,
        }
    }
}

impl From<Body> for Tree {
    fn from(body: Body) -> Self {
        Self {
            notes: Notes::default(),
            written: None,
            body,
        }
    }
}

impl From<&Value> for Tree {
    fn from(value: &Value) -> Self {
        match value {
            Value::Object(map) => {
                let entry = |(key, value): (&String, &Value)| (key.as_str().into(), value.into());
                Body::Map(map.iter().map(entry).collect()).into()
            }
            Value::Array(items) => Body::List(items.iter().map(Self::from).collect()).into(),
            scalar => Body::Scalar(scalar.clone()).into(),
        }
    }
}

impl From<Value> for Tree {
    fn from(value: Value) -> Self {
        Self::from(&value)
    }
}

impl Tree {
    /// A map without entries.
    pub(crate) fn map() -> Self {
        Body::Map(Vec::new()).into()
    }

    /// The value without its comments.
    pub(crate) fn value(&self) -> Value {
        match &self.body {
            Body::Scalar(value) => value.clone(),
            Body::List(items) => items.iter().map(Self::value).collect(),
            Body::Map(entries) => {
                let entries = entries.iter();
                let entries = entries.map(|(key, tree)| (key.name.clone(), tree.value()));
                Value::Object(entries.collect::<Map<_, _>>())
            }
        }
    }

    pub(crate) fn entries(&self) -> &[(Key, Self)] {
        match &self.body {
            Body::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The entries, taken out.
    pub(crate) fn into_entries(self) -> Vec<(Key, Self)> {
        match self.body {
            Body::Map(entries) => entries,
            _ => Vec::new(),
        }
    }

    /// The items, if it is a list.
    pub(crate) fn into_items(self) -> Option<Vec<Self>> {
        match self.body {
            Body::List(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn is_map(&self) -> bool {
        matches!(self.body, Body::Map(_))
    }

    /// Whether it is a list or map without anything in it.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.body {
            Body::Scalar(_) => false,
            Body::List(items) => items.is_empty(),
            Body::Map(entries) => entries.is_empty(),
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let mut entries = self.entries().iter();
        entries.find_map(|(one, tree)| (one.name == key).then_some(tree))
    }

    /// What stands at a path of keys with dots between them.
    pub(crate) fn at(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |tree, key| tree.get(key))
    }

    /// Takes an entry out of a map.
    pub(crate) fn take(&mut self, key: &str) -> Option<Self> {
        let Body::Map(entries) = &mut self.body else {
            return None;
        };
        let index = entries.iter().position(|(one, _)| one.name == key)?;
        self.written = None;
        Some(entries.remove(index).1)
    }

    /// Puts a value at a path of keys; what is there already goes.
    pub(crate) fn put(&mut self, path: &str, tree: Self) {
        let (key, rest) = match path.split_once('.') {
            Some((key, rest)) => (key, Some(rest)),
            None => (path, None),
        };
        if !self.is_map() {
            self.body = Body::Map(Vec::new());
        }
        self.written = None;
        let Body::Map(entries) = &mut self.body else {
            return;
        };
        let index = match entries.iter().position(|(one, _)| one.name == key) {
            Some(index) => index,
            None => {
                entries.push((key.into(), Self::map()));
                entries.len() - 1
            }
        };
        let Some((_, below)) = entries.get_mut(index) else {
            return;
        };
        match rest {
            Some(rest) => below.put(rest, tree),
            None => *below = tree,
        }
    }

    /// Puts a value behind the others of a map, at a key that may have dots.
    pub(crate) fn put_key(&mut self, key: &str, tree: Self) {
        if let Body::Map(entries) = &mut self.body {
            entries.push((key.into(), tree));
        }
    }

    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.body {
            Body::Scalar(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub(crate) fn flag(&self) -> Option<bool> {
        match &self.body {
            Body::Scalar(Value::Bool(flag)) => Some(*flag),
            _ => None,
        }
    }

    /// Whether it is `$patch: delete`, also with the dollar doubled for a substitution.
    pub(crate) fn is_deletion(&self) -> bool {
        self.deletion().is_some()
    }

    /// The entry that deletes it.
    pub(crate) fn deletion(&self) -> Option<&(Key, Self)> {
        self.entries().iter().find(|(key, tree)| {
            matches!(key.name.as_str(), "$patch" | "$$patch") && tree.text() == Some("delete")
        })
    }

    /// Takes the comments out that stand behind values and belong to none of them.
    pub(crate) fn take_loose(&mut self) -> Vec<Comment> {
        let mut loose = self.notes.take_loose();
        match &mut self.body {
            Body::Scalar(_) => {}
            Body::List(items) => loose.extend(items.iter_mut().flat_map(Self::take_loose)),
            Body::Map(entries) => {
                loose.extend(entries.iter_mut().flat_map(|(_, tree)| tree.take_loose()));
            }
        }
        loose
    }

    /// Doubles the dollar of whatever is deleted here anew.
    pub(crate) fn double_dollars(&mut self) {
        match &mut self.body {
            Body::Scalar(_) => {}
            Body::List(items) => items.iter_mut().for_each(Self::double_dollars),
            Body::Map(entries) => {
                for (key, tree) in entries {
                    key.double_dollar();
                    tree.double_dollars();
                }
            }
        }
    }

    /// Whether a template engine reads anything below it.
    pub(crate) fn has_statements_within(&self) -> bool {
        let one = |tree: &Self| tree.notes.have_statements() || tree.has_statements_within();
        match &self.body {
            Body::Scalar(_) => false,
            Body::List(items) => items.iter().any(one),
            Body::Map(entries) => entries.iter().any(|(_, tree)| one(tree)),
        }
    }
}

/// Why a value cannot be gone by.
pub(crate) const UNKNOWN: &str = "its value is not known before it is filled in";

/// Each of several names as a map with one key.
pub(crate) fn each_as(key: &str, tree: &mut Tree) -> Result<(), String> {
    tree.written = None;
    let Body::List(items) = &mut tree.body else {
        return Err("it is no list".into());
    };
    for item in items {
        if item.text().is_none() {
            return Err(UNKNOWN.into());
        }
        let mut notes = std::mem::take(&mut item.notes);
        item.notes.beside = notes.beside.take();
        let mut map = Tree {
            notes,
            ..Tree::map()
        };
        map.put(key, item.clone());
        *item = map;
    }
    Ok(())
}
