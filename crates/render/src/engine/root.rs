//! The variables that a template starts with.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;
use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, Value};

use crate::context::ContextBuilder;
use crate::data::Data;
use crate::globals;
use crate::natives::{self, Giving};
use crate::options::UndefinedMode;
use crate::plugin;
use crate::python::attributes::VARIABLE_PREFIX;
use crate::python::call::Settings;
use crate::python::dict::{Dict, Entries, Key};
use crate::python::fault::Fault;
use crate::python::objects::{List, Opaque, Tuple};
use crate::python::undefined::{Origin, Undefined};
use crate::python::view::integer;
use crate::syntax::is_space;
use crate::template::{Role, Template};
use crate::translate::encode_name;

/// By which name the engine finds the root itself.
pub(super) const ROOT: &str = "_root";

/// A name that no template has.
pub(super) const MISSING_TEMPLATE: &str = "\u{1}";

/// Which templates there are.
pub(crate) struct Names {
    positions: BTreeMap<String, usize>,
    giving: Vec<Giving>,
}

impl Names {
    /// Of two templates with one name the first is found.
    pub(crate) fn new(templates: &[&Template]) -> Self {
        let mut positions = BTreeMap::new();
        for (position, template) in templates.iter().enumerate() {
            positions.entry(template.name.clone()).or_insert(position);
        }
        let giving = templates
            .iter()
            .filter(|template| template.role != Role::Partial);
        Self {
            positions,
            giving: giving
                .map(|template| Giving {
                    name: template.name.clone(),
                    output: template.output.clone(),
                    copied: template.role == Role::Verbatim,
                })
                .collect(),
        }
    }

    /// The place of a template.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }

    /// The name of the template that a path means, as Jinja2's loader reads it.
    pub(crate) fn resolve(&self, path: &str) -> Option<String> {
        let parts: Vec<_> = path
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .collect();
        let name = parts.join("/");
        let allowed = !parts.contains(&"..") && self.positions.contains_key(&name);
        allowed.then_some(name)
    }

    /// The name that a wrong one most likely means.
    pub(crate) fn closest(&self, name: &str) -> Option<&str> {
        diagnostics::closest(name, self.positions.keys().map(String::as_str)).or_else(|| {
            let file = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
            let mut same = self
                .positions
                .keys()
                .filter(|known| file(known) == file(name));
            same.next()
                .filter(|_| same.next().is_none())
                .map(String::as_str)
        })
    }
}

/// What a name means where no template binds it.
pub(super) struct Root {
    settings: Arc<Settings>,
    context: Arc<ContextBuilder>,
    data: Option<Arc<IndexMap<String, Data>>>,
    names: Arc<Names>,
    /// Values made so far: a template that changes a list finds it changed.
    made: Mutex<HashMap<String, Value>>,
    /// How many imports without context are being evaluated.
    hidden: AtomicUsize,
    /// Whether this run only finds out whether its template gives a file.
    nested: bool,
}

impl Root {
    pub(super) fn new(
        settings: Arc<Settings>,
        context: Arc<ContextBuilder>,
        data: Option<Arc<IndexMap<String, Data>>>,
        names: Arc<Names>,
    ) -> Self {
        Self {
            settings,
            context,
            data,
            names,
            made: Mutex::default(),
            hidden: AtomicUsize::new(0),
            nested: false,
        }
    }

    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// Hides the variables of the one template, or shows them again.
    pub(super) fn globals_only(&self, on: bool) {
        if on {
            self.hidden.fetch_add(1, Ordering::Relaxed);
        } else {
            self.hidden.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn lookup(&self, name: &str) -> Value {
        if let Some(data) = &self.data
            && self.hidden.load(Ordering::Relaxed) == 0
            && let Some((original, value)) = find(data, name)
        {
            return self.make(&format!("data {original}"), || build(value, None));
        }
        if let Some(why) = self.context.withheld.get(name) {
            // The engine stops at it.
            return Value::from(Error::from(Fault::of_plugin(why.clone())));
        }
        if let Some((original, value)) = find(&self.context.values, name) {
            let item_keys = self.context.item_keys.get(original);
            return self.make(original, || build(value, item_keys));
        }
        let of_plugin = || {
            let plugin = self.context.plugin.as_ref()?;
            plugin::find_function(name, plugin)
        };
        let plugin = self.context.plugin.as_ref();
        if plugin.is_some_and(|plugin| plugin.names().before_built_in)
            && let Some(function) = of_plugin()
        {
            return function;
        }
        let native = || {
            let exists = self.context.native_functions;
            let find = || natives::find(name, &self.context, || self.outputs());
            exists.then(find).flatten()
        };
        if name != natives::APPS
            && let Some(function) = native()
        {
            return function;
        }
        let is_free = !self.context.declared.contains(name);
        globals::find(name, &self.settings)
            .or_else(of_plugin)
            .or_else(|| is_free.then(native).flatten())
            .unwrap_or_else(|| {
                let mode = match self.settings.undefined {
                    UndefinedMode::Declared => UndefinedMode::Chainable,
                    other => other,
                };
                Undefined::value(mode, Origin::Name(name.to_owned()))
            })
    }

    /// Which of the wanted templates give a file. To know, they are rendered, except where one
    /// of them asks the same.
    fn outputs(&self) -> Arc<natives::Outputs> {
        let (settings, context, names) = (
            self.settings.clone(),
            self.context.clone(),
            self.names.clone(),
        );
        let nested = self.nested;
        Arc::new(move |state, is_wanted| {
            let gives = |template: &Giving| {
                let mut root = Self::new(settings.clone(), context.clone(), None, names.clone());
                root.nested = true;
                let rendered = state
                    .get_template(&template.name)
                    .and_then(|template| template.render(Value::from_object(root)));
                // One with problems reports them itself.
                rendered.map_or(true, |text| !text.chars().all(is_space))
            };
            let wanted = names.giving.iter().filter(|template| is_wanted(template));
            wanted
                .filter(|template| nested || template.copied || gives(template))
                .cloned()
                .collect()
        })
    }

    fn make(&self, key: &str, build: impl FnOnce() -> Value) -> Value {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = made.get(key) {
            return value.clone();
        }
        let value = build();
        made.insert(key.to_owned(), value.clone());
        value
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("variables")
    }
}

impl Object for Root {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        match key.strip_prefix(VARIABLE_PREFIX) {
            Some(name) => Some(self.lookup(name)),
            None if key == ROOT => Some(Value::from_dyn_object(self.clone())),
            // Outside of a loop this is a name like any other.
            None if key == "loop" => Some(self.lookup(key)),
            None => None,
        }
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("variables")
    }
}

/// The entry of that name, which may have been encoded for the engine.
fn find<'a>(values: &'a IndexMap<String, Data>, name: &str) -> Option<(&'a str, &'a Data)> {
    if let Some((original, value)) = values.get_key_value(name) {
        return Some((original, value));
    }
    if !name.contains("_u") {
        return None;
    }
    values
        .iter()
        .find(|(original, _)| encode_name(original) == name)
        .map(|(original, value)| (original.as_str(), value))
}

/// A value of its own for one template.
fn build(data: &Data, item_keys: Option<&BTreeSet<String>>) -> Value {
    let declared = item_keys.map(|keys| Arc::new(keys.clone()));
    match data {
        Data::None => Value::from(()),
        Data::Bool(truth) => Value::from(*truth),
        Data::Integer(number) => integer(*number),
        Data::Float(number) => Value::from(*number),
        Data::Text(text) => Value::from(text.as_str()),
        Data::List(items) => List::value(
            items
                .iter()
                .map(|item| match (item, &declared) {
                    (Data::Map(entries), Some(declared)) => {
                        Dict::declared(build_entries(entries), declared.clone())
                    }
                    _ => build(item, None),
                })
                .collect(),
        ),
        Data::Tuple(items) => Tuple::value(items.iter().map(|item| build(item, None)).collect()),
        Data::Map(entries) => match declared {
            Some(declared) => Dict::declared(build_entries(entries), declared),
            None => Dict::value(build_entries(entries)),
        },
        Data::Opaque { kind, text, repr } => Value::from_object(Opaque {
            kind: kind.clone(),
            text: text.clone(),
            repr: repr.clone(),
        }),
        Data::Remote(remote) => Value::from_object(remote.clone()),
    }
}

fn build_entries(entries: &[(Data, Data)]) -> Entries {
    let mut built = Entries::with_capacity(entries.len());
    for (key, value) in entries {
        let key_value = build(key, None);
        let key = Key::of(&key_value).unwrap_or_else(|_| Key::Text("".into()));
        match built.entry(key) {
            indexmap::map::Entry::Occupied(mut entry) => entry.get_mut().1 = build(value, None),
            indexmap::map::Entry::Vacant(entry) => {
                entry.insert((key_value, build(value, None)));
            }
        }
    }
    built
}
