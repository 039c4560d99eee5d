//! Values that the cluster knows and the repository does not: keys of Secrets that are made
//! in the cluster, or that nobody here can decrypt.
//!
//! In their places stands a marker, text that nobody writes by hand, so that whoever checks a
//! value can tell that nothing can be said of it.

/// What is known of a value.
///
/// It has no `Debug`, since it may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub enum Known {
    /// All of it.
    Value(String),
    /// There is one in the cluster only.
    Unknown,
}

/// What stands in the place of the value of a name, such as `⟨SECRET_DOMAIN⟩`.
pub fn marker(name: &str) -> String {
    format!("⟨{name}⟩")
}

/// Whether some of a text is unknown: a marker is in it, or a value that SOPS encrypted.
///
/// Such a text may be anything in the cluster, a number or a truth value included.
pub fn is(text: &str) -> bool {
    if text.starts_with("ENC[") && text.ends_with(']') {
        return true;
    }
    let after = text.split_once('⟨').map(|(_, after)| after);
    let name = after.and_then(|after| after.split_once('⟩'));
    name.is_some_and(|(name, _)| {
        let known = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-');
        !name.is_empty() && name.chars().all(known)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_marker_is_told_from_what_people_write() {
        assert!(super::is(&format!("https://{}/x", super::marker("DOMAIN"))));
        assert!(super::is("ENC[AES256_GCM,data:x,type:str]"));
        for text in ["", "⟨⟩", "a ⟨b c⟩", "ENC[", "${DOMAIN}"] {
            assert!(!super::is(text), "{text}");
        }
    }
}
