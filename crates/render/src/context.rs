//! What templates can name: values, declared names without one, credentials.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use diagnostics::Secrets;
use indexmap::IndexMap;
use secrecy::{ExposeSecret, SecretString};

use crate::Data;
use crate::plugin::Exception;
use crate::words::Words;

/// What templates can name. Cheap to clone; shared by all templates of a run.
///
/// Has no `Debug`, because it holds secrets.
#[derive(Clone, Default)]
pub struct Context {
    pub(crate) inner: Arc<ContextBuilder>,
}

impl Context {
    /// An empty context to fill.
    pub fn builder() -> ContextBuilder {
        ContextBuilder::default()
    }

    /// The value of a name.
    pub fn value(&self, name: &str) -> Option<&Data> {
        self.inner.values.get(name)
    }

    /// This context with functions, filters and tests of a running plugin, and the names that
    /// it may give a value: those are declared, and so are they as keys of list items.
    #[must_use]
    pub fn with_plugin<'a>(
        self,
        plugin: Arc<dyn crate::plugin::Plugin>,
        names: impl IntoIterator<Item = &'a String>,
    ) -> Self {
        let mut builder = Arc::unwrap_or_clone(self.inner);
        for name in names {
            builder.declared.insert(name.clone());
            if let Some(keys) = builder.item_keys.get_mut("nodes") {
                keys.insert(name.clone());
            }
        }
        builder.plugin(plugin).build()
    }

    /// This context without names; see [`ContextBuilder::withhold`].
    #[must_use]
    pub fn without(self, names: impl IntoIterator<Item = (String, Exception)>) -> Self {
        let builder = Arc::unwrap_or_clone(self.inner);
        let withhold = |builder: ContextBuilder, (name, why)| builder.withhold(name, why);
        names.into_iter().fold(builder, withhold).build()
    }

    /// This context at a time; see [`ContextBuilder::now`].
    #[must_use]
    pub fn at(self, now: impl Into<String>) -> Self {
        Arc::unwrap_or_clone(self.inner).now(now).build()
    }

    /// This context with `values` in the place of those that are there, and further texts
    /// that no message may show.
    #[must_use]
    pub fn with_values(
        self,
        values: Vec<(String, Data)>,
        secrets: impl IntoIterator<Item = SecretString>,
    ) -> Self {
        let mut builder = Arc::unwrap_or_clone(self.inner);
        for (name, value) in values {
            if let (Data::List(items), Some(known)) = (&value, builder.item_keys.get_mut(&name)) {
                let maps = items.iter().filter_map(Data::as_map).flatten();
                known.extend(maps.filter_map(|(key, _)| key.as_text().map(str::to_owned)));
            }
            builder.values.insert(name, value);
        }
        builder.secrets.extend(secrets);
        builder.build()
    }

    /// The names that have a value, are declared or withheld, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let inner = &self.inner;
        let mut names: BTreeSet<&str> = inner.values.keys().map(String::as_str).collect();
        names.extend(inner.declared.iter().map(String::as_str));
        names.extend(inner.withheld.keys().map(String::as_str));
        names.into_iter()
    }
}

/// A [`Context`] being filled.
#[derive(Clone, Default)]
pub struct ContextBuilder {
    pub(crate) values: IndexMap<String, Data>,
    pub(crate) declared: BTreeSet<String>,
    /// Attributes that the items of a list may have, by the list's name (`nodes`).
    pub(crate) item_keys: BTreeMap<String, BTreeSet<String>>,
    pub(crate) credentials: Credentials,
    pub(crate) secrets: Vec<SecretString>,
    /// A plugin that is asked for what is not built in.
    pub(crate) plugin: Option<Arc<dyn crate::plugin::Plugin>>,
    /// Names that only something else could give a meaning, and why it does not.
    pub(crate) withheld: BTreeMap<String, Exception>,
    /// What `current_datetime()` gives: forks for Argo CD stamp passwords with it.
    pub(crate) now: Option<String>,
    /// Whether the functions and filters of cluster templates exist.
    pub(crate) native_functions: bool,
}

impl ContextBuilder {
    /// Gives a name a value.
    #[must_use]
    pub fn set(mut self, name: impl Into<String>, value: impl Into<Data>) -> Self {
        self.values.insert(name.into(), value.into());
        self
    }

    /// Declares a name that has no value: templates may ask for it, it prints nothing.
    #[must_use]
    pub fn declare(mut self, name: impl Into<String>) -> Self {
        self.declared.insert(name.into());
        self
    }

    /// Declares what the items of the list `name` may hold, such as the keys of a node, or
    /// the keys of the map `name`, such as the pins of `versions`. Asking for another key is
    /// an error in [`UndefinedMode::Declared`](crate::UndefinedMode::Declared).
    #[must_use]
    pub fn declare_items<K: Into<String>>(
        mut self,
        name: impl Into<String>,
        keys: impl IntoIterator<Item = K>,
    ) -> Self {
        self.item_keys
            .entry(name.into())
            .or_default()
            .extend(keys.into_iter().map(Into::into));
        self
    }

    /// A text that no message may show.
    #[must_use]
    pub fn secret(mut self, secret: SecretString) -> Self {
        self.secrets.push(secret);
        self
    }

    /// What `age_key()`, `cloudflare_tunnel_id()` and the like give; with it, these functions
    /// and the filters `basename` and `nthhost` exist.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self.native_functions = true;
        self
    }

    /// A name that cannot be had: where a template comes to need it, that is an error, and
    /// where none does, nothing is missing.
    #[must_use]
    pub fn withhold(mut self, name: impl Into<String>, why: Exception) -> Self {
        self.withheld.insert(name.into(), why);
        self
    }

    /// The time of the run, as `current_datetime()` gives it: `2026-01-31T12:00:00`.
    #[must_use]
    pub fn now(mut self, now: impl Into<String>) -> Self {
        self.now = Some(now.into());
        self
    }

    /// Asks a plugin for functions, filters and tests. Templates are rendered one after the
    /// other then, in their order, since what a plugin gives may depend on what it was asked
    /// before.
    #[must_use]
    pub fn plugin(mut self, plugin: Arc<dyn crate::plugin::Plugin>) -> Self {
        self.plugin = Some(plugin);
        self
    }

    pub(crate) fn words(&self) -> Words {
        Words {
            native: self.native_functions,
            plugin: self.plugin.clone(),
        }
    }

    /// Whether its filters and tests are those of cluster templates without a plugin.
    pub(crate) fn has_usual_words(&self) -> bool {
        self.native_functions && self.plugin.is_none()
    }

    /// Every secret that is known, those of the credentials included.
    pub(crate) fn all_secrets(&self) -> Secrets {
        let credentials = &self.credentials;
        let from_files = [
            &credentials.age_private,
            &credentials.cloudflare_tunnel_secret,
            &credentials.github_deploy_key,
            &credentials.github_push_token,
        ];
        let all = self.secrets.iter().chain(from_files.into_iter().flatten());
        Secrets::new(all.map(ExposeSecret::expose_secret))
    }

    /// The finished context.
    pub fn build(self) -> Context {
        Context {
            inner: Arc::new(self),
        }
    }
}

/// What the files beside `cluster.yaml` hold, read before rendering. A missing one is an
/// error only where a template calls the function that gives it.
#[derive(Clone, Default)]
pub struct Credentials {
    /// Public half of `age.key` (`age1…`).
    pub age_public: Option<String>,
    /// The identity of `age.key` (`AGE-SECRET-KEY-…`).
    pub age_private: Option<SecretString>,
    /// `TunnelID` of `cloudflare-tunnel.json`.
    pub cloudflare_tunnel_id: Option<String>,
    /// Every key of `cloudflare-tunnel.json`, whatever it is.
    pub cloudflare_tunnel: Option<BTreeMap<String, SecretString>>,
    /// The tunnel token: base64 of the compact JSON `{"a":…,"t":…,"s":…}`.
    pub cloudflare_tunnel_secret: Option<SecretString>,
    /// `github-deploy.key`.
    pub github_deploy_key: Option<SecretString>,
    /// `github-push-token.txt`.
    pub github_push_token: Option<SecretString>,
}
