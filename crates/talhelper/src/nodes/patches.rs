//! The patches of a talconfig: each is read once, and those with templates once a node.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use yaml::rules::OF_YAML;

use diagnostics::{Diagnostics, Location, Severity, Source};
use serde_json::Value;

use super::contents::Contents;
use super::node::Node;
use super::origin::Origin;
use super::places::{find, role_key};
use crate::explain::StageKind;
use crate::talconfig::{Raw, Texts};
use talos::generate::Role;
use talos::patch::{Machinery, Patch, fill};

/// One entry of a list of patches.
pub(super) struct Entry {
    pub(super) kind: StageKind,
    /// The file, or the talconfig with the line.
    pub(super) name: String,
    /// Where the entry is written.
    pub(super) place: Location,
    text: Arc<Text>,
    origin: Origin,
}

/// What a patch says.
enum Text {
    /// Nothing.
    Nothing,
    /// It cannot be read, which was told.
    Broken,
    /// The same for every node.
    Fixed(Patch),
    /// With fields of the node's configuration; variables are to be put in if it is a file.
    Template(Source, bool),
}

impl Entry {
    /// The patch for a node, from its configuration as it is before the group.
    pub(super) fn patch(
        &self,
        documents: &[Value],
        contents: &Contents<'_>,
    ) -> (Option<Cow<'_, Patch>>, Diagnostics) {
        match &*self.text {
            Text::Nothing | Text::Broken => (None, Diagnostics::new()),
            Text::Fixed(patch) => (Some(Cow::Borrowed(patch)), Diagnostics::new()),
            Text::Template(source, file) => {
                let (filled, problems) = fill(source, documents);
                if problems.has_errors() {
                    return (None, self.placed(problems));
                }
                // A condition may leave nothing of it on some nodes.
                if filled.text().trim().is_empty() {
                    return (None, problems);
                }
                let (patch, problems) = read(&filled, *file, contents);
                (patch.map(Cow::Owned), self.placed(problems))
            }
        }
    }

    /// Whether nothing can be made of it.
    pub(super) fn is_broken(&self) -> bool {
        matches!(*self.text, Text::Broken)
    }

    /// A place of the patch's text, in the file that the user knows.
    pub(super) fn place_of(&self, place: Location) -> Location {
        self.origin.place(place)
    }

    /// Problems at the places of the talconfig, if the patch stands there.
    pub(super) fn placed(&self, problems: Diagnostics) -> Diagnostics {
        problems
            .into_iter()
            .map(|problem| self.origin.placed(problem))
            .collect()
    }
}

/// The patches of a file or of a text, with the variables put in.
fn read(source: &Source, file: bool, contents: &Contents<'_>) -> (Option<Patch>, Diagnostics) {
    let (source, mut problems) = if file {
        contents.substituted(source)
    } else {
        (source.clone(), Diagnostics::new())
    };
    // talhelper refuses a document that is in a patch twice, unlike Talos 1.14.
    let (patch, more) = Patch::read(&source, Machinery::V1_13);
    // Older repositories have patches of JSON, from the time when there was one document.
    let patch = patch.map(Patch::on_first_document);
    // A text that is not whole need not be YAML.
    let broken = problems.has_errors();
    problems.extend(
        more.into_iter()
            .filter(|problem| !(broken && OF_YAML.contains(&problem.rule))),
    );
    (patch.filter(|_| !problems.has_errors()), problems)
}

/// All patches of a talconfig.
pub(super) struct Patches {
    global: Vec<Arc<Entry>>,
    control_plane: Vec<Arc<Entry>>,
    worker: Vec<Arc<Entry>>,
    own: HashMap<usize, Vec<Arc<Entry>>>,
}

impl Patches {
    /// Reads every patch; its problems are told once, however many nodes have it.
    pub(super) fn read(raw: &Raw, contents: &Contents<'_>) -> (Self, Diagnostics) {
        let mut reader = Reader {
            raw,
            contents,
            files: HashMap::new(),
            problems: Diagnostics::new(),
        };
        let config = &raw.config;
        let mut role = |role: Role, patches: Option<&Texts>| {
            let path = format!("{}.patches", role_key(role));
            reader.list(StageKind::RolePatch, &path, patches)
        };
        let mut all = Self {
            control_plane: role(Role::ControlPlane, config.control_plane.patches.as_ref()),
            worker: role(Role::Worker, config.worker.patches.as_ref()),
            own: HashMap::new(),
            global: Vec::new(),
        };
        for (index, node) in &config.nodes {
            if let Some(patches) = &node.shared.patches {
                let path = format!("nodes.{index}.patches");
                let entries = reader.list(StageKind::NodePatch, &path, Some(patches));
                all.own.insert(*index, entries);
            }
        }
        all.global = reader.list(StageKind::GlobalPatch, "patches", Some(&config.patches));
        (all, reader.problems)
    }

    /// The patches of a node's role and its own, in order: the first group.
    pub(super) fn of_node(&self, node: &Node<'_>) -> Vec<&Arc<Entry>> {
        let of_role = match node.role {
            Role::ControlPlane => &self.control_plane,
            Role::Worker => &self.worker,
        };
        let own = self.own.get(&node.index);
        let of_role = of_role
            .iter()
            .filter(|_| own.is_none() || !node.own.override_patches);
        of_role.chain(own.into_iter().flatten()).collect()
    }

    /// The patches for all nodes: the second group.
    pub(super) fn global(&self) -> Vec<&Arc<Entry>> {
        self.global.iter().collect()
    }
}

/// Reads lists of patches.
struct Reader<'a> {
    raw: &'a Raw,
    contents: &'a Contents<'a>,
    files: HashMap<String, Arc<Text>>,
    problems: Diagnostics,
}

impl Reader<'_> {
    fn list(&mut self, kind: StageKind, path: &str, list: Option<&Texts>) -> Vec<Arc<Entry>> {
        let mut out = Vec::new();
        for (index, written) in list.into_iter().flat_map(Texts::written) {
            let node = find(self.raw.root(), &format!("{path}.{index}"));
            let range = node.map_or(0..0, yaml::Node::definition_range);
            let place = self.raw.source().location(range.clone());
            let entry = match Contents::name(written) {
                Some(name) => Entry {
                    kind,
                    name: name.to_owned(),
                    text: self.file(name, &place),
                    place,
                    origin: Origin::File,
                },
                None => self.inline(kind, written, range, place),
            };
            out.push(Arc::new(entry));
        }
        out
    }

    fn inline(
        &mut self,
        kind: StageKind,
        written: &str,
        range: std::ops::Range<usize>,
        place: Location,
    ) -> Entry {
        let name = format!("{}:{}", self.raw.source().name(), place.line);
        let source = Source::new(&*name, written);
        let origin = Origin::within(self.raw.source(), range, &name);
        let (text, problems) = self.text(source, false);
        let entry = Entry {
            kind,
            name,
            text: Arc::new(text),
            place,
            origin,
        };
        self.problems.extend(entry.placed(problems));
        entry
    }

    fn file(&mut self, name: &str, place: &Location) -> Arc<Text> {
        if let Some(known) = self.files.get(name) {
            return Arc::clone(known);
        }
        let text = match self.contents.file(name, place) {
            Ok(source) => {
                let (text, problems) = self.text(source, true);
                self.problems.extend(problems.into_iter().map(|problem| {
                    match &problem.location {
                        // Of a file as a whole, what asks for it says more.
                        Some(whole) if whole.line == 0 => {
                            problem.related(place.clone(), "it is listed here")
                        }
                        _ => problem,
                    }
                }));
                text
            }
            Err(problem) => {
                self.problems.push(problem);
                Text::Broken
            }
        };
        let text = Arc::new(text);
        self.files.insert(name.to_owned(), Arc::clone(&text));
        text
    }

    fn text(&self, source: Source, file: bool) -> (Text, Diagnostics) {
        if source.text().trim().is_empty() {
            let problem =
                talos::rules::PATCH_EMPTY.report_as(Severity::Warning, "the patch is empty");
            return (
                Text::Nothing,
                [problem.at(source.whole())].into_iter().collect(),
            );
        }
        if source.text().contains("{{") {
            return (Text::Template(source, file), Diagnostics::new());
        }
        let (patch, problems) = read(&source, file, self.contents);
        (patch.map_or(Text::Broken, Text::Fixed), problems)
    }
}
