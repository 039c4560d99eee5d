//! The clone's own git settings: which programs merge and show encrypted files.

use camino::Utf8Path;
use diagnostics::{Diagnostics, Location};
use gix::config::{File, Source};
use repository::write;

use super::installed::{Installed, Setup};

/// The name that `.gitattributes` calls the programs by.
pub(super) const NAME: &str = "ichor";

/// Sets merge driver and text converter, and leaves everything else as it is.
pub(super) fn set(path: &Utf8Path, program: &str) -> Result<Installed, Diagnostics> {
    let shown = ".git/config";
    let fault = |reason: String| {
        Diagnostics::from(
            repository::rules::GIT_BAD_SETTINGS
                .report(format!("git's settings cannot be changed: {reason}"))
                .at(Location::file(shown)),
        )
    };
    let mut settings = File::from_path_no_includes(path.as_std_path().to_owned(), Source::Local)
        .map_err(|error| fault(error.to_string()))?;
    let before = settings.to_bstring();
    let wanted = [
        ("merge", "name", "encrypted values, one by one".to_owned()),
        (
            "merge",
            "driver",
            format!("{program} secrets merge-driver %O %A %B %P"),
        ),
        ("diff", "textconv", format!("{program} secrets textconv")),
    ];
    for (section, key, value) in wanted {
        let has = settings
            .raw_value_by(section, NAME, key)
            .is_ok_and(|has| has.as_ref() as &[u8] == value.as_bytes());
        if !has {
            settings
                .set_raw_value_by(section, NAME, key, value.as_str())
                .map_err(|error| fault(error.to_string()))?;
        }
    }
    let after = settings.to_bstring();
    let action = if before == after {
        Setup::Present
    } else {
        write::named(path, shown, &after, None)?;
        Setup::Written
    };
    Ok(Installed {
        path: shown.to_owned(),
        purpose: "merges encrypted values one by one, and shows them in differences",
        action,
    })
}
