//! One text with patches, rewritten.

use diagnostics::{Location, Source};
use talos::migrate::{Audience, Rewritten};

use super::{Move, Reason, What, all, by_hand};
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

/// What a patch becomes.
pub(super) struct Texts {
    /// For those who had it; none where nothing is left to say.
    pub(super) text: Option<String>,
    /// For control planes in addition: what workers would refuse.
    pub(super) for_control_planes: Option<String>,
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
    let rewritten = match Rewritten::of(source, all()) {
        Ok(rewritten) => rewritten,
        Err(fault) => {
            let problem = by_hand(&fault.path, &fault.why, at(fault.range));
            moving.problems.push(problem);
            return None;
        }
    };
    for (stay, range) in &rewritten.stays {
        let problem = if !stay.whole || stay.subsystem.is_legal_beside_documents() {
            rules::MIGRATE_STAYS
                .report(format!("`{}` stays as it is: {}", stay.path, stay.why))
                .at(at(range.clone()))
        } else {
            by_hand(&stay.path, &stay.why, at(range.clone()))
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
    let refused = parts.iter().any(|part| part.for_control_planes);
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
    match nodes {
        Nodes::All if refused => Some(Texts {
            text: rewritten.text(Audience::Everybody),
            for_control_planes: rewritten.text(Audience::ControlPlanes),
        }),
        // What only control planes take did nothing on workers.
        Nodes::Workers if refused => Some(Texts {
            text: rewritten.text(Audience::Everybody),
            for_control_planes: None,
        }),
        _ => Some(Texts {
            text: rewritten.text(Audience::All),
            for_control_planes: None,
        }),
    }
}
