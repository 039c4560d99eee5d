//! What the repository has that an application fits into, told from its templates.

use config_model::Templates;
use diagnostics::{Diagnostic, Location};
use render::{Options, Template, TemplateSet};
use yaml::{Limits, Node};

use super::host::Domains;
use super::name::Name;
use super::{APPS, parent};
use crate::gather::choose;
use crate::load::Inputs;
use crate::rules;
use crate::templates::{BUILT_IN_PREFIX, CONFIG, OVERRIDES, SUFFIX};

/// The templates of a repository, and what an application needs to know of them.
pub(super) struct Surroundings {
    pub(super) templates: TemplateSet,
    pub(super) options: Options,
    /// Which templates these are.
    pub(super) kind: Templates,
    /// The folder that new templates go to.
    pub(super) folder: String,
    /// What the name of a template ends with.
    pub(super) suffix: String,
    /// What the kustomizations of namespaces include.
    pub(super) components: Vec<String>,
    /// Whether they list their applications by a function.
    pub(super) lists_itself: bool,
    /// Where Flux reads the repository from.
    pub(super) source: Source,
    /// Whether the kustomization of its namespace gives the application's its namespace.
    pub(super) sets_namespace: bool,
    /// Whether each namespace has the values that Flux fills in.
    pub(super) substitutes: bool,
    /// How the cluster's domains are written.
    pub(super) domains: Domains,
    /// Whether templates read versions from `versions.yaml`.
    pub(super) pins: bool,
}

/// The source of Flux that Kustomizations name.
pub(super) struct Source {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) namespace: String,
}

impl Default for Source {
    fn default() -> Self {
        Self {
            kind: "GitRepository".to_owned(),
            name: "flux-system".to_owned(),
            namespace: "flux-system".to_owned(),
        }
    }
}

/// A gateway.
pub(super) struct Gateway {
    pub(super) name: String,
    /// The application that makes it, and its namespace.
    pub(super) made_by: (String, String),
}

impl Surroundings {
    /// Reads the templates of a repository.
    ///
    /// # Errors
    ///
    /// Templates that cannot be chosen, or that lie elsewhere than applications of the family do.
    pub(super) fn of(inputs: &Inputs, name: &Name) -> Result<Self, diagnostics::Diagnostics> {
        let (kind, set, options, problems) = choose(inputs);
        let Some(set) = set else {
            return Err(problems);
        };
        let templates = set.templates;
        let own = inputs.own.as_ref();
        let suffix = own.map_or(SUFFIX, |own| own.config.jinja_suffix.as_str());
        let folder = match kind {
            Templates::BuiltIn => OVERRIDES.to_owned(),
            Templates::Own => own_folder(&templates).ok_or_else(no_applications)?,
        };
        let parent = find(&templates, &format!("{}/kustomization.yaml", name.above()));
        let sets_namespace = parent
            .map(text_of)
            .is_none_or(|text| top(&text, "namespace").is_some());
        let texts = || templates.iter().map(text_of);
        let domains = if texts().any(|text| text.contains("SECRET_DOMAIN_")) {
            Domains::Numbered
        } else if texts().any(|text| text.contains("SECRET_DOMAIN")) {
            Domains::Primary
        } else {
            Domains::Rendered
        };
        let is_ks = |template: &&Template| template.output.ends_with("/ks.yaml");
        let ks = || templates.iter().filter(is_ks).map(text_of);
        let pins = kind == Templates::BuiltIn || texts().any(|text| text.contains("versions."));
        Ok(Self {
            components: components(&templates),
            lists_itself: { templates.iter().filter(|one| is_list(one)) }
                .any(|list| parent::lists_itself(&text_of(list))),
            source: ks().find_map(|text| source(&text)).unwrap_or_default(),
            substitutes: ks().any(|text| text.contains("cluster-secrets")),
            sets_namespace,
            domains,
            pins,
            suffix: suffix.to_owned(),
            folder,
            kind,
            options,
            templates,
        })
    }

    /// The template of an output.
    pub(super) fn template(&self, output: &str) -> Option<&Template> {
        find(&self.templates, output)
    }

    /// The path of a new template, from the root of the repository.
    pub(super) fn new_template(&self, output: &str) -> String {
        format!("{}/{output}{}", self.folder, self.suffix)
    }

    /// The gateway of a route.
    ///
    /// # Errors
    ///
    /// `app/no-gateway`.
    pub(super) fn gateway(&self, wanted: super::Gateway) -> Result<Gateway, Diagnostic> {
        let word = wanted.word();
        for name in [format!("envoy-{word}"), word.to_owned()] {
            let line = format!("name: {name}");
            let makes = |template: &&Template| {
                let text = text_of(template);
                let has = |wanted: &str| text.lines().any(|line| line.trim() == wanted);
                has("kind: Gateway") && has(&line)
            };
            let made_by = self.templates.iter().filter(makes).find_map(|template| {
                let mut parts = below_apps(&template.output)?.split('/');
                let (namespace, app) = (parts.next()?, parts.next()?);
                Some((app.to_owned(), namespace.to_owned()))
            });
            if let Some(made_by) = made_by {
                return Ok(Gateway { name, made_by });
            }
        }
        Err(rules::APP_NO_GATEWAY
            .report(format!(
                "no template has a Gateway called `envoy-{word}` or `{word}`"
            ))
            .hint("leave `--host` out, and write the route that this repository needs"))
    }

    /// Whether no template lies in a namespace.
    pub(super) fn is_new(&self, namespace: &str) -> bool {
        let below = format!("{APPS}/{namespace}/");
        !self
            .templates
            .iter()
            .any(|it| it.output.starts_with(&below))
    }

    /// Whether a namespace has more than itself, its list and one application.
    pub(super) fn has_more(&self, name: &Name) -> bool {
        let (above, app) = (format!("{}/", name.above()), format!("{}/", name.folder()));
        self.templates.iter().any(|template| {
            let output = template.output.as_str();
            let below = output.strip_prefix(&above);
            below.is_some_and(|below| {
                !output.starts_with(&app)
                    && !["kustomization.yaml", "namespace.yaml"].contains(&below)
            })
        })
    }
}

/// Where a template is written, from the root of the repository; none for a built-in one.
pub(super) fn place(template: &Template) -> Option<&str> {
    let shown = &*template.shown_as;
    (!shown.starts_with(BUILT_IN_PREFIX)).then_some(shown)
}

/// The text of a template, as far as it is text.
pub(super) fn text_of(template: &Template) -> String {
    String::from_utf8_lossy(&template.content).into_owned()
}

/// What of a path lies below the folder of applications.
pub(super) fn below_apps(path: &str) -> Option<&str> {
    path.strip_prefix(APPS)?.strip_prefix('/')
}

fn find<'a>(templates: &'a TemplateSet, output: &str) -> Option<&'a Template> {
    templates.iter().find(|template| template.output == output)
}

/// The folder of a repository's own templates that applications lie in.
fn own_folder(templates: &TemplateSet) -> Option<String> {
    templates.iter().find_map(|template| {
        below_apps(&template.output)?;
        let folder = place(template)?.strip_suffix(template.name.as_str())?;
        let folder = folder.strip_suffix('/')?;
        (folder != OVERRIDES).then(|| folder.to_owned())
    })
}

fn no_applications() -> Diagnostic {
    rules::APP_NOT_UNDERSTOOD
        .report(format!(
            "no template of this repository lies below `{CONFIG}/{APPS}`"
        ))
        .at(Location::file(CONFIG))
        .hint("applications are added where those of the family are")
}

fn root_of(text: &str) -> Option<Node> {
    let parsed = yaml::parse(&diagnostics::Source::new("", text), &Limits::default());
    parsed.documents.into_iter().next()
}

/// A text at the top of a template that is YAML but for comments.
fn top(text: &str, key: &str) -> Option<String> {
    root_of(text)?.get(key)?.text().map(str::to_owned)
}

/// Whether it is the list of a namespace.
fn is_list(template: &Template) -> bool {
    let name = below_apps(&template.output).and_then(|below| below.split_once('/'));
    name.is_some_and(|(_, file)| file == "kustomization.yaml")
}

/// What most namespaces include.
fn components(templates: &TemplateSet) -> Vec<String> {
    let listed = |template: &Template| {
        let root = root_of(&text_of(template))?;
        let items = root.get("components")?.as_sequence()?;
        let items: Option<Vec<_>> = items
            .iter()
            .map(|item| Some(item.text()?.to_owned()))
            .collect();
        items.filter(|items| !items.is_empty())
    };
    let mut found: Vec<_> = templates
        .iter()
        .filter(|template| is_list(template))
        .filter_map(listed)
        .collect();
    found.sort_by_key(|items| std::cmp::Reverse(items.len()));
    // The shortest: what others add is their own.
    found.pop().unwrap_or_default()
}

fn source(text: &str) -> Option<Source> {
    let root = root_of(text)?;
    let spec = root.get("spec")?.get("sourceRef")?;
    let of = |key: &str| Some(spec.get(key)?.text()?.to_owned());
    Some(Source {
        kind: of("kind")?,
        name: of("name")?,
        namespace: of("namespace").unwrap_or_else(|| "flux-system".to_owned()),
    })
}
