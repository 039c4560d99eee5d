//! Which identities can decrypt: the repository's own first, then those of the environment.

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostic, Diagnostics, Location, Source};
use repository::View;
use repository::names::{AGE_KEY, DEPLOY_KEY, PUSH_TOKEN, TUNNEL};
use secrets::Identity;

use crate::rules;

/// The keys beside the configuration, each where it exists.
#[derive(Clone, Default)]
pub struct KeyFiles {
    /// `age.key`, or the file that stands in for it.
    pub age: Option<Source>,
    /// The file that `SOPS_AGE_KEY_FILE` names, where `age.key` exists too.
    pub other_age: Option<Source>,
    /// `cloudflare-tunnel.json`.
    pub tunnel: Option<Source>,
    /// `github-deploy.key`.
    pub deploy: Option<Source>,
    /// `github-push-token.txt`.
    pub push: Option<Source>,
}

/// What the environment offers; the program reads it and passes it in.
#[derive(Clone, Default)]
pub struct Offered {
    /// `SOPS_AGE_KEY_FILE`: stands in where the repository has no `age.key`.
    pub age_key_file: Option<Utf8PathBuf>,
    /// Further texts that hold identities, each under the name that messages call it by:
    /// `SOPS_AGE_KEY`, what `SOPS_AGE_KEY_CMD` printed, the user's `keys.txt`. They decrypt,
    /// and nothing else.
    pub identities: Vec<Source>,
}

/// The keys beside the configuration, as far as they can be read, and why others cannot.
pub fn read(view: &View<'_>, offered: &Offered) -> (KeyFiles, Diagnostics) {
    let at = |path: &Utf8Path| view.root().unwrap_or("".into()).join(path);
    let mut problems = Diagnostics::new();
    let mut key = |read: Result<Option<Source>, Diagnostic>| {
        let source = read.unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        source.map(unmarked)
    };
    let own = key(view.text(AGE_KEY));
    let outside = offered
        .age_key_file
        .as_ref()
        .filter(|path| at(path) != at(AGE_KEY.into()))
        .and_then(|path| key(view.named_text(path)));
    let [tunnel, deploy, push] = [TUNNEL, DEPLOY_KEY, PUSH_TOKEN].map(|path| key(view.text(path)));
    if let (None, None, Some(path)) = (&own, &outside, &offered.age_key_file) {
        problems.push(
            rules::KEYS_UNREADABLE
                .report(format!(
                    "no identity can be taken from `SOPS_AGE_KEY_FILE`: it names `{path}`, \
                     which does not exist"
                ))
                .at(Location::file("SOPS_AGE_KEY_FILE")),
        );
    }
    let (age, other_age) = match own {
        Some(own) => (Some(own), outside),
        None => (outside, None),
    };
    let files = KeyFiles {
        age,
        other_age,
        tunnel,
        deploy,
        push,
    };
    (files, problems)
}

/// Every identity at hand, the repository's own first. The others serve decryption only:
/// nothing is ever encrypted to a key because it lies somewhere on this machine.
///
/// A source that holds no identity is a problem of its own and keeps none of the others from
/// being used; those of the environment are warnings.
pub fn gather(files: &KeyFiles, environment: &[Source]) -> (Vec<Identity>, Diagnostics) {
    let mut found = Vec::new();
    let mut problems = Diagnostics::new();
    let mut add = |read: Result<Vec<Identity>, Diagnostics>, own: bool| match read {
        Ok(identities) => found.extend(identities),
        Err(faults) if own => problems.extend(faults),
        Err(faults) => problems.extend(faults.into_iter().map(|mut fault| {
            fault.severity = diagnostics::Severity::Warning;
            fault
        })),
    };
    if let Some(source) = &files.age {
        add(secrets::parse_identity_file(source), true);
    }
    for source in files.other_age.iter().chain(environment) {
        add(parse(source), false);
    }
    (found, problems)
}

/// Reads a text of the environment: age identities, or an SSH private key.
///
/// # Errors
///
/// If it is neither; nothing of it is in any message.
pub fn parse(source: &Source) -> Result<Vec<Identity>, Diagnostics> {
    let start = start_of(source);
    if start.starts_with("-----BEGIN ") && !start.starts_with(ARMORED_AGE) {
        return ssh(source);
    }
    secrets::parse_identity_list(source)
}

/// How a key file starts that is itself encrypted.
const ARMORED_AGE: &str = "-----BEGIN AGE ENCRYPTED FILE-----";

/// The text behind a byte order mark and blanks.
fn start_of(source: &Source) -> &str {
    let text = source.text();
    text.strip_prefix('\u{feff}').unwrap_or(text).trim_start()
}

#[cfg(feature = "ssh")]
fn ssh(source: &Source) -> Result<Vec<Identity>, Diagnostics> {
    secrets::parse_ssh_identity(source).map(|identity| vec![identity])
}

#[cfg(not(feature = "ssh"))]
fn ssh(source: &Source) -> Result<Vec<Identity>, Diagnostics> {
    Err(Diagnostics::from(
        rules::KEYS_SSH_NOT_BUILT_IN
            .report("this is an SSH key, which this build leaves out")
            .at(source.whole())
            .hint("use an `AGE-SECRET-KEY-1…` identity, or a build with the feature `ssh`"),
    ))
}

/// No message may ever show a part of a key file. A byte order mark, which editors on Windows
/// put before the first line, is no part of a key or a token.
fn unmarked(source: Source) -> Source {
    let source = match source.text().strip_prefix('\u{feff}') {
        Some(rest) => Source::new(source.name(), rest),
        None => source,
    };
    let whole = 0..source.text().len();
    source.with_secrets([whole])
}

/// A text that holds identities, of which no message may show anything.
pub fn hidden(name: &str, text: &str) -> Source {
    let source = Source::new(name, text);
    let whole = 0..source.text().len();
    source.with_secrets([whole])
}
