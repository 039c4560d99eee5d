//! `path=value` as Helm's `--set` and `--set-string` read it, which is how helm-controller puts
//! a value at its `targetPath`.

use std::cell::RefCell;
use std::rc::Rc;

use super::nodes::{List, Map, Node};
use crate::value::{Data, Number, Place, Value};

/// The largest index of a list.
const LARGEST_INDEX: usize = 65_536;

/// How many names a path may have below its first.
const DEEPEST: usize = 30;

/// How indexes may lie within each other; Helm has no limit of its own.
const MOST_INDEXES: usize = 1_000;

/// How values are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// Decimal integers, true, false and null are what they say.
    Typed,
    /// All are text.
    Text,
}

/// Why a value cannot be set; or that the text has ended, which is fine.
enum Stop {
    End,
    Bad(&'static str),
}

const TAKES_NO_NAME: Stop = Stop::Bad("something on the path is no map");
const TAKES_NO_INDEX: Stop = Stop::Bad("something on the path is no list");
const NO_VALUE: Stop = Stop::Bad("a name has no value, as behind a comma");

/// Sets what a text of assignments says, in place.
pub(super) fn set(text: &str, into: &Map, kind: Type, place: &Place) -> Result<(), &'static str> {
    let mut reader = Reader {
        rest: text.chars().peekable(),
        kind,
        place,
    };
    loop {
        match reader.key(into, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Bad(why)) => return Err(why),
        }
    }
}

struct Reader<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    kind: Type,
    place: &'a Place,
}

impl Reader<'_> {
    /// Text up to one of several characters, and which it was; none where the text ends. A
    /// backslash makes the next character text.
    fn until(&mut self, stops: &[char]) -> (String, Option<char>) {
        let mut text = String::new();
        while let Some(letter) = self.rest.next() {
            if stops.contains(&letter) {
                return (text, Some(letter));
            }
            if letter == '\\' {
                text.extend(self.rest.next());
            } else {
                text.push(letter);
            }
        }
        (text, None)
    }

    /// An assignment, or the rest of one.
    fn key(&mut self, map: &Map, depth: usize) -> Result<(), Stop> {
        let (name, end) = self.until(&['=', '[', ',', '.']);
        match end {
            None if name.is_empty() => Err(Stop::End),
            None | Some(',') => Err(NO_VALUE),
            Some('[') => {
                let index = self.index()?;
                let found = map.borrow().get(&name).map(|(_, node)| node.clone());
                let list = match found {
                    Some(Node::List(list, _)) => list,
                    Some(_) => return Err(TAKES_NO_INDEX),
                    None => List::default(),
                };
                let (list, end) = self.item(&list, index, depth, 0);
                self.put(map, name, Node::List(list, self.place.clone()));
                end
            }
            Some('=') => {
                let (node, end) = self.value()?;
                self.put(map, name, node);
                end
            }
            Some(_) => {
                if depth >= DEEPEST {
                    return Err(Stop::Bad("the path is too long"));
                }
                let found = map.borrow().get(&name).map(|(_, node)| node.clone());
                let (inner, place) = match found {
                    Some(Node::Map(inner, place)) => (inner, place),
                    Some(_) => return Err(TAKES_NO_NAME),
                    None => (Map::default(), self.place.clone()),
                };
                let end = self.key(&inner, depth + 1);
                let is_empty = inner.borrow().is_empty();
                if end.is_ok() && is_empty {
                    return Err(NO_VALUE);
                }
                if !is_empty {
                    self.put(map, name, Node::Map(inner, place));
                }
                end
            }
        }
    }

    fn put(&self, map: &Map, name: String, node: Node) {
        if !name.is_empty() {
            map.borrow_mut().insert(name, (self.place.clone(), node));
        }
    }

    fn index(&mut self) -> Result<usize, Stop> {
        let (text, end) = self.until(&[']']);
        if end.is_none() {
            // The end is no error to Helm, here neither.
            return Err(Stop::End);
        }
        let number = text.parse::<i64>().ok();
        let number = number.and_then(|number| usize::try_from(number).ok());
        number.ok_or(Stop::Bad("an index is no number"))
    }

    /// What stands behind an index; and the list, which is another one if it had to grow.
    fn item(
        &mut self,
        list: &List,
        index: usize,
        depth: usize,
        indexes: usize,
    ) -> (List, Result<(), Stop>) {
        let same = Rc::clone(list);
        let (text, end) = self.until(&['[', '.', '=']);
        if !text.is_empty() {
            return (same, Err(Stop::Bad("something stands behind an index")));
        }
        let known = list.borrow().get(index).cloned();
        let node = match end {
            None => return (same, Err(Stop::End)),
            Some('=') => match self.value() {
                Ok((node, _)) => node,
                Err(stop) => return (same, Err(stop)),
            },
            Some('[') => {
                let next = match self.index() {
                    Ok(_) if indexes > MOST_INDEXES => {
                        return (same, Err(Stop::Bad("the path is too long")));
                    }
                    Ok(next) => next,
                    Err(stop) => return (same, Err(stop)),
                };
                let inner = match known {
                    Some(Node::List(inner, _)) => inner,
                    None => List::default(),
                    Some(Node::Leaf(value)) if value.is_null() => List::default(),
                    Some(_) => return (same, Err(TAKES_NO_INDEX)),
                };
                let (inner, end) = self.item(&inner, next, depth, indexes + 1);
                if end.is_err() {
                    return (same, end);
                }
                Node::List(inner, self.place.clone())
            }
            Some(_) => {
                let inner = match known {
                    Some(node @ Node::Map(..)) => node,
                    other => {
                        let fresh = Node::Map(Map::default(), self.place.clone());
                        if other.is_some()
                            && let Some(item) = list.borrow_mut().get_mut(index)
                        {
                            *item = fresh.clone();
                        }
                        fresh
                    }
                };
                if let Node::Map(map, _) = &inner {
                    // Where the text ends here, what was set below is lost if the list has to
                    // grow for it.
                    let end = self.key(map, depth);
                    if end.is_err() {
                        return (same, end);
                    }
                }
                inner
            }
        };
        put_item(list, index, node)
    }

    /// A value, and whether the text ends right behind the `=`.
    fn value(&mut self) -> Result<(Node, Result<(), Stop>), Stop> {
        match self.rest.peek() {
            None => Ok((self.leaf(Data::Text(String::new())), Err(Stop::End))),
            Some('{') => {
                self.rest.next();
                let mut items = Vec::new();
                loop {
                    let (text, end) = self.until(&[',', '}']);
                    if end.is_none() {
                        return Err(Stop::Bad("a list is not closed by `}`"));
                    }
                    items.push(self.typed(text));
                    if end == Some('}') {
                        break;
                    }
                }
                self.rest.next_if_eq(&',');
                let list = Rc::new(RefCell::new(items));
                Ok((Node::List(list, self.place.clone()), Ok(())))
            }
            Some(_) => {
                let (text, _) = self.until(&[',']);
                Ok((self.typed(text), Ok(())))
            }
        }
    }

    fn leaf(&self, data: Data) -> Node {
        Node::Leaf(Value::new(data, self.place.clone()))
    }

    fn typed(&self, text: String) -> Node {
        // Go's folding of letters knows one more `s`.
        let is = |word: &str| text.replace('ſ', "s").eq_ignore_ascii_case(word);
        let number = || {
            let text = text.as_str();
            let number = (text == "0" || !text.starts_with('0')).then(|| text.parse::<i64>());
            number.and_then(Result::ok)
        };
        self.leaf(if self.kind == Type::Text {
            Data::Text(text)
        } else if is("true") {
            Data::Bool(true)
        } else if is("false") {
            Data::Bool(false)
        } else if is("null") {
            Data::Null
        } else if let Some(number) = number() {
            Data::Number(Number::Integer(number.into()))
        } else {
            Data::Text(text)
        })
    }
}

fn put_item(list: &List, index: usize, node: Node) -> (List, Result<(), Stop>) {
    let same = Rc::clone(list);
    if index > LARGEST_INDEX {
        return (same, Err(Stop::Bad("an index is too large")));
    }
    if let Some(item) = list.borrow_mut().get_mut(index) {
        *item = node;
        return (same, Ok(()));
    }
    let mut grown = list.borrow().clone();
    grown.resize(index, Node::Leaf(Value::default()));
    grown.push(node);
    (Rc::new(RefCell::new(grown)), Ok(()))
}
