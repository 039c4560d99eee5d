//! The patches that a talconfig names or holds.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use diagnostics::{Diagnostics, Location, Source};
use machines::{Places, looks_encrypted, tidy};
use repository::View;
use yaml::edit::Edits;
use yaml::{Dialect, Limits, Node};

use super::listed::{List, Of, allows_scheduling, lists};
use super::pen::{self, What};
use super::rewrite::{Nodes, Texts, asked, patch};
use super::{Move, by_hand, targets};

/// What becomes of a patch, however often it is listed.
pub(super) struct Patch {
    /// It has another text, or none.
    pub(super) new: Option<Texts>,
    /// What is listed for control planes beside it.
    pub(super) beside: Option<String>,
}

/// Rewrites them all.
pub(super) fn rewrite(
    view: &View<'static>,
    places: &Places,
    moving: &mut Move,
) -> Result<(), Diagnostics> {
    let path = places.talconfig.as_str();
    let Some(source) = view.text(path)? else {
        // The configurations' own reading has told so.
        return Ok(());
    };
    let parsed = yaml::parse(&source, &Limits::default());
    let Some(root) = parsed.root().filter(|_| !parsed.diagnostics.has_errors()) else {
        return Err(parsed.diagnostics);
    };
    // Nodes that are alike are often merged from one.
    let root = if source.text().contains("<<") {
        root.resolved(Dialect::Go)
    } else {
        root.clone()
    };
    asked(moving, &source);
    moving.schedules = allows_scheduling(&root);
    let mut lists = lists(&root);
    let folder = places.talconfig.parent().unwrap_or(Utf8Path::new(""));
    let files = files(view, folder, &lists, moving)?;
    let texts = texts(&source, &lists, moving);
    let mut wanted = Vec::new();
    for list in &mut lists {
        for (index, item) in list.items().iter().enumerate() {
            let Some(text) = item.text() else {
                continue;
            };
            let file = text.strip_prefix('@');
            let known = match file {
                Some(file) => files.get(&tidy(&folder.join(file))),
                None => texts.get(&item.definition_range().start),
            };
            let Some(patch) = known else {
                continue;
            };
            let Some(new) = &patch.new else {
                continue;
            };
            let Some(becomes) = list.becomes.get_mut(index) else {
                continue;
            };
            match &new.text {
                None => becomes.what = What::Goes,
                Some(text) if file.is_none() && !item.is_alias() => {
                    becomes.what = What::Is(text.clone());
                }
                Some(_) => {}
            }
            list.titles.extend(new.titles.iter().cloned());
            let beside = match (&patch.beside, file) {
                (Some(name), Some(file)) => {
                    let file = Utf8Path::new(file).with_file_name(name);
                    Some(format!("@{file}"))
                }
                (beside, _) => beside.clone(),
            };
            let Some(beside) = beside else {
                continue;
            };
            match (list.of, list.nodes) {
                (_, Nodes::Workers) => {}
                (_, Nodes::ControlPlanes) => becomes.after.push(beside),
                (Of::All, Nodes::All) if !list.shared => {
                    wanted.push((beside, new.titles.clone()));
                }
                (_, Nodes::All) => {
                    let why = "only control planes take a part of it, and one list has it for control planes and workers: give each a list of its own";
                    let place = source.location(item.range());
                    moving.problems.push(by_hand("", why, place));
                }
            }
        }
        for becomes in &mut list.becomes {
            if matches!(becomes.what, What::Goes) && !becomes.after.is_empty() {
                becomes.what = What::Is(becomes.after.remove(0));
            }
        }
    }
    let mut edits = Edits::new(source.text());
    let new = targets::place(&source, &root, &mut lists, wanted, moving);
    for list in &lists {
        if write(&mut edits, &root, list).is_err() {
            let why = "its list cannot be changed in this notation: write a dash and a line for each patch";
            let place = source.location(list.list.range());
            moving.problems.push(by_hand("", why, place));
        }
    }
    if edits.is_empty() && new.is_empty() {
        return Ok(());
    }
    let applied = edits.apply().ok();
    let applied = applied.and_then(|text| targets::put(text, &new));
    let applied = applied.filter(|text| {
        let parsed = yaml::parse(&Source::new(path, text.as_str()), &Limits::default());
        !parsed.diagnostics.has_errors()
    });
    match applied {
        Some(mut text) => {
            if !text.ends_with('\n') {
                text.push('\n');
            }
            moving.changes.set(view, path, Some(text.into_bytes()))?;
        }
        None => {
            let why = "its lists of patches are written in a way that cannot be changed: write each as a list with dashes, without anchors";
            moving.problems.push(by_hand("", why, source.whole()));
        }
    }
    Ok(())
}

/// Rewrites the files that are listed.
fn files(
    view: &View<'static>,
    folder: &Utf8Path,
    lists: &[List<'_>],
    moving: &mut Move,
) -> Result<BTreeMap<Utf8PathBuf, Patch>, Diagnostics> {
    let mut listed: BTreeMap<Utf8PathBuf, Nodes> = BTreeMap::new();
    for list in lists {
        let texts = list.items().iter().filter_map(Node::text);
        for file in texts.filter_map(|text| text.strip_prefix('@')) {
            let known = listed.entry(tidy(&folder.join(file))).or_insert(list.nodes);
            *known = known.and(list.nodes);
        }
    }
    let mut files = BTreeMap::new();
    for (file, nodes) in listed {
        let Some(text) = view.text(file.as_str())? else {
            continue;
        };
        if looks_encrypted(text.text().as_bytes()) {
            let place = Location::file(file.as_str());
            let why = "it is encrypted; `ichor secrets edit` opens it";
            moving.problems.push(by_hand("", why, place));
            continue;
        }
        let Some(new) = patch(moving, &text, None, nodes) else {
            continue;
        };
        let mut beside = None;
        if let Some(text) = &new.for_control_planes {
            let name = beside_of(&file);
            let path = file.with_file_name(&name);
            if view.exists(path.as_str()) {
                let place = Location::file(file.as_str());
                let why = format!(
                    "what only control planes take would be in `{path}`, which is there already: give that another name"
                );
                moving.problems.push(by_hand("", &why, place));
                continue;
            }
            let text = text.clone().into_bytes();
            moving.changes.set(view, path.as_str(), Some(text))?;
            beside = Some(name);
        }
        let text = new.text.clone().map(String::into_bytes);
        moving.changes.set(view, file.as_str(), text)?;
        let new = Some(new);
        files.insert(file, Patch { new, beside });
    }
    Ok(files)
}

/// Rewrites the patches that stand in the talconfig, by where each is written.
fn texts(source: &Source, lists: &[List<'_>], moving: &mut Move) -> BTreeMap<usize, Patch> {
    let mut written: BTreeMap<usize, (&Node, Nodes)> = BTreeMap::new();
    let mut owned = BTreeSet::new();
    for list in lists {
        for item in list.items() {
            if item.text().is_none_or(|text| text.starts_with('@')) {
                continue;
            }
            let start = item.definition_range().start;
            let known = written.entry(start).or_insert((item, list.nodes));
            known.1 = known.1.and(list.nodes);
            if !item.is_alias() {
                known.0 = item;
                owned.insert(start);
            }
        }
    }
    let mut texts = BTreeMap::new();
    for (start, (item, nodes)) in written {
        let place = source.location(item.definition_range());
        let inner = Source::new(source.name(), item.text().unwrap_or_default());
        let Some(new) = patch(moving, &inner, Some(&place), nodes) else {
            continue;
        };
        if !owned.contains(&start) {
            let why = "it is written elsewhere, with an anchor: write it into the list";
            moving.problems.push(by_hand("", why, place));
            continue;
        }
        let beside = new.for_control_planes.clone();
        let new = Some(new);
        texts.insert(start, Patch { new, beside });
    }
    texts
}

/// Writes what a list becomes; one that is left with nothing goes with its key.
fn write(edits: &mut Edits<'_>, root: &Node, list: &List<'_>) -> Result<(), yaml::edit::EditError> {
    let is = |what: fn(&What) -> bool| list.becomes.iter().all(|one| what(&one.what));
    let more = !list.more.is_empty() || list.becomes.iter().any(|one| !one.after.is_empty());
    if !more && is(|what| matches!(what, What::Stays)) {
        return Ok(());
    }
    if list.list.is_alias() {
        return Err(yaml::edit::EditError::NotBlockList);
    }
    let emptied = !more && is(|what| matches!(what, What::Goes));
    if !emptied {
        return pen::list(edits, list.list, &list.becomes, &list.more);
    }
    // An empty list keeps a node from those of its role, and one with an anchor is named again.
    if list.overrides || list.shared || list.list.anchor().is_some() {
        return pen::empty(edits, list.owner, list.list);
    }
    let alone = list.owner.as_mapping().is_some_and(|map| map.len() == 1);
    match list.section {
        Some(section) if alone => edits.remove_key(root, section),
        _ => edits.remove_key(list.owner, pen::PATCHES),
    }
}

/// The name of the file for what of another only control planes take.
fn beside_of(path: &Utf8Path) -> String {
    let stem = path.file_stem().unwrap_or("patch");
    let extension = path.extension().unwrap_or("yaml");
    format!("{stem}-control-plane.{extension}")
}
