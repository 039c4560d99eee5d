//! One cluster, from where it begins.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use diagnostics::{Diagnostic, Diagnostics};
use rayon::prelude::*;

use super::Options;
use super::build::{Built, build};
use super::copied::Copied;
use super::entries::flux_of;
use super::entries::{Declared, Entry, Reference};
use super::ignore::{Artifact, Patterns};
use super::store::Store;
use super::{metadata, releases};
use crate::assembled::{self, Assembled, Kustomization, Outcome};
use crate::files::Files;
use crate::object::{Id, Object};
use crate::rules;
use crate::substitute::Substitution;
use crate::value::Value;

/// How often variables are filled in: those of variables of variables come to rest after few.
const ROUNDS: usize = 5;

/// How many Kustomizations there may be.
const MOST: usize = 5_000;

/// How many may stand between one and the root.
const DEEPEST: usize = 32;

/// Puts a cluster together.
pub(super) fn assemble(
    files: &dyn Files,
    declared: &Declared,
    entry: &Entry,
    options: &Options<'_>,
) -> Assembled {
    let Declared {
        entries,
        sources,
        pins,
    } = declared;
    let (flux, mode) = flux_of(pins, entries, entry);
    let source = Reference::of(&entry.object);
    // Other clusters may have another source of this name.
    let mut sources: Vec<&Object> = sources.iter().collect();
    sources.sort_by_key(|it| Reverse(nearness(it, entry)));
    let declared = { sources.iter() }.find(|it| source.is(it));
    let ignore = declared.map(|it| it.text(&["spec", "ignore"]));
    let patterns = Patterns::of(files, ignore.filter(|text| !text.is_empty()));
    let artifact = Artifact::new(files, patterns);
    let mut cluster = Cluster {
        files: &artifact,
        pushed: (!entry.base.is_empty()).then(|| Copied::folder(&artifact, &entry.base)),
        sources,
        address: String::new(),
        source,
        options,
        about: assembled::Cluster {
            path: entry.cluster.clone(),
            flux,
            mode: options.mode.unwrap_or(mode),
            is_open: false,
        },
        builds: Mutex::default(),
        is_elsewhere: entry.is_elsewhere,
    };
    cluster.address = cluster.address_of(&entry.address);
    let mut root = entry.object.clone();
    let mut store = Store::default();
    let mut nodes = Vec::new();
    for _ in 0..ROUNDS {
        nodes = cluster.walk(&root, &store);
        let found = Store::of(nodes.iter().flat_map(|node: &Node| &node.objects));
        let applied = { nodes.iter().flat_map(|node| &node.objects) }
            .find(|object| is_kustomization(object) && object.id() == root.id());
        let changed = applied.filter(|applied| **applied != root).cloned();
        let is_settled = found == store && changed.is_none();
        store = found;
        // What applies itself is in the cluster as it is applied: where it begins may be a patch of
        // that, which does not say its source.
        if let Some(applied) = changed {
            root = applied;
            cluster.source = Reference::of(&root);
            cluster.address = cluster.address_of(&entry.address);
        }
        if is_settled {
            break;
        }
    }
    cluster.finish(nodes, &store)
}

/// How many folders a source's file has in common with where a cluster begins.
fn nearness(source: &Object, entry: &Entry) -> usize {
    let file = source.0.place.source().map_or("", |source| source.name());
    let common = |folder: &str| {
        let parts = file.split('/').zip(folder.split('/'));
        parts.take_while(|(one, other)| one == other).count()
    };
    common(&entry.path).max(common(&entry.cluster))
}

/// An address without what may be written differently: protocol, user, `.git`.
fn plain(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
    let rest = rest.trim_end_matches('/').trim_end_matches(".git");
    rest.replacen(':', "/", 1).to_ascii_lowercase()
}

fn is_kustomization(object: &Object) -> bool {
    object.kind() == "Kustomization" && object.group() == "kustomize.toolkit.fluxcd.io"
}

/// That Kustomizations go on making others.
fn endless(object: &Object) -> Diagnostic {
    let problem = rules::FLUX_ENDLESS.report(format!(
        "{} is one too many: there are {MOST} Kustomizations before it, or {DEEPEST} that apply one another",
        object.id()
    ));
    let problem = problem.hint("does a Kustomization apply its own folder under another name?");
    problem.at(object.place().location())
}

/// A Kustomization and what became of it.
struct Node {
    object: Object,
    parent: Option<usize>,
    built: Option<Arc<Built>>,
    objects: Vec<Object>,
    problems: Diagnostics,
}

struct Cluster<'a> {
    files: &'a dyn Files,
    /// The folder that the artifact is made of, where that is not the whole repository.
    pushed: Option<Copied<'a>>,
    /// All that are written, the nearest to where it begins first.
    sources: Vec<&'a Object>,
    /// The source that is the repository itself.
    source: Reference,
    /// Its address; empty where it is not known.
    address: String,
    options: &'a Options<'a>,
    /// What is known of it.
    about: assembled::Cluster,
    /// What was built already, by what decides it.
    builds: Mutex<HashMap<String, Arc<Built>>>,
    /// Whether the root itself comes from another repository.
    is_elsewhere: bool,
}

impl Cluster<'_> {
    /// Everything from the root on, with the variables that are known.
    fn walk(&self, root: &Object, store: &Store) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::new();
        let mut seen: BTreeSet<Id> = BTreeSet::from([root.id()]);
        let mut generators: Vec<Object> = Vec::new();
        let mut level = vec![(root.clone(), None)];
        for depth in 0.. {
            let most = if depth < DEEPEST {
                MOST - nodes.len()
            } else {
                0
            };
            if let Some((object, parent)) = level.get(most) {
                let parent = parent.and_then(|parent: usize| nodes.get_mut(parent));
                if let Some(node) = parent {
                    node.problems.push(endless(object));
                }
            }
            level.truncate(most);
            if level.is_empty() {
                break;
            }
            let made: Vec<Node> = { level.into_par_iter() }
                .map(|(object, parent)| self.node(object, parent, store, &generators))
                .collect();
            level = Vec::new();
            for node in made {
                let index = nodes.len();
                let made = node
                    .objects
                    .iter()
                    .filter(|it| it.kind() == "ArtifactGenerator");
                generators.extend(made.cloned());
                for object in node
                    .objects
                    .iter()
                    .filter(|object| is_kustomization(object))
                {
                    if seen.insert(object.id()) {
                        level.push((object.clone(), Some(index)));
                    }
                }
                nodes.push(node);
            }
        }
        nodes
    }

    fn node(
        &self,
        object: Object,
        parent: Option<usize>,
        store: &Store,
        generators: &[Object],
    ) -> Node {
        let mut node = Node {
            object,
            parent,
            built: None,
            objects: Vec::new(),
            problems: Diagnostics::new(),
        };
        if { node.object.0.at(&["spec", "suspend"]) }.and_then(Value::as_bool) == Some(true) {
            return node;
        }
        let reference = Reference::of(&node.object);
        let is_here = !self.is_elsewhere && (parent.is_none() || self.is_here(&reference));
        let copied = if is_here || reference.kind != "ExternalArtifact" {
            None
        } else {
            self.copied(&reference, generators)
        };
        let built = match copied {
            Some(copied) => self.built(&node.object, Some(&copied)),
            None if is_here => self.built(&node.object, self.pushed.as_ref()),
            None => return node,
        };
        let substitution = store.substitution(&node.object, self.about.mode);
        node.objects = { built.objects.par_iter() }
            .map(|object| {
                substitution
                    .apply(object)
                    .map_err(|problems| (object, problems))
            })
            .collect::<Vec<_>>()
            .into_iter()
            .map(|filled| {
                filled.unwrap_or_else(|(object, problems)| {
                    node.problems.extend(problems);
                    guessed(object, &substitution)
                })
            })
            .collect();
        if !built.objects.is_empty() {
            node.problems.extend(substitution.problems());
        }
        metadata::give(&node.object, &mut node.objects, &mut node.problems);
        node.built = Some(built);
        node
    }

    fn built(&self, flux: &Object, copied: Option<&Copied<'_>>) -> Arc<Built> {
        let key = flux.0.get("spec").map(Value::to_yaml).unwrap_or_default();
        let lock = || self.builds.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(built) = lock().get(&key) {
            return Arc::clone(built);
        }
        let files = copied.map_or(self.files, |copied| copied as &dyn Files);
        let mut built = build(files, flux, self.options.decrypt);
        if let Some(copied) = copied {
            let real = |path: &String| copied.real(path).unwrap_or_else(|| path.clone());
            built.path = built.path.as_ref().map(real);
            built.files = built.files.iter().map(real).collect();
            built.files.sort();
        }
        let built = Arc::new(built);
        lock().insert(key, Arc::clone(&built));
        built
    }

    /// An artifact that is copied together out of the repository.
    fn copied(&self, reference: &Reference, generators: &[Object]) -> Option<Copied<'_>> {
        let own = |kind: &str, namespace: &str, name: &str| {
            self.is_here(&Reference {
                kind: kind.to_owned(),
                namespace: namespace.to_owned(),
                name: name.to_owned(),
            })
        };
        { generators.iter() }
            .filter(|generator| generator.namespace() == reference.namespace)
            .find_map(|generator| Copied::of(self.files, generator, &reference.name, own))
    }

    /// The address of the source that is the repository itself, or the one that is said where no
    /// file declares that source.
    fn address_of(&self, said: &str) -> String {
        let declared = { self.sources.iter() }.find(|it| self.source.is(it));
        let address = declared.map_or("", |it| it.text(&["spec", "url"]));
        plain(if address.is_empty() { said } else { address })
    }

    /// Whether a source is the repository itself: the same object, or the same address.
    fn is_here(&self, reference: &Reference) -> bool {
        if *reference == self.source {
            return true;
        }
        let Some(declared) = { self.sources.iter() }.find(|it| reference.is(it)) else {
            return false;
        };
        let own = { self.sources.iter() }.find(|it| self.source.is(it));
        // Of another branch or version nobody knows here what it holds.
        let revisions =
            [own, Some(declared)].map(|it| it?.0.at(&["spec", "ref"]).map(Value::to_json));
        let is_same = match revisions {
            [Some(own), Some(other)] => own == other,
            _ => true,
        };
        let address = plain(declared.text(&["spec", "url"]));
        !self.address.is_empty() && address == self.address && is_same
    }

    fn finish(&self, nodes: Vec<Node>, store: &Store) -> Assembled {
        let about = assembled::Cluster {
            is_open: store.is_open(),
            ..self.about.clone()
        };
        let objects: Vec<(usize, &Object)> = { nodes.iter().enumerate() }
            .flat_map(|(owner, node)| node.objects.iter().map(move |object| (owner, object)))
            .collect();
        let is_here = |reference: &Reference| self.is_here(reference);
        let (releases, problems) = releases::of(&objects, store, &is_here);
        let mut all = Assembled {
            releases,
            problems,
            ..Assembled::default()
        };
        for node in nodes {
            let problems = node.built.iter().flat_map(|built| built.problems.iter());
            let mut problems: Diagnostics = problems.cloned().collect();
            problems.extend(node.problems);
            let outcome = match &node.built {
                None => Outcome::Elsewhere,
                Some(_) if problems.has_errors() => Outcome::Failed,
                Some(_) => Outcome::Built,
            };
            all.problems.extend(problems);
            all.kustomizations.push(Kustomization {
                id: node.object.id(),
                object: node.object,
                parent: node.parent,
                path: node.built.as_ref().and_then(|built| built.path.clone()),
                files: { node.built.as_ref() }
                    .map(|built| built.files.clone())
                    .unwrap_or_default(),
                objects: node.objects,
                outcome,
                cluster: about.clone(),
            });
        }
        all
    }
}

/// An object whose variables could not be filled in, with a marker for each that is not set, so
/// that one problem does not become several.
fn guessed(object: &Object, substitution: &Substitution) -> Object {
    let mut substitution = substitution.clone();
    substitution.variables.open();
    substitution
        .apply(object)
        .unwrap_or_else(|_| object.clone())
}
