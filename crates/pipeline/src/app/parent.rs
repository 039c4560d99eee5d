//! The list that names an application: `kustomization.yaml` of its namespace.

use diagnostics::{Diagnostic, Source};
use render::Delimiters;
use yaml::{Node, Notation};

use super::edit::{self, Insertion, Role};

/// Statements that something follows until they end.
const OPENING: [&str; 9] = [
    "if",
    "for",
    "macro",
    "call",
    "filter",
    "with",
    "block",
    "raw",
    "autoescape",
];

/// What a list has to get in order to name something; none where it does, or where a function
/// lists it.
///
/// `lines` are the item with whatever is around it, from the first column on.
///
/// # Errors
///
/// `app/not-understood`: no list with an item that is there in any case.
pub(super) fn named(
    source: &Source,
    delimiters: &Delimiters,
    item: &str,
    lines: &str,
) -> Result<Option<(usize, Insertion)>, Diagnostic> {
    let text = source.text();
    let refused = |problem: Diagnostic| {
        problem.hint(format!(
            "add `- {item}` to its `resources` yourself, and run the command again"
        ))
    };
    let parsed = edit::parsed(source).map_err(refused)?;
    let root = parsed.root();
    let list = root.and_then(|root| root.get("resources"));
    let items = list.and_then(Node::as_sequence).unwrap_or_default();
    if items
        .iter()
        .filter_map(Node::text)
        .any(|it| is_same(it, item))
    {
        return Ok(None);
    }
    let not = |why: &str| Err(refused(edit::not_understood(source, why)));
    let Some(list) = list.filter(|list| list.notation() == Notation::Block) else {
        return not("its `resources` is no list with dashes");
    };
    let always = items.iter().rev();
    let mut always = always.filter(|item| depth(text, delimiters, item.range().start) == Some(0));
    let Some(last) = always.next() else {
        return not("no item of `resources` is there in any case");
    };
    let Some(column) = edit::column(text, list.range().start) else {
        return not("its `resources` is not on lines of its own");
    };
    let at = edit::behind(text, last);
    let indent = " ".repeat(column);
    let lines: String = lines
        .lines()
        .map(|line| format!("{indent}{line}\n"))
        .collect();
    let insertion = Insertion {
        file: source.name().to_owned(),
        role: Role::Item(item.to_owned()),
        text: edit::lines_at(text, at, &lines),
    };
    let after = Source::new(source.name(), edit::with(text, at, &insertion.text));
    let after = edit::parsed(&after).map_err(refused)?;
    if edit::same_but(root, after.root(), &[], &["resources"]) {
        Ok(Some((at, insertion)))
    } else {
        not("an item more would change something else")
    }
}

/// Whether a list names its items by looking which there are.
pub(super) fn lists_itself(text: &str) -> bool {
    text.contains("apps(")
}

/// Takes an item out of the list, in whatever form it is there by now.
pub(super) fn without(source: &Source, item: &str) -> Option<String> {
    let parsed = edit::parsed(source).ok()?;
    let list = parsed.root()?.get("resources")?;
    let items = list.as_sequence()?;
    let is_item = |node: &Node| node.text().is_some_and(|text| is_same(text, item));
    let number = items.iter().position(is_item)?;
    if items.len() == 1 {
        return None;
    }
    let mut edits = yaml::edit::Edits::new(source.text());
    edits.replace_items(list, number..number + 1, "").ok()?;
    edits.apply().ok()
}

/// Whether two items name the same.
fn is_same(one: &str, other: &str) -> bool {
    let plain = |text: &str| {
        let text = text.trim_start_matches("./").trim_end_matches('/');
        text.strip_suffix("/kustomization.yaml")
            .unwrap_or(text)
            .to_owned()
    };
    plain(one) == plain(other)
}

/// How many statements are open where an offset is; none where they do not fit together.
fn depth(text: &str, delimiters: &Delimiters, offset: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for statement in statements(&text[..offset], delimiters) {
        let word = statement.split_whitespace().next().unwrap_or_default();
        if word.starts_with("end") {
            depth = depth.checked_sub(1)?;
        } else if OPENING.contains(&word) {
            depth += 1;
        }
    }
    Some(depth)
}

/// The statements of a template, in order, without what is around them.
pub(super) fn statements<'a>(
    text: &'a str,
    delimiters: &'a Delimiters,
) -> impl Iterator<Item = &'a str> {
    let parts = text.split(delimiters.block_start.as_str()).skip(1);
    parts.filter_map(|part| {
        let (statement, _) = part.split_once(delimiters.block_end.as_str())?;
        Some(statement.trim_matches(['-', '+']).trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(text: &str) -> Result<String, String> {
        let source = Source::new("kustomization.yaml", text);
        let family = Delimiters::family();
        match named(&source, &family, "./x/ks.yaml", "- ./x/ks.yaml\n") {
            Ok(Some((at, insertion))) => {
                let after = edit::with(text, at, &insertion.text);
                assert_eq!(edit::cut(&after, &insertion.text).as_deref(), Some(text));
                Ok(after)
            }
            Ok(None) => Ok(text.to_owned()),
            Err(problem) => Err(problem.message),
        }
    }

    #[test]
    fn an_item_goes_behind_the_last_that_is_there_in_any_case() {
        for (before, after) in [
            (
                "resources:\n  - ./a\n",
                "resources:\n  - ./a\n  - ./x/ks.yaml\n",
            ),
            ("resources:\n- ./a", "resources:\n- ./a\n- ./x/ks.yaml"),
            (
                "resources:\r\n  - ./a # why\r\nnamespace: b\r\n",
                "resources:\r\n  - ./a # why\r\n  - ./x/ks.yaml\r\nnamespace: b\r\n",
            ),
            (
                "resources:\n  - ./a\n  #% if b %#\n  - ./b\n  #% endif %#\n",
                "resources:\n  - ./a\n  - ./x/ks.yaml\n  #% if b %#\n  - ./b\n  #% endif %#\n",
            ),
            (
                "resources:\n  #%- if b -%#\n  - ./b\n  #%- endif -%#\n  - ./c\n",
                "resources:\n  #%- if b -%#\n  - ./b\n  #%- endif -%#\n  - ./c\n  - ./x/ks.yaml\n",
            ),
            ("resources:\n  - x/ks.yaml\n", "resources:\n  - x/ks.yaml\n"),
        ] {
            assert_eq!(added(before).as_deref(), Ok(after), "{before}");
        }
    }

    /// So that nothing of the built-in set has to be ejected for an application.
    #[test]
    fn every_built_in_list_of_a_namespace_lists_itself() {
        let lists = crate::templates::builtin::templates().into_iter();
        let lists = lists.filter(|(name, _)| {
            let below = name
                .strip_prefix("kubernetes/apps/")
                .and_then(|it| it.split_once('/'));
            below.is_some_and(|(_, file)| file == "kustomization.yaml.j2")
        });
        let lists: Vec<_> = lists.collect();
        assert!(lists.len() > 4, "{}", lists.len());
        for (name, content) in lists {
            assert!(lists_itself(&String::from_utf8_lossy(&content)), "{name}");
        }
    }

    #[test]
    fn a_list_of_another_form_is_left_alone() {
        for text in [
            "",
            "# resources:\n",
            "resources: [./a]\n",
            "resources: {}\n",
            "resources:\n",
            "- a\n",
            "resources:\n  #% for a in b %#\n  - ./#{ a }#\n  #% endfor %#\n",
            "resources:\n  - ./a\n  - {% if b %}./b{% endif %}\n",
            "resources: &a\n  - ./a\nresources: *a\n",
        ] {
            let message = added(text).expect_err(text);
            assert!(
                message.starts_with("`kustomization.yaml` is not edited"),
                "{message}"
            );
        }
    }

    #[test]
    fn an_item_is_found_in_whatever_form_it_is() {
        let text = "resources:\n  - ./a\n  - x/ks.yaml # mine\n  - ./b\n";
        let source = Source::new("kustomization.yaml", text);
        assert_eq!(
            without(&source, "./x/ks.yaml").as_deref(),
            Some("resources:\n  - ./a\n  - ./b\n")
        );
        assert_eq!(without(&source, "./y/ks.yaml"), None);
    }
}
