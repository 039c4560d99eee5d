//! The `.gitignore` beside the generated files.

use std::collections::HashSet;

use gix_ignore::Search;
use gix_ignore::glob::pattern::Case;
use gix_ignore::search::Ignore;

/// The text of a `.gitignore` that keeps all the names out of version control: what is there
/// stays, and a name is added unless a rule covers it already.
pub fn gitignore<'a>(existing: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let rules = Rules::read(existing);
    let mut out = existing.to_owned();
    let mut added = HashSet::new();
    for name in names {
        if rules.ignores(name) || !added.insert(name) {
            continue;
        }
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(&escaped(name));
        out.push('\n');
    }
    out
}

/// A name as a rule that means it letter for letter.
fn escaped(name: &str) -> String {
    let mut rule = String::with_capacity(name.len());
    let blanks = name.trim_end_matches(' ').len();
    for (at, one) in name.char_indices() {
        let special = matches!(one, '*' | '?' | '[' | '\\')
            || (at == 0 && matches!(one, '#' | '!'))
            || (one == ' ' && at >= blanks);
        if special {
            rule.push('\\');
        }
        rule.push(one);
    }
    rule
}

/// The rules of a `.gitignore`, read and matched as git does.
struct Rules {
    rules: Search,
    /// Names that a rule gives letter for letter, if no rule takes any back: of a thousand
    /// nodes, each is found at once.
    names: HashSet<String>,
}

impl Rules {
    fn read(text: &str) -> Self {
        let lines = || text.lines().map(str::trim_end);
        let names = if lines().any(|line| line.starts_with('!')) {
            HashSet::new()
        } else {
            let plain = |line: &&str| !line.contains(['*', '?', '[', '\\', '#', '!', '/']);
            lines().filter(plain).map(str::to_owned).collect()
        };
        let mut rules = Search::default();
        // Only a base that is no folder of the source could fail, and there is none.
        rules
            .add_patterns_buffer(text.as_bytes(), ".gitignore", None, Ignore::default())
            .ok();
        Self { rules, names }
    }

    /// Whether a file is ignored, or a folder that it is in: from that nothing comes back.
    fn ignores(&self, name: &str) -> bool {
        if self.names.contains(name) {
            return true;
        }
        let ends = name.match_indices('/').map(|(end, _)| (end, true));
        ends.chain([(name.len(), false)]).any(|(end, is_folder)| {
            let path = name.get(..end).unwrap_or(name);
            self.rules
                .pattern_matching_relative_path(path.into(), Some(is_folder), Case::Sensitive)
                .is_some_and(|found| !found.pattern.is_negative())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::gitignore;

    #[test]
    fn a_name_is_never_taken_for_a_pattern() {
        let names = [
            "#1.yaml",
            "!x.yaml",
            "a[1]b.yaml",
            "c*d?.yaml",
            "e\\f.yaml",
            "g  ",
        ];
        let made = gitignore("", names);
        assert_eq!(
            made,
            "\\#1.yaml\n\\!x.yaml\na\\[1]b.yaml\nc\\*d\\?.yaml\ne\\\\f.yaml\ng\\ \\ \n"
        );
        assert_eq!(gitignore(&made, names), made);
    }

    #[test]
    fn names_are_added_once_and_rules_count() {
        let names = ["c-a.yaml", "talosconfig"];
        assert_eq!(gitignore("", names), "c-a.yaml\ntalosconfig\n");
        assert_eq!(gitignore("c-a.yaml", names), "c-a.yaml\ntalosconfig\n");
        for all in [
            "*\n",
            "**\n",
            "/*\n",
            "c-*\ntalosc?nfig\n",
            "[a-c]-a.yaml\n[!x]*\n",
        ] {
            assert_eq!(gitignore(all, names), all, "{all}");
        }
        for none in [
            "# *\n",
            "*/\n",
            "!*\n",
            "*\n!c-a.yaml\n!talosconfig\n",
            "x/*\n",
            "C-*\n",
        ] {
            let made = gitignore(none, names);
            assert_eq!(made, format!("{none}c-a.yaml\ntalosconfig\n"), "{none}");
        }
        assert_eq!(gitignore("sub\n", ["sub/a.yaml"]), "sub\n");
        assert_eq!(gitignore("sub/*.yaml\n", ["sub/a.yaml"]), "sub/*.yaml\n");
    }
}
