//! The key of the cluster: whom secrets are encrypted for, and who can decrypt them.

use diagnostics::{Diagnostics, Location, Source};
use repository::{View, names};
use vault::identities::{self, Offered};
use vault::{Config, identities::hidden};

use super::Check;
use crate::rules;

/// The public keys of the identities of a repository; empty where there is none here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicKeys {
    /// What they were read from.
    pub file: String,
    /// Such as `age1…`.
    pub keys: Vec<String>,
}

/// The public keys of a text that holds identities; none where it holds none.
pub fn public_keys(text: &str) -> Option<Vec<String>> {
    let found = secrets::parse_identity_list(&hidden("identities", text)).ok()?;
    Some(found.iter().map(secrets::Identity::recipient).collect())
}

impl PublicKeys {
    /// Of the identities that decrypt here, and whether `.sops.yaml` encrypts for them.
    pub fn look(view: &View<'_>, offered: &Offered) -> (Self, Check) {
        const NAME: &str = "age key";
        let (files, mut problems) = identities::read(view, offered);
        let Some(source) = files.age else {
            let none = Self::default();
            return (none, absent(view, NAME, problems));
        };
        let keys = match secrets::parse_identity_file(&source) {
            Ok(found) => found.iter().map(secrets::Identity::recipient).collect(),
            Err(found) => {
                problems.extend(found);
                let what = format!("`{}` holds no identity", source.name());
                return (Self::default(), Check::of(NAME, what, problems));
            }
        };
        let own = Self {
            file: source.name().to_owned(),
            keys,
        };
        match rules_of(view) {
            Err(found) => problems.extend(found),
            Ok(None) => {
                let what = format!("`{}` holds {}", own.file, own.shown());
                return (own, Check::of(NAME, what, problems));
            }
            Ok(Some(config)) => problems.extend(own.missing_in(&config)),
        }
        let what = if problems.has_errors() {
            format!("`{}` and `{}` disagree", own.file, names::CREATION_RULES)
        } else {
            let file = names::CREATION_RULES;
            format!("`{file}` encrypts for `{}`: {}", own.file, own.shown())
        };
        (own, Check::of(NAME, what, problems))
    }

    /// The keys, short enough for a line.
    pub fn shown(&self) -> String {
        let shown = self.keys.iter().map(|key| secrets::shown_recipient(key));
        shown.collect::<Vec<_>>().join(", ")
    }

    /// The rules of `.sops.yaml` that encrypt for none of the keys.
    fn missing_in(&self, config: &Config) -> Diagnostics {
        let fails = |rule: &&secrets::CreationRule| {
            let recipients: Vec<_> = rule.rule.recipients().collect();
            let is_own =
                |one: &&secrets::Recipient| self.keys.iter().any(|key| key == one.as_str());
            // A rule for keys of other kinds alone is somebody else's matter.
            !recipients.is_empty() && !recipients.iter().any(is_own)
        };
        let lacking = config.rules.iter().filter(fails);
        let problem = |rule: &secrets::CreationRule| {
            rules::SOPS_OWN_KEY_MISSING
                .report(format!(
                    "this rule encrypts for others than `{}`, which has {}",
                    self.file,
                    self.shown()
                ))
                .at(rule.location.clone())
                .hint("is it the key of this cluster? else add it to the rule, and run `ichor secrets updatekeys`")
        };
        lacking.map(problem).collect()
    }
}

fn rules_of(view: &View<'_>) -> Result<Option<Config>, Diagnostics> {
    let source: Option<Source> = view.text(names::CREATION_RULES)?;
    let Some(source) = source else {
        return Ok(None);
    };
    Config::parse(source.name(), names::CREATION_RULES.into(), source.text()).map(Some)
}

/// No identity of a repository is here, which only matters once something is encrypted.
fn absent(view: &View<'_>, name: &'static str, mut problems: Diagnostics) -> Check {
    let file = names::AGE_KEY;
    if !view.is_file(names::CREATION_RULES) {
        let what = format!("there is no `{file}` yet");
        return if problems.is_empty() {
            Check::unseen(name, what)
        } else {
            Check::of(name, what, problems)
        };
    }
    problems.push(
        rules::DOCTOR_NO_AGE_KEY
            .report(format!("there is no `{file}`, and secrets are encrypted for one"))
            .at(Location::file(names::CREATION_RULES))
            .hint("copy it from where it is kept, or name it with `SOPS_AGE_KEY_FILE`; a new one would open nothing"),
    );
    Check::of(name, format!("there is no `{file}`"), problems)
}
