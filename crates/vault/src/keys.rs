//! Identities, read when the first file needs one, and not before.

use std::sync::OnceLock;

use camino::Utf8Path;
use diagnostics::Diagnostics;
use repository::View;
use repository::names::AGE_KEY;
use secrets::Identity;

use super::config;
use crate::identities::{self, Offered};

/// Reads what the environment offers. It may run a program, so it is called at most once, and
/// only if something must be decrypted.
pub type Loader = Box<dyn Fn() -> (Offered, Diagnostics) + Send + Sync>;

/// Where identities come from.
pub struct Keys {
    view: View<'static>,
    loader: Loader,
    loaded: OnceLock<(Vec<Identity>, Diagnostics)>,
}

impl Keys {
    /// The `age.key` of a repository first, then what the environment offers.
    pub fn new(view: &View<'static>, loader: Loader) -> Self {
        Self {
            view: view.clone(),
            loader,
            loaded: OnceLock::new(),
        }
    }

    /// The same for the repository around a folder: the nearest one upward that has an
    /// `age.key` or a `.sops.yaml`.
    pub fn around(folder: &Utf8Path, loader: Loader) -> Self {
        let start = config::absolute(&folder.join("x"));
        let disk = View::on_disk(folder);
        let has = |folder: &Utf8Path, name: &str| disk.is_file(folder.join(name));
        let root = start
            .ancestors()
            .skip(1)
            .find(|folder| has(folder, AGE_KEY) || has(folder, config::NAME));
        Self::new(&View::on_disk(root.unwrap_or(folder)), loader)
    }

    /// Every identity at hand.
    pub fn identities(&self) -> &[Identity] {
        &self.load().0
    }

    /// Why sources were left out: worth telling once a file cannot be decrypted. Nothing
    /// where no identity was asked for.
    pub fn faults(&self) -> Diagnostics {
        self.loaded
            .get()
            .map(|(_, faults)| faults.clone())
            .unwrap_or_default()
    }

    fn load(&self) -> &(Vec<Identity>, Diagnostics) {
        self.loaded.get_or_init(|| {
            let (offered, mut faults) = (self.loader)();
            let (files, unreadable) = identities::read(&self.view, &offered);
            faults.extend(unreadable);
            let (identities, problems) = identities::gather(&files, &offered.identities);
            // Whether they matter shows when something cannot be decrypted.
            faults.extend(problems.into_iter().map(|mut problem| {
                problem.severity = diagnostics::Severity::Warning;
                problem
            }));
            (identities, faults)
        })
    }
}
