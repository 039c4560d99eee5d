//! Values that are shared, as Go shares maps and lists: what is set in one is set in all that
//! have it. helm-controller does so by accident, and inline values change with it.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;

use crate::value::{Data, Field, Place, Value};

/// A map that others may have as well.
pub(super) type Map = Rc<RefCell<IndexMap<String, (Place, Node)>>>;

/// A list that others may have as well.
pub(super) type List = Rc<RefCell<Vec<Node>>>;

/// A value.
#[derive(Clone)]
pub(super) enum Node {
    /// Neither a map nor a list.
    Leaf(Value),
    /// A list, and where it is written.
    List(List, Place),
    /// A map, and where it is written.
    Map(Map, Place),
}

impl Node {
    /// A value on its own.
    pub(super) fn new(value: &Value) -> Self {
        let place = value.place.clone();
        match &value.data {
            Data::Map(_) => Self::Map(map(value), place),
            Data::List(items) => {
                let items = items.iter().map(Self::new).collect();
                Self::List(Rc::new(RefCell::new(items)), place)
            }
            Data::Number(number) => {
                Self::Leaf(Value::new(Data::Number(number.through_json()), place))
            }
            _ => Self::Leaf(value.clone()),
        }
    }

    /// The value, on its own again.
    pub(super) fn value(&self) -> Value {
        match self {
            Self::Leaf(value) => value.clone(),
            Self::List(items, place) => {
                let items = items.borrow().iter().map(Self::value).collect();
                Value::new(Data::List(items), place.clone())
            }
            Self::Map(entries, place) => value_of(entries, place),
        }
    }
}

/// A map on its own; an empty one for what is none.
pub(super) fn map(value: &Value) -> Map {
    let entries = value.as_map().into_iter().flatten();
    let entries = entries.map(|(key, field)| {
        let entry = (field.key.clone(), Node::new(&field.value));
        (key.clone(), entry)
    });
    Rc::new(RefCell::new(entries.collect()))
}

/// A map as a value.
pub(super) fn value_of(entries: &Map, place: &Place) -> Value {
    let entries = entries.borrow();
    let fields = entries.iter().map(|(key, (place, node))| {
        let field = Field {
            key: place.clone(),
            value: node.value(),
        };
        (key.clone(), field)
    });
    Value::new(Data::Map(fields.collect()), place.clone())
}

/// A new map with the entries of two, those of the second over those of the first, maps merged.
/// What only one has is shared with it.
pub(super) fn merged(under: &Map, over: &Map) -> Map {
    let mut out = under.borrow().clone();
    for (key, (place, node)) in &*over.borrow() {
        let both = match (out.get(key), node) {
            (Some((_, Node::Map(below, _))), Node::Map(above, at)) => {
                Some(Node::Map(merged(below, above), at.clone()))
            }
            _ => None,
        };
        let node = both.unwrap_or_else(|| node.clone());
        out.insert(key.clone(), (place.clone(), node));
    }
    Rc::new(RefCell::new(out))
}
