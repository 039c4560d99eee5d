//! Texts that several readers want, each parsed once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use diagnostics::Source;

use crate::limits::Limits;
use crate::parse::parse;
use crate::parsed::Parsed;

/// What texts hold that were parsed before, by the name of the text.
///
/// For as long as several stages read the same files: it forgets nothing. What has a problem is
/// parsed anew each time, since a problem shows the text as its reader may.
#[derive(Default)]
pub struct Once(Mutex<HashMap<Box<str>, Known>>);

/// A text, and what it holds.
type Known = (Source, Arc<Parsed>);

impl Once {
    /// What a text holds, as [`parse`] gives it within the usual limits.
    pub fn parse(&self, source: &Source) -> Arc<Parsed> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((text, parsed)) = known().get(source.name())
            && text.text() == source.text()
        {
            return Arc::clone(parsed);
        }
        let parsed = Arc::new(parse(source, &Limits::default()));
        if parsed.diagnostics.is_empty() {
            let text = (source.clone(), Arc::clone(&parsed));
            known().insert(source.name().into(), text);
        }
        parsed
    }
}

impl std::fmt::Debug for Once {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Once")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &Arc<Parsed>, other: &Arc<Parsed>) -> bool {
        Arc::ptr_eq(one, other)
    }

    #[test]
    fn a_text_is_parsed_once_by_its_name_as_long_as_it_says_the_same() {
        let once = Once::default();
        let first = once.parse(&Source::new("a.yaml", "a: 1\n"));
        assert_eq!(first.documents.len(), 1);
        assert!(same(&first, &once.parse(&Source::new("a.yaml", "a: 1\n"))));
        let other = once.parse(&Source::new("a.yaml", "[]\n"));
        assert!(matches!(
            other.documents[0].value(),
            crate::Value::Sequence(_)
        ));
        assert!(!same(&other, &once.parse(&Source::new("b.yaml", "[]\n"))));
        let broken = Source::new("c.yaml", "a: [\n");
        assert!(!same(&once.parse(&broken), &once.parse(&broken)));
    }
}
