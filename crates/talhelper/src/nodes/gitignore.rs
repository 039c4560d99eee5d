//! The `.gitignore` beside the generated files.

use std::collections::HashSet;

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

/// The rules of a `.gitignore`.
struct Rules {
    rules: Vec<Rule>,
    /// Names that a rule gives letter for letter, if no rule takes any back.
    names: HashSet<String>,
}

/// One rule, by the parts of its path.
struct Rule {
    negated: bool,
    parts: Vec<Vec<char>>,
}

impl Rules {
    fn read(text: &str) -> Self {
        let lines = text.lines().map(trimmed);
        let rules: Vec<_> = lines.clone().filter_map(Rule::read).collect();
        let names = if rules.iter().any(|rule| rule.negated) {
            HashSet::new()
        } else {
            let plain = |line: &&str| !line.contains(['*', '?', '[', '\\', '#', '!', '/']);
            lines.filter(plain).map(str::to_owned).collect()
        };
        Self { rules, names }
    }

    /// Whether the last rule that matches a name ignores it.
    fn ignores(&self, name: &str) -> bool {
        if self.names.contains(name) {
            return true;
        }
        let parts: Vec<Vec<char>> = name.split('/').map(|part| part.chars().collect()).collect();
        let last = self.rules.iter().rev().find(|rule| rule.matches(&parts));
        last.is_some_and(|rule| !rule.negated)
    }
}

impl Rule {
    fn read(line: &str) -> Option<Self> {
        // A rule that ends in a slash is one for folders.
        if line.is_empty() || line.starts_with('#') || line.ends_with('/') {
            return None;
        }
        let (negated, line) = match line.strip_prefix('!') {
            Some(line) => (true, line),
            None => (false, line),
        };
        let parts = |line: &str| line.split('/').map(|part| part.chars().collect()).collect();
        let parts = match line.strip_prefix('/') {
            Some(anchored) => parts(anchored),
            None if line.contains('/') => parts(line),
            None => vec![vec!['*', '*'], line.chars().collect()],
        };
        Some(Self { negated, parts })
    }

    /// Whether it matches a path, or a folder that the path is in.
    fn matches(&self, name: &[Vec<char>]) -> bool {
        (1..=name.len())
            .any(|length| matches_parts(&self.parts, name.get(..length).unwrap_or_default()))
    }
}

/// Without blanks at the end, unless the last is escaped.
fn trimmed(rule: &str) -> &str {
    let short = rule.trim_end();
    if short.ends_with('\\') && short.len() < rule.len() {
        return rule.get(..=short.len()).unwrap_or(short);
    }
    short
}

fn matches_parts(rule: &[Vec<char>], name: &[Vec<char>]) -> bool {
    match (rule.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((any, rest)), _) if *any == ['*', '*'] && rest.is_empty() => !name.is_empty(),
        (Some((any, rest)), _) if *any == ['*', '*'] => {
            (0..=name.len()).any(|skip| matches_parts(rest, name.get(skip..).unwrap_or_default()))
        }
        (Some((first, rest)), Some((part, others))) => {
            matches_part(first, part) && matches_parts(rest, others)
        }
        _ => false,
    }
}

/// `*`, `?` and `[…]` within one part of a path.
fn matches_part(rule: &[char], part: &[char]) -> bool {
    // Where to go back to: behind the last star, and the character that it takes next.
    let mut back: Option<(usize, usize)> = None;
    let (mut at, mut position) = (0, 0);
    loop {
        let Some(one) = part.get(position) else {
            return rule
                .get(at..)
                .is_none_or(|rest| rest.iter().all(|one| *one == '*'));
        };
        if rule.get(at) == Some(&'*') {
            back = Some((at + 1, position));
            at += 1;
            continue;
        }
        if let Some(length) = matches_one(rule.get(at..).unwrap_or_default(), *one) {
            at += length;
            position += 1;
            continue;
        }
        let Some((behind, taken)) = back else {
            return false;
        };
        back = Some((behind, taken + 1));
        (at, position) = (behind, taken + 1);
    }
}

/// How much of a rule matches one character.
fn matches_one(rule: &[char], one: char) -> Option<usize> {
    match rule {
        ['?', ..] => Some(1),
        ['\\', escaped, ..] => (*escaped == one).then_some(2),
        ['[', rest @ ..] => {
            let end = 1 + rest.iter().skip(1).position(|one| *one == ']')?;
            let class = rest.get(..end)?;
            let (negated, class) = match class {
                ['!' | '^', class @ ..] => (true, class),
                class => (false, class),
            };
            let mut found = false;
            let mut left = class;
            while let Some((first, more)) = left.split_first() {
                left = more;
                if let ['-', last, more @ ..] = left {
                    found |= (*first..=*last).contains(&one);
                    left = more;
                } else {
                    found |= *first == one;
                }
            }
            (found != negated).then_some(end + 2)
        }
        [plain, ..] => (*plain == one).then_some(1),
        [] => None,
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
