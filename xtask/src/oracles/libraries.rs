//! The libraries that Flux makes artifacts, builds folders, substitutes variables and puts values
//! together with, beside the crate `flux`.

mod freeze;
// The tests of the crate ask the same.
#[path = "../../../crates/flux/tests/libraries/ours.rs"]
mod ours;
mod questions;
mod repositories;

use std::sync::Arc;

use anyhow::Result;
use diagnostics::Source;
use serde::Deserialize;
use serde_json::Value;
use yaml::Dialect;

use super::ask::ask;
use super::go::Program;
use super::{Options, Outcome};

/// How many differences are shown.
const SHOWN: usize = 20;

const PROGRAM: Program = Program {
    folder: "flux-libraries",
    name: "flux-libraries",
    package: ".",
    link: "",
};

/// What the libraries answered.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Answer {
    /// Why there is no answer.
    error: Option<String>,
    text: String,
    value: Value,
}

impl Answer {
    /// What is compared: a text or a value; none for a failure.
    fn outcome(&self, question: &Value) -> Option<Value> {
        if self.error.is_some() {
            return None;
        }
        match question["ask"].as_str() {
            Some("text") => Some(self.text.clone().into()),
            Some("build") => documents(&self.text),
            _ => Some(self.value.clone()),
        }
    }
}

pub(super) fn run(options: &Options) -> Result<Outcome> {
    let program = match PROGRAM.built()? {
        Ok(program) => program,
        Err(reason) => return Ok(Outcome::Skipped(reason)),
    };
    let mut agreed = Vec::new();
    let mut differing = Vec::new();
    for (name, questions) in questions::all() {
        let answers = ask::<Answer>(&program, &questions)?;
        let (mut asked, mut failures) = (0_usize, 0_usize);
        let mut differences = Vec::new();
        for (question, answer) in questions.iter().zip(&answers) {
            if answer
                .error
                .as_deref()
                .is_some_and(|error| error.starts_with("no "))
            {
                // What was made up is no question.
                continue;
            }
            asked += 1;
            let (theirs, ours) = (answer.outcome(question), ours::outcome(question));
            failures += usize::from(theirs.is_none());
            let same = match (&theirs, &ours) {
                (Some(theirs), Some(ours)) => ours::is_same(theirs, ours),
                (None, None) => true,
                _ => false,
            };
            if !same {
                let why = answer.error.as_deref().unwrap_or_default();
                differences.push(format!(
                    "{question}\n  theirs: {} {why}\n  ours:   {}",
                    shown(theirs.as_ref()),
                    shown(ours.as_ref()),
                ));
            }
        }
        agreed.push(format!("{asked} {name}, {failures} of them failures"));
        if !differences.is_empty() {
            let count = differences.len();
            differences.truncate(SHOWN);
            differing.push(format!(
                "{name}: {count} differences in {asked}\n{}",
                differences.join("\n")
            ));
        }
        if options.bless {
            freeze::record(name, &questions, &answers)?;
        }
    }
    if differing.is_empty() {
        return Ok(Outcome::Agreed(agreed.join("; ")));
    }
    Ok(Outcome::Differs(differing.join("\n")))
}

fn shown(outcome: Option<&Value>) -> String {
    outcome.map_or("a failure:".to_owned(), Value::to_string)
}

/// The objects of a text; none where it is no YAML.
fn documents(text: &str) -> Option<Value> {
    let source = Arc::new(Source::new("", text));
    let (values, problems) = flux::value::documents(&source, Dialect::Go);
    let values = values.iter().map(flux::value::Value::to_json);
    (!problems.has_errors()).then(|| ours::in_order(values.collect()))
}
