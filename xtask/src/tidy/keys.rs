//! What a key file is called stands in one table, `tree::names`: a path that is written out
//! elsewhere would be kept out of git, or looked for, under a name that nobody holds to the
//! table's. Sentences may name such a file; they are for people.

use anyhow::Result;
use camino::Utf8Path;
use regex::Regex;
use repository::names;

use crate::files;

/// The table.
const TABLE: &str = "crates/tree/src/names.rs";

/// Files that name one all the same, and why.
const MEANT: &[(&str, &str)] = &[
    (
        "crates/config-model/src/credentials.rs",
        "the crate does not know `tree`; a test here compares the two",
    ),
    (
        "crates/config-model/src/fixture.rs",
        "where negative fixtures have their keys",
    ),
    (
        "crates/pipeline/src/init/mise.rs",
        "the text of a file of another program's",
    ),
    (
        "crates/talhelper/src/nodes/commands.rs",
        "words of talosctl's, where this crate does not know `tree`",
    ),
    (
        "crates/talhelper/src/nodes/names.rs",
        "a file of talhelper's, where this crate does not know `tree`",
    ),
];

pub(super) fn check(root: &Utf8Path) -> Result<Vec<String>> {
    let names = names::keys().chain([names::DEPLOY_KEY_PUBLIC]);
    let rule = Rule::new(names)?;
    let mut faults = Vec::new();
    for path in files::paths(&root.join("crates"))? {
        let is_code = path.contains("/src/") && path.ends_with(".rs");
        let is_test = path.contains("/tests/") || path.ends_with("/tests.rs");
        if !is_code || is_test || path.starts_with("testkit/") {
            continue;
        }
        let shown = format!("crates/{path}");
        let found = rule.breaches(&shown, &files::text(&root.join(&shown))?);
        let is_meant = MEANT.iter().any(|(meant, _)| *meant == shown);
        if is_meant && found.is_empty() {
            faults.push(format!(
                "{shown}: names no key file any more; take it out of xtask/src/tidy/keys.rs"
            ));
        } else if !is_meant && shown != TABLE {
            faults.extend(found);
        }
    }
    Ok(faults)
}

struct Rule {
    literal: Regex,
    tests: Regex,
}

impl Rule {
    fn new<'a>(names: impl Iterator<Item = &'a str>) -> Result<Self> {
        let names: Vec<_> = names.map(regex::escape).collect();
        let names = names.join("|");
        Ok(Self {
            literal: Regex::new(&format!(r#""((?:[^"\s`]*/)?(?:{names}))""#))?,
            tests: Regex::new(r"#\[cfg\(test\)\]\s+(?:#\[[^\]]*\]\s+)*mod \w+ \{")?,
        })
    }

    fn breaches(&self, path: &str, text: &str) -> Vec<String> {
        let end = self
            .tests
            .find(text)
            .map_or(text.len(), |tests| tests.start());
        let lines = text[..end].lines().enumerate();
        lines
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
            .flat_map(|(index, line)| {
                self.literal.captures_iter(line).map(move |found| {
                    let name = &found[1];
                    format!(
                        "{path}:{}: names the key file `{name}`; say its constant of `names`",
                        index + 1
                    )
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use config_model::credentials;

    use super::*;

    #[test]
    fn a_key_file_that_is_named_outside_the_table_is_found_with_its_place() {
        let rule = Rule::new(names::keys()).unwrap();
        let planted = r#"//! "age.key" is named here.
fn key(root: &Utf8Path) -> Utf8PathBuf {
    // "age.key" is named here, too.
    let path = root.join("age.key");
    let client = exists("talos/clusterconfig/talosconfig") || exists("kubeconfig");
    hint("put `age.key` beside it, or name it: age.key");
    rules::TALOSCONFIG_TYPE == "talosconfig/type"
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "files")]
mod tests {
    const KEY: &str = "age.key";
}
"#;
        assert_eq!(
            rule.breaches("a.rs", planted),
            [
                "a.rs:4: names the key file `age.key`; say its constant of `names`",
                "a.rs:5: names the key file `talos/clusterconfig/talosconfig`; say its constant of `names`",
                "a.rs:5: names the key file `kubeconfig`; say its constant of `names`",
            ]
        );
    }

    #[test]
    fn what_the_configuration_calls_key_files_is_what_the_table_calls_them() {
        assert_eq!(credentials::AGE_KEY, names::AGE_KEY);
        assert_eq!(credentials::CLOUDFLARE_TUNNEL, names::TUNNEL);
        assert_eq!(credentials::DEPLOY_KEY, names::DEPLOY_KEY);
        assert_eq!(credentials::PUSH_TOKEN, names::PUSH_TOKEN);
    }
}
