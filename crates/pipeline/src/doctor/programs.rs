//! Programs that some command needs, and that `PATH` finds or not.

use diagnostics::Diagnostics;
use helm::NoHelm;

use super::Check;
use crate::rules;

/// A program, and whether it can be used.
#[derive(Debug)]
pub struct Program {
    /// What it is called.
    pub name: &'static str,
    /// What needs it: a clause.
    pub needed: &'static str,
    /// Its version, or that it is there; else what keeps it from being used.
    pub state: Result<String, Unusable>,
}

/// Why a program cannot be used.
#[derive(Debug)]
pub enum Unusable {
    /// `PATH` finds none.
    Absent,
    /// It is too old, or does not say its version: a clause.
    Unfit(String),
}

impl From<NoHelm> for Unusable {
    fn from(why: NoHelm) -> Self {
        Self::Unfit(match why {
            NoHelm::Unusable(why) => format!("cannot be used: {why}"),
            NoHelm::TooOld(version) => format!("is {version}, and 3.18 is needed"),
        })
    }
}

/// Tells of them. Everything else needs none of them, so that it is worth no more than a warning.
pub fn programs(all: &[Program]) -> Check {
    let mut problems = Diagnostics::new();
    let (mut there, mut absent) = (Vec::new(), Vec::new());
    for program in all {
        let name = program.name;
        let message = match &program.state {
            Ok(version) => {
                there.push(format!("{name} {version}").trim_end().to_owned());
                continue;
            }
            Err(Unusable::Absent) => format!("there is no `{name}` on `PATH`"),
            Err(Unusable::Unfit(why)) => format!("`{name}` {why}"),
        };
        absent.push(name);
        let problem = rules::DOCTOR_NO_PROGRAM.report(message);
        problems.push(problem.hint(format!("{} it", program.needed)));
    }
    let what = match (there.join(", "), absent.join(", ")) {
        (there, absent) if absent.is_empty() => there,
        (there, absent) if there.is_empty() => format!("without {absent}"),
        (there, absent) => format!("{there}; without {absent}"),
    };
    Check::of("programs", what, problems)
}
