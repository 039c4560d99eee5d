//! The secrets of the repository, as far as they are at hand: what is shown of a cluster passes
//! them.

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::Secrets;
use repository::View;
use vault::{Vault, targets};

use crate::environment;

/// Where a repository has encrypted files.
const FOLDERS: [&str; 3] = ["kubernetes", "bootstrap", "talos"];

/// The values of its encrypted files, which are what its cluster has. What cannot be read here is
/// not known, and nobody is told: this is about what others print.
pub(super) fn secrets(root: &Utf8Path) -> Secrets {
    let view = View::on_disk(root);
    let mut texts: Vec<zeroize::Zeroizing<Vec<u8>>> = Vec::new();
    if let Ok(vault) = Vault::open(&view, None, Box::new(environment::with_identities)) {
        let folders = FOLDERS.map(Utf8PathBuf::from).to_vec();
        let (files, _) = targets(&view, &folders);
        let secret = files.iter().filter(|file| file.shown.contains(".sops."));
        for file in secret {
            let values = vault.values(file).unwrap_or_default();
            texts.extend(values.iter().map(|(_, value)| value.printed()));
        }
    }
    let texts = texts
        .iter()
        .filter_map(|text| std::str::from_utf8(text).ok());
    Secrets::with_words(texts)
}
