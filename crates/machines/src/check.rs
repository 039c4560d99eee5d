//! Everything that is wrong with the configurations of a cluster's nodes, in one list.

use std::time::SystemTime;

use diagnostics::{Diagnostics, Location};
use repository::View;
use secrets::Identity;
use tree::{Rendered, Tree};
use vault::Keys;

use crate::Machines;
use crate::open::Secrets;
use crate::places::Places;
use crate::rules;

/// Everything that is wrong with the machine configurations of what was rendered, at its place
/// in that: `over` is the tree, laid over the repository. Nothing where no talconfig was
/// rendered. `explicit` is the contract that `versions.yaml` chooses, and its place; certificates
/// are judged by `now`.
pub fn rendered(
    over: &View<'_>,
    tree: &Tree<Rendered>,
    identities: &[Identity],
    explicit: Option<(String, Location)>,
    now: SystemTime,
) -> Diagnostics {
    let places = Places::find(over);
    if tree.get(places.talconfig.as_str()).is_none() {
        return Diagnostics::new();
    }
    found(Machines::rendered(over, &places, identities, explicit, now))
}

/// Everything that is wrong with the machine configurations of what is on disk, as far as it
/// can be said without any key. Nothing where there is no talconfig.
pub fn committed(view: &View<'static>, now: SystemTime) -> Diagnostics {
    let places = Places::find(view);
    if !view.is_file(&places.talconfig) {
        return Diagnostics::new();
    }
    let keys = Keys::new(view, Box::new(Default::default));
    let secrets = Secrets::Optional;
    found(Machines::open(view, &places, &keys, secrets, now))
}

/// Everything that is wrong, if everything could be read: else what is missing would be taken
/// for wrong.
fn found(machines: Result<Machines<'_>, Diagnostics>) -> Diagnostics {
    let problems: Diagnostics = match machines {
        Ok(machines) => {
            let (Ok((_, made)) | Err(made)) = machines.make();
            machines.warnings.iter().cloned().chain(made).collect()
        }
        Err(problems) => problems,
    };
    let locked = problems
        .iter()
        .find(|problem| problem.is(&secrets::rules::SOPS_NO_IDENTITY))
        .and_then(|problem| problem.location.clone());
    let Some(place) = locked else {
        return problems;
    };
    rules::TALOS_NOT_CHECKED
        .report(format!(
            "machine configurations could not be checked: no identity here decrypts `{}`",
            place.file
        ))
        .at(Location::file(place.file.as_str()))
        .into()
}
