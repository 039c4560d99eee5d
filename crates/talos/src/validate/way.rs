//! The way to a value while a document is walked. It becomes text only where a problem is told:
//! most values are fine, and there are thousands.

use documents::path::push;

/// The way down to where a function is, each step on the stack of its caller.
#[derive(Clone, Copy)]
pub(super) enum Way<'a> {
    /// A path from the document.
    Path(&'a str),
    /// A key of a map.
    Key(&'a Way<'a>, &'a str),
    /// An item of a list.
    Item(&'a Way<'a>, usize),
}

impl Way<'_> {
    /// The document itself.
    pub(super) const TOP: Self = Self::Path("");

    /// As a path.
    pub(super) fn written(&self) -> String {
        match self {
            Self::Path(path) => (*path).to_owned(),
            Self::Key(way, key) => {
                let mut path = way.written();
                push(&mut path, key);
                path
            }
            Self::Item(way, index) => format!("{}[{index}]", way.written()),
        }
    }
}

/// How many steps are held as they are: no machine config is deeper, but what is between.
const HELD: usize = 10;

/// A way that can be kept and gone on from.
#[derive(Clone)]
pub(super) struct Trail<'a> {
    /// What is written already.
    start: String,
    held: [Step<'a>; HELD],
    length: usize,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

impl From<String> for Trail<'_> {
    fn from(path: String) -> Self {
        Self {
            start: path,
            held: [Step::Item(0); HELD],
            length: 0,
        }
    }
}

impl<'a> Trail<'a> {
    /// With one more key.
    pub(super) fn key(&self, key: &'a str) -> Self {
        self.with(Step::Key(key))
    }

    /// With an item of a list.
    pub(super) fn item(&self, index: usize) -> Self {
        self.with(Step::Item(index))
    }

    fn with(&self, step: Step<'a>) -> Self {
        let mut longer = self.clone();
        if longer.length == HELD {
            longer = Self::from(longer.written());
        }
        if let Some(free) = longer.held.get_mut(longer.length) {
            *free = step;
            longer.length += 1;
        }
        longer
    }

    /// As a path.
    pub(super) fn written(&self) -> String {
        let mut path = self.start.clone();
        for step in self.held.iter().take(self.length) {
            match step {
                Step::Key(key) => push(&mut path, key),
                Step::Item(index) => {
                    path.push('[');
                    path.push_str(&index.to_string());
                    path.push(']');
                }
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::{HELD, Trail, Way};

    #[test]
    fn both_are_written_as_paths() {
        let machine = Way::Key(&Way::TOP, "machine");
        let inner = Way::Key(&machine, "net.core");
        assert_eq!(Way::Item(&inner, 2).written(), "machine.net\\.core[2]");
        let trail = Trail::from("a".to_owned()).key("b.c").item(1);
        assert_eq!(trail.written(), "a.b\\.c[1]");
    }

    #[test]
    fn no_way_is_too_long() {
        let mut trail = Trail::from(String::new());
        for index in 0..3 * HELD {
            trail = if index % 2 == 0 {
                trail.key("k")
            } else {
                trail.item(index)
            };
        }
        let written = trail.written();
        assert!(written.starts_with("k[1].k[3]"), "{written}");
        assert!(written.ends_with("k[29]"), "{written}");
        assert_eq!(written.matches('k').count(), 15);
    }
}
