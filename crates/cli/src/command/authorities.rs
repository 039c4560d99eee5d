//! The authorities of a repository's cluster: by them another cluster is known.

use machines::{Machines, Origin, Places, Secrets};
use repository::View;
use vault::Keys;

/// The authorities, in base64 of PEM; none where the secrets of the cluster are not at hand.
#[derive(Default)]
pub(super) struct Authorities {
    pub(super) talos: Option<String>,
    pub(super) kubernetes: Option<String>,
}

impl Authorities {
    /// As the secrets say, as far as they can be read.
    pub(super) fn read(view: &View<'_>, keys: &Keys) -> Self {
        let now = repository::clock::system_time();
        let places = Places::find(view);
        match Machines::open(view, &places, keys, Secrets::Optional, now) {
            Ok(machines) if matches!(machines.origin, Origin::File { .. }) => Self {
                talos: Some(machines.bundle.os.certificate.expose().to_owned()),
                kubernetes: Some(machines.bundle.kubernetes.certificate.expose().to_owned()),
            },
            _ => Self::default(),
        }
    }
}
