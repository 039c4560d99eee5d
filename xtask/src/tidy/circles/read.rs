//! The modules of a crate, and which of them name which others.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemUse, UseTree, Visibility};

use crate::files;

/// A module's path below the crate: empty for the root.
type Path = Vec<String>;

/// How far names are followed through what hands them on.
const DEPTH: usize = 16;

/// The modules of one crate, without those for tests.
pub(super) struct Modules(BTreeMap<Path, Module>);

/// One use: a module names something that another defines.
pub(super) struct Use {
    pub(super) by: Path,
    pub(super) target: Path,
    /// As it stands in the source.
    pub(super) words: String,
}

/// What a path names: something in a module, or the module as a whole.
struct Found {
    module: Path,
    whole: bool,
}

#[derive(Default)]
struct Module {
    file: String,
    items: BTreeSet<String>,
    imports: Vec<Import>,
    /// Paths in its code, outside `use`.
    paths: Vec<Vec<String>>,
}

/// One name that a `use` brings in; `*` for all.
struct Import {
    name: String,
    path: Vec<String>,
    public: bool,
}

impl Modules {
    /// Follows `mod` from the crate's first file.
    pub(super) fn read(folder: &Utf8Path, start: &str) -> Result<Self> {
        let mut modules = Self(BTreeMap::new());
        modules.file_at(folder, start.into(), Vec::new())?;
        Ok(modules)
    }

    /// The file in which a module stands.
    pub(super) fn file(&self, path: &[String]) -> &str {
        self.0.get(path).map_or("", |module| &module.file)
    }

    fn file_at(&mut self, folder: &Utf8Path, file: Utf8PathBuf, path: Path) -> Result<()> {
        let text = files::text(&folder.join(&file))?;
        let parsed = syn::parse_file(&text).with_context(|| format!("cannot parse `{file}`"))?;
        self.module(folder, &file, path, &parsed.items)
    }

    fn module(
        &mut self,
        folder: &Utf8Path,
        file: &Utf8Path,
        path: Path,
        items: &[Item],
    ) -> Result<()> {
        let mut reader = Reader::default();
        let mut below = Vec::new();
        for item in items {
            match item {
                Item::Mod(module) => {
                    // A file of elsewhere belongs to the crate that it lies in.
                    let elsewhere = module.attrs.iter().any(|one| one.path().is_ident("path"));
                    if !for_tests(&module.attrs) && !elsewhere {
                        below.push(module);
                    }
                }
                other => reader.visit_item(other),
            }
        }
        reader.0.file = file.to_string();
        self.0.insert(path.clone(), reader.0);
        for module in below {
            let mut path = path.clone();
            path.push(module.ident.to_string());
            if let Some((_, items)) = &module.content {
                self.module(folder, file, path, items)?;
                continue;
            }
            let stem = Utf8PathBuf::from(path.join("/"));
            let flat = stem.with_extension("rs");
            let file = if folder.join(&flat).exists() {
                flat
            } else {
                stem.join("mod.rs")
            };
            self.file_at(folder, file, path)?;
        }
        Ok(())
    }

    /// Every use of one module by another.
    pub(super) fn uses(&self) -> Vec<Use> {
        let mut uses = Vec::new();
        for (by, module) in &self.0 {
            let mut note = |words: &[String], target: Path| {
                uses.push(Use {
                    by: by.clone(),
                    target,
                    words: words.join("::"),
                });
            };
            for import in &module.imports {
                let Some(found) = self.find(by, &import.path, 0) else {
                    continue;
                };
                // A module above is a handle: what is named through it is told below. And what
                // a parent hands on, it need not use.
                let handle = found.whole && by.starts_with(&found.module);
                let handed_on = import.public && found.module.starts_with(by);
                if !handle && !handed_on {
                    note(&import.path, found.module);
                }
            }
            for path in &module.paths {
                // No code ends in a module: such a name is a variable's.
                if let Some(found) = self.find(by, path, 0)
                    && !found.whole
                {
                    note(path, found.module);
                }
            }
        }
        uses
    }

    /// What a path names; `None` where that is another crate's, or nothing that is known here.
    fn find(&self, from: &Path, path: &[String], depth: usize) -> Option<Found> {
        let (first, mut rest) = path.split_first()?;
        let mut at = match first.as_str() {
            "crate" => Vec::new(),
            "self" => from.clone(),
            "super" => above(from)?,
            _ => return self.named(from, first, rest, depth),
        };
        while let Some((word, further)) = rest.split_first()
            && word == "super"
        {
            at = above(&at)?;
            rest = further;
        }
        Some(self.within(at, rest, depth))
    }

    /// What words name that stand behind a module's path.
    fn within(&self, module: Path, words: &[String], depth: usize) -> Found {
        let found = match words.split_first() {
            Some((word, rest)) => self.named(&module, word, rest, depth),
            None => None,
        };
        found.unwrap_or(Found {
            module,
            whole: words.is_empty(),
        })
    }

    /// What `at::word::rest…` is, where `at` has such a child, item or import.
    fn named(&self, at: &Path, word: &str, rest: &[String], depth: usize) -> Option<Found> {
        if depth > DEPTH {
            return None;
        }
        let module = self.0.get(at)?;
        let own = module.items.contains(word).then(|| Found {
            module: at.clone(),
            whole: false,
        });
        if rest.is_empty() && own.is_some() {
            return own;
        }
        let mut child = at.clone();
        child.push(word.to_owned());
        if self.0.contains_key(&child) {
            return Some(self.within(child, rest, depth + 1));
        }
        if own.is_some() {
            return own;
        }
        let behind = |import: &Import, words: &[String]| {
            let path = [&import.path, words].concat();
            self.find(at, &path, depth + 1)
        };
        if let Some(import) = module.imports.iter().find(|import| import.name == word) {
            return behind(import, rest);
        }
        let all = module.imports.iter().filter(|import| import.name == "*");
        all.filter_map(|import| self.find(at, &import.path, depth + 1))
            .filter(|found| found.whole && found.module != *at)
            .find_map(|found| self.named(&found.module, word, rest, depth + 1))
    }
}

fn above(path: &Path) -> Option<Path> {
    path.split_last().map(|(_, above)| above.to_vec())
}

/// `#[cfg(test)]`.
fn for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|path| path.is_ident("test"))
    })
}

/// What one module's items name.
#[derive(Default)]
struct Reader(Module);

impl Reader {
    fn import(&mut self, tree: &UseTree, mut path: Vec<String>, public: bool) {
        match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.import(&part.tree, path, public);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, path.clone(), public);
                }
            }
            UseTree::Name(name) => {
                // `a::{self}` is `a`.
                if name.ident != "self" || path.is_empty() {
                    path.push(name.ident.to_string());
                }
                let name = path.last().cloned().unwrap_or_default();
                self.0.imports.push(Import { name, path, public });
            }
            UseTree::Rename(renamed) => {
                path.push(renamed.ident.to_string());
                let name = renamed.rename.to_string();
                self.0.imports.push(Import { name, path, public });
            }
            UseTree::Glob(_) => self.0.imports.push(Import {
                name: "*".to_owned(),
                path,
                public,
            }),
        }
    }

    /// Paths in the words of a macro's call, which nothing has parsed yet.
    fn words(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.path(std::mem::take(&mut path));
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.path(std::mem::take(&mut path));
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.words(group.stream());
                    }
                }
            }
        }
        self.path(path);
    }

    fn path(&mut self, path: Vec<String>) {
        if !path.is_empty() {
            self.0.paths.push(path);
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        let (name, attributes) = match item {
            Item::Const(item) => (Some(&item.ident), &item.attrs),
            Item::Enum(item) => (Some(&item.ident), &item.attrs),
            Item::Fn(item) => (Some(&item.sig.ident), &item.attrs),
            Item::Static(item) => (Some(&item.ident), &item.attrs),
            Item::Struct(item) => (Some(&item.ident), &item.attrs),
            Item::Trait(item) => (Some(&item.ident), &item.attrs),
            Item::Type(item) => (Some(&item.ident), &item.attrs),
            Item::Macro(item) => (item.ident.as_ref(), &item.attrs),
            Item::Impl(item) => (None, &item.attrs),
            Item::Use(item) => (None, &item.attrs),
            _ => return visit::visit_item(self, item),
        };
        if for_tests(attributes) {
            return;
        }
        self.0.items.extend(name.map(ToString::to_string));
        visit::visit_item(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let public = !matches!(item.vis, Visibility::Inherited);
        self.import(&item.tree, Vec::new(), public);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let words = path.segments.iter().map(|part| part.ident.to_string());
        self.path(words.collect());
        visit::visit_path(self, path);
    }

    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.words(list.tokens.clone());
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.words(call.tokens.clone());
        visit::visit_macro(self, call);
    }
}
