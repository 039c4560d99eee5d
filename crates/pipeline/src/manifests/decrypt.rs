//! What SOPS encrypted, decrypted in memory for who puts a cluster together.

use flux::assembly::Decrypt;
use secrets::{File, Format, Identity};

/// Everything that the identities at hand decrypt, whatever its MAC says: kustomize changes objects
/// before they are decrypted, and so kustomize-controller looks at no MAC (`checkSopsMac` of its
/// decryptor, 1.9.4).
pub(super) struct With<'a>(pub(super) &'a [Identity]);

impl Decrypt for With<'_> {
    fn decrypt(&self, document: &str) -> Result<Option<String>, String> {
        let file = File::new("document.json", document.as_bytes()).with_format(Format::Json);
        let decrypted = match secrets::decrypt_ignoring_mac(&file, self.0) {
            Ok(decrypted) => decrypted,
            Err(problems) => {
                let no_key = [
                    &secrets::rules::SOPS_NO_IDENTITY,
                    &secrets::rules::SOPS_NO_AGE_KEY,
                    &secrets::rules::SOPS_NO_RECIPIENT,
                ];
                if no_key.into_iter().any(|rule| problems.has(rule)) {
                    return Ok(None);
                }
                let first = problems.iter().find(|problem| problem.is_error());
                return Err(first.map_or_else(String::new, |problem| problem.message.clone()));
            }
        };
        let text = String::from_utf8(decrypted.content.to_vec());
        text.map(Some).map_err(|_| "it is not UTF-8".to_owned())
    }
}
