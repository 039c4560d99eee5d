//! Which file becomes which output.

use std::collections::{BTreeMap, BTreeSet};

use diagnostics::Diagnostics;
use indexmap::IndexMap;

use super::config::Config;
use super::data::missing;
use super::files::{Entry, Existing, Files, file_name, join, suffix};
use super::pattern::Pattern;
use super::settings::Located;
use crate::rules;
use crate::{Role, Template, TemplateSet};

/// What is rendered and copied, and to where.
#[derive(Clone, Default)]
pub struct Selection {
    /// Everything that templates can include, and among it what becomes an output.
    pub templates: TemplateSet,
    /// Folder that the outputs are relative to, relative to that of `makejinja.toml`.
    pub output: String,
    /// A warning for each pattern that excludes a folder, but none of the files in it.
    pub warnings: Diagnostics,
    /// Folders that makejinja makes, relative to `output`, each with its template folder and
    /// that one's permission bits.
    pub(super) folders: BTreeMap<String, (String, u32)>,
    /// The file that each output is made of, by output.
    pub(super) sources: BTreeMap<String, String>,
    /// Outputs that stay as they are because they exist and `force` is off.
    pub(super) kept: BTreeSet<String>,
}

impl Config {
    /// Chooses templates and outputs as makejinja does: inputs in order, in each the files
    /// that the patterns find, sorted, and of two for one output the first.
    ///
    /// `root` is the absolute path of the folder of `makejinja.toml`: makejinja compares
    /// `exclude_patterns` with absolute paths.
    ///
    /// # Errors
    ///
    /// `makejinja/missing-path` for each input that does not exist, `makejinja/pattern` for
    /// each pattern that Python refuses.
    pub fn select(
        &self,
        root: &str,
        files: &Files,
        existing: &Existing,
    ) -> Result<Selection, Diagnostics> {
        let mut problems = Diagnostics::new();
        for input in &self.inputs {
            if !files.is_file(&input.value) && !files.is_folder(&input.value) {
                problems.push(missing(input, "input"));
            }
        }
        let include = patterns(&self.include_patterns, "include_patterns", &mut problems);
        let exclude = patterns(&self.exclude_patterns, "exclude_patterns", &mut problems);
        for (pattern, listed) in include.iter().zip(&self.include_patterns) {
            if pattern.is_absolute() {
                problems.push(
                    rules::MAKEJINJA_PATTERN
                        .report(format!("the pattern `{}` is not relative", listed.value))
                        .at(listed.location.clone())
                        .hint("write it relative to the folders of `inputs`"),
                );
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        let single = self.is_single_file(files, existing);
        let (folder, only) = match self.output.value.rsplit_once('/') {
            Some((folder, name)) if single => (folder, Some(name)),
            None if single => ("", Some(self.output.value.as_str())),
            _ => (self.output.value.as_str(), None),
        };
        let mut chooser = Chooser {
            config: self,
            root,
            files,
            existing,
            only,
            include,
            exclude,
            chosen: IndexMap::new(),
            selection: Selection {
                output: folder.to_owned(),
                ..Selection::default()
            },
        };
        for input in &self.inputs {
            if files.is_file(&input.value) {
                chooser.file(&input.value);
            } else {
                chooser.folder(&input.value);
            }
        }
        Ok(chooser.finish())
    }

    /// One file in, one file out: then `output` is the file itself.
    fn is_single_file(&self, files: &Files, existing: &Existing) -> bool {
        self.inputs.len() <= 1
            && !self
                .inputs
                .iter()
                .any(|input| files.is_folder(&input.value))
            && (!suffix(&self.output.value).is_empty() || existing.output_is_file)
            && !existing.output_is_folder
    }
}

/// What becomes of an output.
enum Choice {
    Render { name: String },
    Copy { name: String, path: String },
    Keep,
}

struct Chooser<'a> {
    config: &'a Config,
    root: &'a str,
    files: &'a Files,
    existing: &'a Existing,
    /// The one output there is.
    only: Option<&'a str>,
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
    /// By output.
    chosen: IndexMap<String, Choice>,
    selection: Selection,
}

impl Chooser<'_> {
    /// A file among the inputs is rendered, whatever its name ends with.
    fn file(&mut self, path: &str) {
        let name = file_name(path);
        self.choose(path, name, true);
    }

    fn folder(&mut self, input: &str) {
        let config = self.config;
        let files = self.files;
        let below = files.below(input);
        let render_all = config.jinja_suffix.is_empty();
        let include = std::mem::take(&mut self.include);
        for pattern in &include {
            for (relative, entry) in &below {
                let is_folder = matches!(entry, Entry::Folder { .. });
                if !pattern.finds(relative, is_folder) {
                    continue;
                }
                let path = join(input, relative);
                if self.is_excluded(&path) {
                    continue;
                }
                match entry {
                    Entry::File { .. } => {
                        let render = render_all || suffix(relative) == config.jinja_suffix;
                        self.choose(&path, relative, render);
                    }
                    Entry::Folder { mode } => {
                        let output = self.output_of(relative);
                        self.selection
                            .folders
                            .entry(output)
                            .or_insert_with(|| (path, *mode));
                    }
                }
            }
        }
        self.include = include;
        self.excluded_folders(input, &below);
    }

    /// Where a pattern matches a folder, makejinja leaves out the folder and not the files in
    /// it, for which it then has no place: it stops.
    fn excluded_folders(&mut self, input: &str, below: &[(&str, &Entry)]) {
        for (pattern, listed) in self.exclude.iter().zip(&self.config.exclude_patterns) {
            let folder = below
                .iter()
                .map(|(relative, _)| *relative)
                .find(|relative| {
                    let inside = format!("{relative}/");
                    pattern.matches(&self.absolute(&join(input, relative)))
                        && below.iter().any(|(file, entry)| {
                            matches!(entry, Entry::File { .. })
                                && file.starts_with(&inside)
                                && !self.is_excluded(&join(input, file))
                        })
                });
            let Some(folder) = folder else { continue };
            let folder = join(input, folder);
            self.selection.warnings.push(
                rules::MAKEJINJA_EXCLUDED_FOLDER
                    .report(format!(
                        "`{}` matches the folder `{folder}`, but files in it are not excluded; \
                         makejinja stops there",
                        listed.value
                    ))
                    .at(listed.location.clone())
                    .hint(format!("exclude the files: `{}/*`", file_name(&folder))),
            );
        }
    }

    fn is_excluded(&self, path: &str) -> bool {
        let absolute = self.absolute(path);
        self.exclude
            .iter()
            .any(|pattern| pattern.matches(&absolute))
    }

    fn absolute(&self, path: &str) -> String {
        if path.starts_with('/') {
            path.to_owned()
        } else {
            join(self.root, path)
        }
    }

    /// Of two files for one output the first counts, whatever becomes of it.
    fn choose(&mut self, path: &str, name: &str, render: bool) {
        let output = self.output_of(name);
        if self.chosen.contains_key(&output) {
            return;
        }
        let exists = self.existing.files.contains_key(&output);
        let name = name.to_owned();
        let choice = if exists && !self.config.force {
            Choice::Keep
        } else if render {
            Choice::Render { name }
        } else {
            let path = path.to_owned();
            Choice::Copy { name, path }
        };
        self.selection
            .sources
            .insert(output.clone(), path.to_owned());
        self.chosen.insert(output, choice);
    }

    fn output_of(&self, name: &str) -> String {
        if let Some(only) = self.only {
            return only.to_owned();
        }
        let config = self.config;
        let has_suffix = suffix(name) == config.jinja_suffix && !config.keep_jinja_suffix;
        let length = if has_suffix {
            config.jinja_suffix.len()
        } else {
            0
        };
        name[..name.len() - length].to_owned()
    }

    /// Templates are found by their names, whichever input the output was chosen from: first
    /// the single files, of which the last of a name counts, then the folders in order.
    fn finish(self) -> Selection {
        let Self {
            config,
            files,
            existing,
            chosen,
            mut selection,
            ..
        } = self;
        let mut found: IndexMap<String, String> = IndexMap::new();
        let inputs = || config.inputs.iter().map(|input| input.value.as_str());
        for path in inputs().filter(|path| files.is_file(path)) {
            found.insert(file_name(path).to_owned(), path.to_owned());
        }
        for folder in inputs().filter(|path| files.is_folder(path)) {
            for (relative, entry) in files.below(folder) {
                if matches!(entry, Entry::File { .. }) {
                    found
                        .entry(relative.to_owned())
                        .or_insert_with(|| join(folder, relative));
                }
            }
        }
        let mut templates: IndexMap<&str, Template> = found
            .iter()
            .filter_map(|(name, path)| Some((name.as_str(), template(files, name, path)?)))
            .collect();
        let mut copies = Vec::new();
        for (output, choice) in &chosen {
            match choice {
                Choice::Keep => {
                    selection.kept.insert(output.clone());
                }
                Choice::Render { name } => {
                    let Some(template) = templates.get_mut(name.as_str()) else {
                        continue;
                    };
                    template.role = Role::Render;
                    template.output.clone_from(output);
                    if !config.copy_metadata {
                        template.mode = existing.files.get(output).copied().unwrap_or(0o644);
                    } else if let Some((_, mode)) = selection
                        .sources
                        .get(output)
                        .and_then(|source| files.get(source))
                    {
                        template.mode = mode;
                    }
                }
                Choice::Copy { name, path } => {
                    if let Some(mut copy) = template(files, name, path) {
                        copy.role = Role::Verbatim;
                        copy.output.clone_from(output);
                        copies.push(copy);
                    }
                }
            }
        }
        selection.templates = TemplateSet::new(templates.into_values().chain(copies));
        selection
    }
}

fn template(files: &Files, name: &str, path: &str) -> Option<Template> {
    let (content, mode) = files.get(path)?;
    Some(
        Template::new(name, content.clone(), path, "")
            .mode(mode)
            .role(Role::Partial),
    )
}

fn patterns(listed: &[Located<String>], option: &str, problems: &mut Diagnostics) -> Vec<Pattern> {
    let patterns = listed.iter().map(|listed| {
        let pattern = Pattern::new(&listed.value);
        if pattern.is_empty() {
            problems.push(
                rules::MAKEJINJA_PATTERN
                    .report(format!("`{option}` holds an empty pattern"))
                    .at(listed.location.clone())
                    .hint("remove it"),
            );
        }
        pattern
    });
    patterns.collect()
}
