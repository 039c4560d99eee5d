//! The environment variables that ichor reads, each once, here alone.

use camino::Utf8PathBuf;
use pipeline::Environment;

/// Where the age identity is, where the repository has no `age.key`.
const AGE_KEY_FILE: &str = "SOPS_AGE_KEY_FILE";

/// What the environment says.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the environment"
)]
pub(crate) fn read() -> Environment {
    Environment {
        age_key_file: std::env::var_os(AGE_KEY_FILE)
            .filter(|path| !path.is_empty())
            .and_then(|path| Utf8PathBuf::from_path_buf(path.into()).ok()),
        identities: Vec::new(),
    }
}

/// The whole environment, as `makejinja` hands it to templates: `ichor render` only.
pub(crate) fn all() -> Vec<(String, String)> {
    let mut all: Vec<_> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    all.sort();
    all
}
