//! Objects of any kind.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::APIResourceList;
use kube::core::Request;
use kube::core::params::{
    DeleteParams, GetParams, Patch, PatchParams, PostParams, Preconditions, PropagationPolicy,
    ValidationDirective,
};
use serde_json::Value;

use crate::client::Client;
use crate::fault::{Fault, Kind};
use crate::list::Listing;

/// A kind, as a server has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Its group and version, such as `apps/v1` or `v1`.
    pub api_version: String,
    /// Such as `Deployment`.
    pub kind: String,
    /// As it stands in paths, such as `deployments`.
    pub plural: String,
    /// Whether each is in a namespace.
    pub is_namespaced: bool,
}

/// How an object is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Apply<'a> {
    /// Under the name of which field manager.
    pub manager: &'a str,
    /// Whether fields that another manager has set are taken over; else they are a
    /// [`Kind::Conflict`].
    pub takes_over: bool,
    /// Whether a field that the kind does not have is refused; else the server drops it.
    pub is_strict: bool,
    /// Whether the server only says what the object would be.
    pub is_dry: bool,
}

/// What a server is asked.
type Question = Result<http::Request<Vec<u8>>, kube::core::request::Error>;

impl Definition {
    /// All of them: of a namespace, or of all.
    pub fn listing<'a>(&'a self, namespace: Option<&'a str>) -> Listing<'a> {
        Listing {
            namespace: namespace.filter(|_| self.is_namespaced),
            ..Listing::all(&self.api_version, &self.plural)
        }
    }

    /// The path of those of a namespace, or of the cluster.
    fn path(&self, namespace: &str) -> String {
        self.listing(Some(namespace)).path()
    }

    /// How one of it is called in messages.
    fn called(&self, namespace: &str, name: &str) -> String {
        if self.is_namespaced {
            format!("{} `{namespace}/{name}`", self.kind)
        } else {
            format!("{} `{name}`", self.kind)
        }
    }
}

impl Client {
    /// A kind of a group in a version.
    ///
    /// # Errors
    ///
    /// [`Kind::Missing`] where the server has none.
    pub fn definition(&self, api_version: &str, kind: &str) -> Result<Definition, Fault> {
        let base = if api_version.contains('/') {
            "apis"
        } else {
            "api"
        };
        let asked = format!("for the kind `{kind}` of `{api_version}`");
        let request = http::Request::get(format!("/{base}/{api_version}")).body(Vec::new());
        let request = request.map_err(kube::core::request::Error::BuildRequest);
        let list: APIResourceList = self.object(&asked, request)?;
        let mut resources = list.resources.into_iter();
        // What is below an object has a slash in its name.
        let found = resources.find(|one| one.kind == kind && !one.name.contains('/'));
        let found = found.ok_or_else(|| self.fault(&asked, Kind::Missing, ""))?;
        Ok(Definition {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            plural: found.name,
            is_namespaced: found.namespaced,
        })
    }

    /// The version of a group that the server would choose, such as `apps/v1` for `apps`.
    ///
    /// # Errors
    ///
    /// [`Kind::Missing`] where the server has no such group.
    pub fn preferred(&self, group: &str) -> Result<String, Fault> {
        let groups = self.groups()?;
        let first = groups
            .versions(group)
            .first()
            .map(|first| (*first).to_owned());
        first.ok_or_else(|| {
            let asked = format!("for the group `{group}`");
            self.fault(&asked, Kind::Missing, "")
        })
    }

    /// All objects of a kind: of a namespace, or of all.
    pub fn objects(
        &self,
        definition: &Definition,
        namespace: Option<&str>,
    ) -> Result<Vec<Value>, Fault> {
        self.whole(&definition.listing(namespace))
    }

    /// An object, if there is one.
    pub fn get(
        &self,
        definition: &Definition,
        namespace: &str,
        name: &str,
    ) -> Result<Option<Value>, Fault> {
        let asked = format!("for {}", definition.called(namespace, name));
        let request = Request::new(definition.path(namespace)).get(name, &GetParams::default());
        match self.object(&asked, request) {
            Ok(object) => Ok(Some(object)),
            Err(fault) if fault.kind == Kind::Missing => Ok(None),
            Err(fault) => Err(discreet(definition, fault)),
        }
    }

    /// Makes an object what is given, as far as that says something. What it is then, or would be
    /// in a dry run.
    pub fn apply(
        &self,
        definition: &Definition,
        namespace: &str,
        name: &str,
        object: &Value,
        how: &Apply<'_>,
    ) -> Result<Value, Fault> {
        let params = PatchParams {
            force: how.takes_over,
            dry_run: how.is_dry,
            field_validation: how.is_strict.then_some(ValidationDirective::Strict),
            ..PatchParams::apply(how.manager)
        };
        let asked = format!("to apply {}", definition.called(namespace, name));
        let request =
            Request::new(definition.path(namespace)).patch(name, &params, &Patch::Apply(object));
        self.told(definition, &asked, request)
    }

    /// Makes a new object.
    ///
    /// # Errors
    ///
    /// [`Kind::Exists`] where there is one.
    pub fn create(
        &self,
        definition: &Definition,
        namespace: &str,
        name: &str,
        object: &Value,
        manager: &str,
    ) -> Result<Value, Fault> {
        let params = PostParams {
            field_manager: Some(manager.to_owned()),
            ..PostParams::default()
        };
        let asked = format!("to create {}", definition.called(namespace, name));
        let request =
            Request::new(definition.path(namespace)).create(&params, object.to_string().into());
        self.told(definition, &asked, request)
    }

    /// Changes some fields of an object.
    pub fn merge(
        &self,
        definition: &Definition,
        namespace: &str,
        name: &str,
        patch: &Value,
        manager: &str,
    ) -> Result<Value, Fault> {
        let params = PatchParams {
            field_manager: Some(manager.to_owned()),
            ..PatchParams::default()
        };
        let asked = format!("to change {}", definition.called(namespace, name));
        let request =
            Request::new(definition.path(namespace)).patch(name, &params, &Patch::Merge(patch));
        self.told(definition, &asked, request)
    }

    /// What an object is after a call.
    fn told(
        &self,
        definition: &Definition,
        asked: &str,
        request: Question,
    ) -> Result<Value, Fault> {
        let told = self.object(asked, request);
        told.map_err(|fault| discreet(definition, fault))
    }

    /// Deletes an object, and what it owns behind it. Whether there was one of this identity.
    pub fn delete_object(
        &self,
        definition: &Definition,
        namespace: &str,
        name: &str,
        uid: &str,
    ) -> Result<bool, Fault> {
        let params = DeleteParams {
            propagation_policy: Some(PropagationPolicy::Background),
            preconditions: Some(Preconditions {
                uid: Some(uid.to_owned()),
                ..Preconditions::default()
            }),
            ..DeleteParams::default()
        };
        let asked = format!("to delete {}", definition.called(namespace, name));
        let request = Request::new(definition.path(namespace)).delete(name, &params);
        match self.send(&asked, request) {
            Ok(_) => Ok(true),
            Err(fault) if matches!(fault.kind, Kind::Missing | Kind::Conflict) => Ok(false),
            Err(fault) => Err(fault),
        }
    }
}

/// What a server says of a Secret may quote it, but for who says no.
fn discreet(definition: &Definition, mut fault: Fault) -> Fault {
    if definition.kind == "Secret" {
        fault.words = match webhook(&fault.words) {
            Some((name, true)) => format!("the admission webhook `{name}` cannot be called"),
            Some((name, false)) => format!("the admission webhook `{name}` does not allow it"),
            None => String::new(),
        };
    }
    fault
}

/// The webhook that a refusal names, and whether it is one that does not answer.
fn webhook(words: &str) -> Option<(&str, bool)> {
    let (before, rest) = words.split_once("webhook \"")?;
    let (name, _) = rest.split_once('"')?;
    let is_name = |one: char| one.is_ascii_alphanumeric() || matches!(one, '.' | '-');
    let is_known = ["admission ", "failed calling "].contains(&before)
        || before.ends_with(": failed calling ");
    (is_known && name.chars().all(is_name)).then_some((name, before.ends_with("calling ")))
}
