//! One text with patches, rewritten.

use diagnostics::{Location, Source};
use talos::migrate::{Audience, Dollar, Rewritten, asks};

use super::{Move, Reason, What, all, by_hand, keep};
use crate::rules;

/// Who gets a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Nodes {
    /// Control planes alone.
    ControlPlanes,
    /// Control planes and workers.
    All,
    /// Workers alone.
    Workers,
}

impl Nodes {
    /// Who these two are together.
    pub(super) fn and(self, other: Self) -> Self {
        if self == other { self } else { Self::All }
    }
}

/// What a patch becomes.
pub(super) struct Texts {
    /// For those who had it; none where nothing is left to say.
    pub(super) text: Option<String>,
    /// For control planes in addition: what workers would refuse.
    pub(super) for_control_planes: Option<String>,
    /// The documents that workers would refuse.
    pub(super) titles: Vec<String>,
}

/// Tells what templates of Go in a text ask for and would not find.
pub(super) fn asked(moving: &mut Move, source: &Source) {
    for (ask, range) in asks(source.text()) {
        let told = format!("`{}` cannot be filled in: {}", ask.path, ask.why);
        let problem = rules::MIGRATE_BY_HAND
            .report(told)
            .at(source.location(range));
        moving.problems.push(problem.hint(format!(
            "write the value itself, or a variable of `talenv.yaml`; or {}",
            keep(ask.subsystem)
        )));
    }
}

/// Rewrites a patch, if it can and need be; what was found goes to the move. Places are those of
/// the text unless it stands within another, at `within`.
pub(super) fn patch(
    moving: &mut Move,
    source: &Source,
    within: Option<&Location>,
    nodes: Nodes,
) -> Option<Texts> {
    let at = |range| within.cloned().unwrap_or_else(|| source.location(range));
    // Of what stands in the talconfig all of that is asked.
    if within.is_none() {
        asked(moving, source);
    }
    // talhelper puts variables into patches, wherever they are written.
    let mut rewritten = match Rewritten::of(source, all(), Dollar::Doubled) {
        Ok(rewritten) => rewritten,
        Err(fault) => {
            let problem = by_hand(&fault.path, &fault.why, at(fault.range));
            moving.problems.push(problem);
            return None;
        }
    };
    if moving.schedules {
        rewritten.drop_scheduling("the talconfig allows it already");
    }
    for (stay, range) in &rewritten.stays {
        let problem = if !stay.whole || stay.subsystem.is_legal_beside_documents() {
            rules::MIGRATE_STAYS
                .report(format!("`{}` stays as it is: {}", stay.path, stay.why))
                .at(at(range.clone()))
        } else {
            by_hand(&stay.path, &stay.why, at(range.clone())).hint(keep(stay.subsystem))
        };
        moving.problems.push(problem);
    }
    if rewritten.is_unchanged() {
        return None;
    }
    let place = match within {
        Some(place) => place.to_string(),
        None => source.name().to_owned(),
    };
    let parts = rewritten.parts();
    let refused = parts.iter().filter(|part| part.for_control_planes);
    let titles: Vec<_> = refused.map(|part| part.title.clone()).collect();
    let refused = !titles.is_empty();
    for part in parts {
        for caution in &part.cautions {
            let told = format!("`{}`: {caution}", part.title);
            moving
                .problems
                .push(rules::MIGRATE_CAUTION.report(told).at(at(0..0)));
        }
        let what = What::Part(part);
        moving.reasons.push(Reason {
            place: place.clone(),
            what,
        });
    }
    for (path, why) in &rewritten.dropped {
        let what = What::Dropped(path.clone(), why.clone());
        moving.reasons.push(Reason {
            place: place.clone(),
            what,
        });
    }
    let (audience, beside) = match nodes {
        Nodes::All if refused => (Audience::Everybody, Some(Audience::ControlPlanes)),
        // What only control planes take did nothing on workers.
        Nodes::Workers if refused => (Audience::Everybody, None),
        _ => (Audience::All, None),
    };
    Some(Texts {
        text: rewritten.text(audience),
        for_control_planes: beside.and_then(|audience| rewritten.text(audience)),
        titles,
    })
}
