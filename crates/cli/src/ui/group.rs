//! Many warnings of one rule: the first as a whole, of the others where they stand.

use std::collections::HashMap;

use diagnostics::{Diagnostic, Rule, Severity};

use super::excerpt::visible;

/// So many of one rule are still shown one by one.
const SEPARATE: usize = 8;

/// How many places are named below the first one before they are only counted.
const NAMED: usize = 12;

/// A problem that is shown, and others of its rule that are only named.
pub(super) struct Group<'a> {
    pub(super) first: &'a Diagnostic,
    others: Vec<&'a Diagnostic>,
}

/// Puts warnings and notes of one rule together where there are many. Errors stand alone: each
/// has to be mended.
pub(super) fn grouped<'a>(problems: impl Iterator<Item = &'a Diagnostic>) -> Vec<Group<'a>> {
    let problems: Vec<_> = problems.collect();
    let mut counts: HashMap<_, usize> = HashMap::new();
    for problem in &problems {
        *counts.entry(kind(problem)).or_default() += 1;
    }
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut open: HashMap<_, usize> = HashMap::new();
    for problem in problems {
        let kind = kind(problem);
        let alone = problem.severity == Severity::Error || counts[&kind] <= SEPARATE;
        match open.get(&kind).filter(|_| !alone) {
            Some(index) => groups[*index].others.push(problem),
            None => {
                open.insert(kind, groups.len());
                groups.push(Group {
                    first: problem,
                    others: Vec::new(),
                });
            }
        }
    }
    groups
}

/// What those that are put together have in common.
fn kind(problem: &Diagnostic) -> (Severity, &'static Rule) {
    (problem.severity, problem.rule)
}

impl Group<'_> {
    /// The others, a line each file; nothing where there are none.
    pub(super) fn rest(&self) -> String {
        if self.others.is_empty() {
            return String::new();
        }
        let mut lines: Vec<(&str, Vec<String>)> = Vec::new();
        for problem in &self.others {
            let (file, line) = match &problem.location {
                Some(location) => (location.file.as_str(), location.line),
                None => (problem.message.as_str(), 0),
            };
            let line = (line > 0).then(|| line.to_string());
            match lines.iter_mut().find(|(known, _)| *known == file) {
                Some((_, known)) => known.extend(line.filter(|line| !known.contains(line))),
                None => lines.push((file, line.into_iter().collect())),
            }
        }
        let more = lines.len().saturating_sub(NAMED);
        let mut text = format!("{} more like this:\n", self.others.len());
        for (file, numbers) in lines.iter().take(NAMED) {
            let file = visible(file);
            text += &match numbers.as_slice() {
                [] => format!("  {file}\n"),
                [number] => format!("  {file}:{number}\n"),
                _ => format!("  {file}: lines {}\n", listed(numbers)),
            };
        }
        if more > 0 {
            text += &format!("  … and in {}\n", super::plural(more, "more file"));
        }
        text
    }
}

/// `1, 2, 3`, or the first of many.
fn listed(numbers: &[String]) -> String {
    let more = numbers.len().saturating_sub(NAMED);
    let shown = numbers[..numbers.len() - more].join(", ");
    match more {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use diagnostics::Location;

    use super::*;

    diagnostics::rules! {
        ODD: warning "a/b", "It looks wrong.";
        OTHER: warning "other/rule", "It looks wrong.";
    }

    fn at(problem: Diagnostic, file: &str, line: usize) -> Diagnostic {
        let mut location = Location::file(file);
        location.line = line;
        problem.at(location)
    }

    fn shown(problems: &[Diagnostic]) -> String {
        let groups = grouped(problems.iter());
        groups
            .iter()
            .map(|group| format!("{}\n{}", group.first, group.rest()))
            .collect()
    }

    #[test]
    fn many_warnings_of_one_rule_are_one() {
        let mut problems = vec![at(OTHER.report("o"), "a.yaml", 1)];
        for line in 1..=20 {
            let problem = secrets::rules::SECRET_BLANK.report_relaxed(format!("blank {line}"));
            problems.push(at(
                problem,
                if line < 6 { "b.yaml" } else { "c.yaml" },
                line,
            ));
        }
        for file in 0..13 {
            problems.push(at(
                secrets::rules::SECRET_BLANK.report_relaxed("x"),
                &format!("f{file}"),
                0,
            ));
        }
        insta::assert_snapshot!(shown(&problems), @"
        a.yaml:1:0: warning[other/rule]: o
        b.yaml:1:0: warning[secret/blank]: blank 1
        32 more like this:
          b.yaml: lines 2, 3, 4, 5
          c.yaml: lines 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17 and 3 more
          f0
          f1
          f2
          f3
          f4
          f5
          f6
          f7
          f8
          f9
          … and in 3 more files
        ");
    }

    #[test]
    fn few_of_one_rule_and_errors_stand_alone() {
        let warning = |line| at(ODD.report("few"), "a", line);
        let error = |line| at(ODD.report_as(Severity::Error, "wrong"), "a", line);
        let problems: Vec<_> = (1..=8).map(warning).chain((1..=9).map(error)).collect();
        assert_eq!(grouped(problems.iter()).len(), 17);
    }
}
