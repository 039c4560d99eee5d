//! Names of applications.

use std::fmt;
use std::str::FromStr;

use config_model::types::DnsLabel;
use diagnostics::Diagnostic;

use super::APPS;
use crate::rules;

/// The longest name that Helm takes for a release.
const LONGEST: usize = 53;

/// An application by its namespace and its name in it: both are labels of RFC 1123, so that
/// neither leads anywhere as a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The namespace.
    pub namespace: String,
    /// The name in it.
    pub name: String,
}

impl Name {
    /// Where its templates and outputs are: a folder below that of templates, or the root.
    pub fn folder(&self) -> String {
        format!("{APPS}/{}/{}", self.namespace, self.name)
    }

    /// The folder of its namespace.
    pub(super) fn above(&self) -> String {
        format!("{APPS}/{}", self.namespace)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.namespace, self.name)
    }
}

impl FromStr for Name {
    type Err = Box<Diagnostic>;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = |message: String, hint: &str| {
            Box::new(rules::APP_INVALID_NAME.report(message).hint(hint))
        };
        let Some((namespace, name)) = text.split_once('/') else {
            return Err(invalid(
                format!("`{text}` does not say in which namespace the application is"),
                "write `NAMESPACE/NAME`, such as `default/podinfo`",
            ));
        };
        for part in [namespace, name] {
            if !is_label(part) {
                return Err(invalid(
                    format!("`{part}` is not a name of 1 to 63 lower-case letters, digits and `-`"),
                    "write `NAMESPACE/NAME`, such as `default/podinfo`",
                ));
            }
        }
        if name.len() > LONGEST {
            return Err(invalid(
                format!("`{name}` is longer than the {LONGEST} characters of a release's name"),
                "use a shorter name",
            ));
        }
        Ok(Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        })
    }
}

/// Whether a text is a label as Kubernetes takes it.
pub(super) fn is_label(text: &str) -> bool {
    let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    is_lower && text.parse::<DnsLabel>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn a_name_is_no_path_and_nothing_that_kubernetes_or_helm_refuses() {
        let name: Name = "media/jelly-fin".parse().expect("a name");
        assert_eq!(name.folder(), "kubernetes/apps/media/jelly-fin");
        let long = format!("a/{}", "x".repeat(54));
        for text in [
            "podinfo", "", "/", "a/", "/a", "a/b/c", "../a", "a/..", "a/.", "A/b", "a/b_c", "a/-b",
            "a/b-", "a b/c", "a/b\n", "a\\b/c", "a/b\0", "ä/b", &long,
        ] {
            let problem = text.parse::<Name>().expect_err(text);
            assert_eq!(problem.rule.id(), "app/invalid-name", "{text}");
        }
    }
}
