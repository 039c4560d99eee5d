//! Single files read, and put in place.

use std::io;

use diagnostics::{Diagnostic, Location};
use repository::{Kind, Read, View, unreadable};
use zeroize::Zeroizing;

use super::find::Target;

/// The bytes of a file, by the name that messages have for it.
///
/// # Errors
///
/// One that is missing, no file, too large or unreadable.
pub fn read(view: &View<'_>, target: &Target) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
    let shown = target.shown.as_str();
    let problem = match view.read(shown) {
        Ok(Read::File { bytes, .. }) => return Ok(Zeroizing::new(bytes)),
        Ok(Read::Absent | Read::Other(Kind::Nothing)) => {
            repository::rules::FILE_MISSING.report(format!("`{shown}` does not exist"))
        }
        Ok(Read::Other(_)) => {
            repository::rules::FILE_SPECIAL.report(format!("`{shown}` is no file"))
        }
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => yaml::rules::FILE_TOO_LARGE
            .report(format!("`{shown}` is larger than 16 MiB"))
            .hint("Flux takes 5 MiB at most; split the file"),
        Err(error) => return Err(unreadable(shown, &error)),
    };
    Err(problem.at(Location::file(shown)))
}
