//! Problems as the cache keeps them, and back: as they were shown, secrets masked.

use diagnostics::{Diagnostic, Diagnostics, Excerpt, Location, Related, Severity};
use serde::{Deserialize, Serialize};

use crate::rules;

/// One problem.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Told {
    rule: String,
    severity: u8,
    message: String,
    place: Option<Place>,
    related: Vec<(Place, String)>,
    hint: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Place {
    file: String,
    line: usize,
    column: usize,
    excerpt: Option<(String, usize, usize)>,
    range: Option<(usize, usize)>,
}

/// The severities, in the order of their numbers.
const SEVERITIES: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Note];

/// As they are kept.
pub(crate) fn keep(problems: &Diagnostics) -> Vec<Told> {
    problems.iter().map(Told::new).collect()
}

/// As they are shown; none of them if one cannot be understood.
pub(crate) fn show(told: &[Told]) -> Option<Diagnostics> {
    told.iter().map(Told::shown).collect()
}

impl Told {
    fn new(problem: &Diagnostic) -> Self {
        let severity = SEVERITIES
            .iter()
            .position(|known| *known == problem.severity);
        Self {
            rule: problem.rule.id().to_owned(),
            severity: severity
                .and_then(|at| u8::try_from(at).ok())
                .unwrap_or(u8::MAX),
            message: problem.message.clone(),
            place: problem.location.as_ref().map(Place::new),
            related: problem
                .related
                .iter()
                .map(|related| (Place::new(&related.location), related.message.clone()))
                .collect(),
            hint: problem.hint.clone(),
        }
    }

    fn shown(&self) -> Option<Diagnostic> {
        let severity = *SEVERITIES.get(usize::from(self.severity))?;
        let rule = rules::find(&self.rule)?;
        let mut problem = rule.report_as(severity, self.message.as_str());
        problem.location = self.place.as_ref().map(Place::shown);
        problem.hint.clone_from(&self.hint);
        problem.related = self
            .related
            .iter()
            .map(|(place, message)| Related {
                location: place.shown(),
                message: message.clone(),
            })
            .collect();
        Some(problem)
    }
}

impl Place {
    fn new(location: &Location) -> Self {
        let excerpt = location.excerpt.as_ref();
        Self {
            file: location.file.clone(),
            line: location.line,
            column: location.column,
            range: location
                .range
                .as_ref()
                .map(|range| (range.start, range.end)),
            excerpt: excerpt.map(|excerpt| (excerpt.text.clone(), excerpt.start, excerpt.end)),
        }
    }

    fn shown(&self) -> Location {
        let mut location = Location::file(self.file.as_str());
        location.line = self.line;
        location.column = self.column;
        location.range = self.range.map(|(start, end)| start..end);
        location.excerpt =
            self.excerpt
                .clone()
                .map(|(text, start, end)| Excerpt { text, start, end });
        location
    }
}

#[cfg(test)]
mod tests {
    use diagnostics::Source;

    use super::*;

    #[test]
    fn what_is_kept_is_shown_as_it_was() {
        let source = Source::new("a.yaml", "a: 1\nb: hunter2\n").with_secrets([8..15]);
        let problem = rules::OUTPUT_NOT_UTF8
            .report_as(Severity::Warning, "odd")
            .at(source.location(5..6))
            .related(source.location(0..1), "the first")
            .hint("leave it out");
        let problems = Diagnostics::from_iter([problem, rules::OUTPUT_INVALID_YAML.report("told")]);
        let json = serde_json::to_string(&keep(&problems)).expect("plain data");
        assert!(!json.contains("hunter2"));
        let told: Vec<Told> = serde_json::from_str(&json).expect("as written");
        let again = show(&told).expect("known");
        assert_eq!(again, problems);
    }
}
