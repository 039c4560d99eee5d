//! A kubeconfig put into another one, as `talosctl kubeconfig` does it: what has another content
//! under the same name is renamed, or replaced where that is wanted. Everything else keeps its
//! bytes.

use diagnostics::{Diagnostic, Source};
use yaml::edit::{EditError, Edits, New};
use yaml::{Limits, Node, Value};
use zeroize::Zeroizing;

use crate::rules;

/// How a kubeconfig is put into another one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Merging<'a> {
    /// Whether what has the same name is replaced.
    pub replace: bool,
    /// The name of the context; else its own.
    pub context: Option<&'a str>,
}

/// What came of it. Has no `Debug`: it holds keys.
pub struct Merged {
    /// The text.
    pub text: Zeroizing<String>,
    /// The name of the context, which is the current one.
    pub context: String,
    /// Names that were changed: of what, from, to.
    pub renamed: Vec<(&'static str, String, String)>,
}

/// A list of a kubeconfig.
struct List {
    key: &'static str,
    /// What its items hold beside their name.
    content: &'static str,
}

/// In the order in which names follow from each other.
const LISTS: [List; 3] = [
    List {
        key: "clusters",
        content: "cluster",
    },
    List {
        key: "users",
        content: "user",
    },
    List {
        key: "contexts",
        content: "context",
    },
];

/// Who reaches what by the current context of a kubeconfig. Has no `Debug`: a certificate may stand
/// beside its key.
pub struct Access {
    /// The server, such as `https://10.0.0.10:6443`; empty where none is named.
    pub server: String,
    /// The authority of the cluster, in base64 of PEM.
    pub authority: Option<String>,
    /// The certificate of the user, in base64 of PEM; none where a token or a program does it.
    pub certificate: Option<String>,
}

impl Access {
    /// What the current context says; none where there is none, or what is no kubeconfig.
    pub fn read(source: &Source) -> Option<Self> {
        let parsed = yaml::parse(source, &Limits::default());
        let root = parsed.root()?;
        let [clusters, users, contexts] = &LISTS;
        let content = |list: &List, name: &str| find(root, list, name)?.get(list.content);
        let context = content(contexts, &text(root, "current-context"))?;
        let cluster = content(clusters, &text(context, "cluster"));
        let user = content(users, &text(context, "user"));
        let own = |node: Option<&Node>, key: &str| Some(node?.get(key)?.text()?.to_owned());
        Some(Self {
            server: own(cluster, "server").unwrap_or_default(),
            authority: own(cluster, "certificate-authority-data"),
            certificate: own(user, "client-certificate-data"),
        })
    }
}

/// Whether a text has a cluster, a user and a context: what is none must not take the place of one.
pub fn is_whole(source: &Source) -> bool {
    let parsed = yaml::parse(source, &Limits::default());
    let has = |list: &List| {
        let items = parsed
            .root()
            .and_then(|root| root.get(list.key)?.as_sequence());
        items.is_some_and(|items| !items.is_empty())
    };
    !parsed.diagnostics.has_errors() && LISTS.iter().all(has)
}

/// Puts a kubeconfig with one context into another one.
///
/// # Errors
///
/// `kubeconfig/unmergeable`, for a file that is no kubeconfig, or that is written otherwise than
/// with dashes.
pub fn merged(existing: &Source, new: &Source, merging: Merging<'_>) -> Result<Merged, Diagnostic> {
    let [into, from] = [existing, new].map(|source| yaml::parse(source, &Limits::default()));
    let root = into.root().filter(|root| root.as_mapping().is_some());
    let (Some(root), false) = (root, into.diagnostics.has_errors()) else {
        return Err(unmergeable(existing, "is no kubeconfig"));
    };
    let from = from.root().filter(|_| !from.diagnostics.has_errors());
    let from = from.ok_or_else(|| unmergeable(new, "is no kubeconfig"))?;

    let mut names: Vec<(String, String)> = Vec::new();
    let mut renamed = Vec::new();
    let mut context = String::new();
    for list in &LISTS {
        let item = only(from, list).ok_or_else(|| unmergeable(new, "has not one context"))?;
        let name = text(item, "name");
        // A user has the name of the cluster in its own, a context that of the user.
        let mut wanted = match names.last() {
            Some((old, new)) => name.replace(old.as_str(), new),
            None => name.clone(),
        };
        if let (Some(forced), "contexts") = (merging.context, list.key) {
            forced.clone_into(&mut wanted);
        }
        let there = find(root, list, &wanted);
        let is_other = there.is_some_and(|there| {
            // A context names what was renamed before.
            list.key == "contexts" || !is_same(there.get(list.content), item.get(list.content))
        });
        if is_other && !merging.replace && !leads_there(there, list, &names, item) {
            wanted = free(root, list, &wanted);
        }
        if wanted != name {
            renamed.push((list.content, name.clone(), wanted.clone()));
        }
        wanted.clone_into(&mut context);
        names.push((name, wanted));
    }
    let text = write(existing, root, new, from, &names).map_err(|_| {
        unmergeable(
            existing,
            "is not written with a dash before each of its entries",
        )
    })?;
    Ok(Merged {
        text,
        context,
        renamed,
    })
}

/// Whether a context that is there leads where the new one does.
fn leads_there(there: Option<&Node>, list: &List, names: &[(String, String)], item: &Node) -> bool {
    let (Some(there), Some(item), "contexts") = (
        there.and_then(|there| there.get(list.content)),
        item.get(list.content),
        list.key,
    ) else {
        return false;
    };
    let [cluster, user] = ["cluster", "user"].map(|key| text(there, key));
    names.iter().map(|(_, new)| new).eq([&cluster, &user])
        && text(there, "namespace") == text(item, "namespace")
}

/// Writes both into one.
fn write(
    existing: &Source,
    root: &Node,
    new: &Source,
    from: &Node,
    names: &[(String, String)],
) -> Result<Zeroizing<String>, EditError> {
    // The new one under its new names.
    let mut edits = Edits::new(new.text());
    let mut rename = |node: Option<&Node>, name: &str| match node {
        Some(node) => edits.replace_scalar(node, New::Text(name)),
        None => Err(EditError::NoSuchEntry),
    };
    for (list, (_, name)) in LISTS.iter().zip(names) {
        let item = only(from, list).ok_or(EditError::NoSuchEntry)?;
        rename(item.get("name"), name)?;
        if list.key == "contexts" {
            let content = item.get(list.content);
            for (key, (_, name)) in ["cluster", "user"].iter().zip(names) {
                rename(content.and_then(|content| content.get(key)), name)?;
            }
        }
    }
    let new = Source::new(new.name(), edits.apply()?);
    let parsed = yaml::parse(&new, &Limits::default());
    let from = parsed.root().ok_or(EditError::NotMapping)?;

    let mut edits = Edits::new(existing.text());
    for (list, (_, name)) in LISTS.iter().zip(names) {
        let item = only(from, list).ok_or(EditError::NoSuchEntry)?;
        let lines = Zeroizing::new(lines(new.text(), item));
        let all = root.get(list.key).filter(|all| all.as_sequence().is_some());
        let position = all.and_then(|all| {
            let mut items = all.as_sequence()?.iter();
            let position = items.position(|item| text(item, "name") == *name)?;
            Some((all, position))
        });
        match position {
            Some((all, number)) => edits.replace_items(all, number..number + 1, &lines)?,
            None => edits.append_items(root, list.key, &lines)?,
        }
    }
    let context = names.last().map_or("", |(_, name)| name.as_str());
    match root.get("current-context") {
        Some(node) => edits.replace_scalar(node, New::Text(context))?,
        // Behind the last entry it would stand before what is added to that.
        None => edits.insert_entry(root, 0, "current-context", &yaml::quote(context))?,
    }
    Ok(Zeroizing::new(edits.apply()?))
}

/// An item with its dash in the first column.
fn lines(source: &str, item: &Node) -> String {
    let range = item.range();
    let line = source[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let column = range.start - line;
    let mut out = String::from("- ");
    for (number, line) in source[range].lines().enumerate() {
        if number > 0 {
            out.push_str("  ");
        }
        // What is deeper than the first key stays so.
        let inner = line.len() - line.trim_start_matches(' ').len();
        let cut = if number > 0 { inner.min(column) } else { 0 };
        out.push_str(&line[cut..]);
        out.push('\n');
    }
    out
}

/// The item of a list that has one.
fn only<'n>(root: &'n Node, list: &List) -> Option<&'n Node> {
    match root.get(list.key)?.as_sequence()? {
        [item] => Some(item),
        _ => None,
    }
}

fn find<'n>(root: &'n Node, list: &List, name: &str) -> Option<&'n Node> {
    let items = root.get(list.key)?.as_sequence()?;
    items.iter().find(|item| text(item, "name") == name)
}

/// A name with the first number behind it that is free.
fn free(root: &Node, list: &List, name: &str) -> String {
    let mut candidates = (1..).map(|number: u64| format!("{name}-{number}"));
    let found = candidates.find(|candidate| find(root, list, candidate).is_none());
    found.unwrap_or_default()
}

fn text(node: &Node, key: &str) -> String {
    let found = node.get(key).and_then(Node::text);
    found.unwrap_or_default().to_owned()
}

/// Whether two values mean the same.
fn is_same(one: Option<&Node>, other: Option<&Node>) -> bool {
    let (Some(one), Some(other)) = (one, other) else {
        return one.is_none() == other.is_none();
    };
    match (one.value(), other.value()) {
        (Value::Scalar(_), Value::Scalar(_)) => one.text() == other.text(),
        (Value::Sequence(ones), Value::Sequence(others)) => {
            ones.len() == others.len()
                && ones
                    .iter()
                    .zip(others)
                    .all(|(one, other)| is_same(Some(one), Some(other)))
        }
        (Value::Mapping(map), Value::Mapping(others)) => {
            let mut entries = map.iter();
            map.len() == others.len()
                && entries.all(|entry| {
                    let other = entry.key.text().and_then(|key| other.get(key));
                    other.is_some() && is_same(Some(&entry.value), other)
                })
        }
        _ => false,
    }
}

fn unmergeable(source: &Source, why: &str) -> Diagnostic {
    let problem = rules::KUBECONFIG_UNMERGEABLE.report(format!("`{}` {why}", source.name()));
    problem.hint("name another file, or replace this one with `--force` and without `--merge`")
}

#[cfg(test)]
mod tests;
