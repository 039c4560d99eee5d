//! Configurations before and after they are moved, as the machinery reads them.

use anyhow::Result;
use rayon::prelude::*;
use serde_json::{Value, json};

use super::machinery::{Machinery, Values};
use super::reading;

/// What the machinery says of a configuration in two forms.
pub(super) struct BeforeAndAfter {
    /// What a node reads of the first.
    pub(super) old: Values,
    /// Why a node of 1.14 refuses the second.
    pub(super) refused: Option<String>,
    /// Where the two are read differently.
    pub(super) differences: Vec<String>,
    /// How often that was accepted.
    pub(super) accepted: usize,
}

/// Whether a warning counts as an error.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    Strict,
    Lenient,
}

/// Reads pairs of configurations, the older form first.
pub(super) fn read(
    machinery: &Machinery,
    pairs: &[(&str, &str)],
    strictness: Strictness,
) -> Result<Vec<BeforeAndAfter>> {
    let ask = |asked: Value, text: fn(&(&str, &str)) -> String| {
        let questions: Vec<_> = { pairs.iter() }
            .map(|pair| {
                let mut asked = asked.clone();
                asked["text"] = text(pair).into();
                asked
            })
            .collect();
        machinery.ask(&questions)
    };
    let read = json!({ "ask": "read" });
    let lenient = strictness == Strictness::Lenient;
    let validate = json!({ "ask": "validate", "asNode": true, "lenient": lenient });
    let old = ask(read.clone(), |(old, _)| (*old).to_owned())?;
    let new = ask(read, |(_, new)| (*new).to_owned())?;
    let valid = ask(validate, |(_, new)| (*new).to_owned())?;
    let all = (old, new, valid).into_par_iter().map(|(old, new, valid)| {
        let (differences, accepted) = reading::differences(&old.values, &new.values);
        BeforeAndAfter {
            refused: valid.error.or(new.error).or(old.error),
            old: old.values,
            differences,
            accepted,
        }
    });
    Ok(all.collect())
}
