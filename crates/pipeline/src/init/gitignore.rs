//! The entries that `.gitignore` must have, because the files hold secrets in the clear.

use repository::names::ignored;

/// `current` with every missing entry appended, or `None` where none is missing.
///
/// An entry counts as present with or without its leading slash, and a trailing one.
pub(super) fn completed(current: &str) -> Option<String> {
    let plain = |line: &str| line.trim().trim_matches('/').to_owned();
    let present: Vec<_> = current.lines().map(plain).collect();
    let missing: Vec<_> = ignored()
        .filter(|entry| !present.contains(&plain(entry)))
        .collect();
    if missing.is_empty() {
        return None;
    }
    let mut text = current.to_owned();
    if !text.is_empty() {
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text.push('\n');
    }
    text.push_str("# Secrets and configuration in the clear: never commit these.\n");
    for entry in missing {
        text.push_str(&entry);
        text.push('\n');
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_missing_entries_are_appended() {
        let all = completed("").expect("everything is missing");
        assert_eq!(completed(&all), None);
        let text = completed("target\nage.key").expect("most are missing");
        assert!(text.starts_with("target\nage.key\n\n# Secrets"));
        assert!(!text.contains("/age.key\n"));
        assert!(text.contains("\n/cluster.yaml\n"));
    }
}
