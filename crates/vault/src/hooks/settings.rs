//! The clone's own git settings: which programs merge and show encrypted files.

use diagnostics::Diagnostics;
use repository::git::{Local, Setting};

use super::installed::{Installed, Setup};

/// The name that `.gitattributes` calls the programs by.
pub(super) const NAME: &str = "ichor";

/// Sets merge driver and text converter, and leaves everything else as it is.
pub(super) fn set(clone: &Local, program: &str) -> Result<Installed, Diagnostics> {
    let setting = |section, key, value| Setting {
        section,
        subsection: NAME,
        key,
        value,
    };
    let driver = format!("{program} secrets merge-driver %O %A %B %P");
    let changed = clone.set(&[
        setting("merge", "name", "encrypted values, one by one".to_owned()),
        setting("merge", "driver", driver),
        setting("diff", "textconv", format!("{program} secrets textconv")),
    ])?;
    Ok(Installed {
        path: Local::SHOWN.to_owned(),
        purpose: "merges encrypted values one by one, and shows them in differences",
        action: if changed {
            Setup::Written
        } else {
            Setup::Present
        },
    })
}
