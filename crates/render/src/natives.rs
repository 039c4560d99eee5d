//! The functions that cluster templates get from their Python plugin, fed from values that
//! were read before.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, State, Value};
use secrecy::{ExposeSecret, SecretString};
use tree::names;

use crate::context::ContextBuilder;
use crate::python::call::Arguments;
use crate::python::fault::{Fault, Outcome};
use crate::python::objects::List;
use crate::python::view::View;

/// The names of all of them.
pub(crate) const NAMES: &[&str] = &[
    "age_key",
    "age_private_key",
    "age_public_key",
    "cloudflare_account_tag",
    "cloudflare_tunnel",
    "cloudflare_tunnel_id",
    "cloudflare_tunnel_secret",
    "current_datetime",
    "github_deploy_key",
    "github_push_token",
    "talos_patches",
];

/// Which applications a namespace has. No plugin of a cluster template gives this one, so a
/// repository may mean something else by the name, which then counts.
pub(crate) const APPS: &str = "apps";

/// Where the patches of Talos stand below the template folder: today, and until early 2025.
const PATCHES: [&str; 2] = ["talos/patches/", "kubernetes/bootstrap/talos/patches/"];

/// What templates call the template folder.
const FOLDER: &str = "templates/config/";

/// Where the applications of a namespace are rendered to, and the file that makes a folder one.
const APPLICATIONS: &str = "kubernetes/apps/";
const APPLICATION: &str = "ks.yaml";

/// A template that may give a file.
#[derive(Clone)]
pub(crate) struct Giving {
    /// The name of the template.
    pub(crate) name: String,
    /// The path of what it becomes.
    pub(crate) output: String,
    /// Whether it is copied, and gives a file whatever is in it.
    pub(crate) copied: bool,
}

/// Gives those of the wanted templates that do give a file.
pub(crate) type Outputs =
    dyn Fn(&State<'_, '_>, &dyn Fn(&Giving) -> bool) -> Vec<Giving> + Send + Sync;

/// The function of that name as a value.
pub(crate) fn find(
    name: &str,
    context: &Arc<ContextBuilder>,
    outputs: impl FnOnce() -> Arc<Outputs>,
) -> Option<Value> {
    let mut known = NAMES.iter().copied().chain([APPS]);
    let name = known.find(|known| *known == name)?;
    Some(Value::from_object(Native {
        name,
        context: context.clone(),
        outputs: outputs(),
    }))
}

struct Native {
    name: &'static str,
    context: Arc<ContextBuilder>,
    outputs: Arc<Outputs>,
}

impl Native {
    fn give(&self, state: &State<'_, '_>, arguments: Arguments) -> Outcome<Value> {
        let credentials = &self.context.credentials;
        match self.name {
            "age_key" => {
                let [kind] = arguments.bind(self.name, ["key_type"], 1)?;
                let kind = kind.unwrap_or_default();
                match View::of(&kind) {
                    View::Text("public") => plain(credentials.age_public.as_ref(), names::AGE_KEY),
                    View::Text("private") => {
                        secret(credentials.age_private.as_ref(), names::AGE_KEY)
                    }
                    _ => Err(Fault::value_error(
                        "`age_key` gives the `public` or the `private` key",
                    )),
                }
            }
            "cloudflare_tunnel" => {
                let [key] = arguments.bind(self.name, ["value"], 1)?;
                let key = key.unwrap_or_default();
                let View::Text(key) = View::of(&key) else {
                    return Err(Fault::type_error(
                        "`cloudflare_tunnel` needs the name of a key",
                    ));
                };
                self.tunnel(key)
            }
            "talos_patches" => {
                let [folder] = arguments.bind(self.name, ["value"], 1)?;
                let folder = folder.unwrap_or_default();
                let View::Text(folder) = View::of(&folder) else {
                    return Err(Fault::type_error(
                        "`talos_patches` needs the name of a folder",
                    ));
                };
                Ok(self.patches(state, folder))
            }
            APPS => {
                let [namespace] = arguments.bind(self.name, ["namespace"], 1)?;
                let namespace = namespace.unwrap_or_default();
                let View::Text(namespace) = View::of(&namespace) else {
                    return Err(Fault::type_error("`apps` needs the name of a namespace"));
                };
                Ok(self.apps(state, namespace))
            }
            name => {
                arguments.positional(name, 0, 0)?;
                match name {
                    "age_public_key" => plain(credentials.age_public.as_ref(), names::AGE_KEY),
                    "age_private_key" => secret(credentials.age_private.as_ref(), names::AGE_KEY),
                    "cloudflare_account_tag" => self.tunnel("AccountTag"),
                    "cloudflare_tunnel_id" => {
                        plain(credentials.cloudflare_tunnel_id.as_ref(), names::TUNNEL)
                    }
                    "cloudflare_tunnel_secret" => {
                        secret(credentials.cloudflare_tunnel_secret.as_ref(), names::TUNNEL)
                    }
                    "current_datetime" => self
                        .context
                        .now
                        .as_deref()
                        .map(Value::from)
                        .ok_or_else(|| Fault::unknown("there is no clock here")),
                    "github_deploy_key" => {
                        secret(credentials.github_deploy_key.as_ref(), names::DEPLOY_KEY)
                    }
                    _ => secret(credentials.github_push_token.as_ref(), names::PUSH_TOKEN),
                }
            }
        }
    }

    /// What `cloudflare-tunnel.json` has at a key.
    fn tunnel(&self, key: &str) -> Outcome<Value> {
        let file = names::TUNNEL;
        let tunnel = &self.context.credentials.cloudflare_tunnel;
        let keys = tunnel.as_ref().ok_or_else(|| absent(file))?;
        keys.get(key)
            .map(|value| Value::from(value.expose_secret()))
            .ok_or_else(|| {
                let fault = Fault::credential(format!("`{file}` has no key `{key}`"));
                match diagnostics::closest(key, keys.keys().map(String::as_str)) {
                    Some(known) => fault.hint(format!("did you mean `{known}`?")),
                    None => fault,
                }
            })
    }

    /// The patches of a folder, sorted by path. One that renders to nothing is not there,
    /// which is how an override removes a built-in one.
    fn patches(&self, state: &State<'_, '_>, folder: &str) -> Value {
        let below = |place: &str| -> Vec<String> {
            let prefix = format!("{place}{folder}/");
            let is_patch = |template: &Giving| {
                let file = template.name.strip_prefix(&prefix);
                file.is_some_and(|file| file.ends_with(".yaml.j2") && !file.contains('/'))
            };
            (self.outputs)(state, &is_patch)
                .into_iter()
                .map(|template| format!("{FOLDER}{}", template.name))
                .collect()
        };
        let mut found = PATCHES
            .iter()
            .map(|place| below(place))
            .find(|found| !found.is_empty())
            .unwrap_or_default();
        found.sort_unstable();
        List::value(found.into_iter().map(Value::from).collect())
    }

    /// The folders of a namespace's applications, sorted. One whose Kustomization renders to
    /// nothing is not there, so that a stack that is off leaves no trace.
    fn apps(&self, state: &State<'_, '_>, namespace: &str) -> Value {
        let prefix = format!("{APPLICATIONS}{namespace}/");
        let folder = |template: &Giving| {
            let (folder, file) = template.output.strip_prefix(&prefix)?.split_once('/')?;
            (file == APPLICATION).then(|| folder.to_owned())
        };
        let found = (self.outputs)(state, &|template| folder(template).is_some());
        let folders: BTreeSet<_> = found.iter().filter_map(folder).collect();
        List::value(folders.into_iter().map(Value::from).collect())
    }
}

fn plain(value: Option<&String>, file: &str) -> Outcome<Value> {
    value
        .map(|value| Value::from(value.trim()))
        .ok_or_else(|| absent(file))
}

fn secret(value: Option<&SecretString>, file: &str) -> Outcome<Value> {
    value
        .map(|value| Value::from(value.expose_secret().trim()))
        .ok_or_else(|| absent(file))
}

fn absent(file: &str) -> Fault {
    Fault::credential(format!(
        "the file `{file}` is needed here, but is not there"
    ))
    .hint(match file {
        names::TUNNEL => {
            "make a tunnel with `cloudflared tunnel create --credentials-file \
             cloudflare-tunnel.json NAME`"
        }
        names::AGE_KEY => {
            "in a new repository `ichor init` makes it; otherwise copy it from where it is kept, \
             or name it in `SOPS_AGE_KEY_FILE`"
        }
        _ => "in a new repository `ichor init` makes it; otherwise copy it from where it is kept",
    })
}

impl fmt::Debug for Native {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<function {}>", self.name)
    }
}

impl Object for Native {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, values: &[Value]) -> Result<Value, Error> {
        Ok(self.give(state, Arguments::split(values))?)
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<function {}>", self.name)
    }
}
