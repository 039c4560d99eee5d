//! Names of objects in other objects, which follow when an object is renamed.

use std::collections::HashMap;

use diagnostics::Diagnostic;

use crate::value::{Data, Place, Value};

use super::super::config::References;
use super::super::field::{FieldSpec, Make};
use super::super::resource::{Resource, put, scalar_text};
use super::super::set::Set;
use super::failed;

/// Follows every reference.
///
/// # Errors
///
/// A reference could be to several objects.
pub(in super::super) fn references(
    set: &mut Set,
    references: &[References],
) -> Result<(), Box<Diagnostic>> {
    let targets: Vec<Target> = set.items.iter().map(Target::new).collect();
    let mut by_name: HashMap<&str, Vec<&Target>> = HashMap::new();
    for target in &targets {
        let mut names: Vec<&str> = target
            .former
            .iter()
            .map(|(_, name, _)| name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            by_name.entry(name).or_default().push(target);
        }
    }
    if by_name.is_empty() {
        return Ok(());
    }
    let mut fields: HashMap<&str, Vec<(&FieldSpec, &FieldSpec)>> = HashMap::new();
    for one in references {
        for field in &one.fields {
            fields
                .entry(&field.kind)
                .or_default()
                .push((&one.target, field));
        }
    }
    for resource in set.change() {
        if resource.is_deleted() {
            continue;
        }
        let (kind, ..) = resource.original();
        let kind = kind.to_owned();
        let of_kind = fields.get(kind.as_str()).into_iter().flatten();
        let of_any = fields.get("").into_iter().flatten();
        let all: Vec<_> = of_kind.chain(of_any).copied().collect();
        if all.is_empty() {
            continue;
        }
        let referrer = Referrer::new(resource);
        for (target, field) in all {
            let (group, version) = resource.group_version();
            if !field.selects_kind(group, version, &kind) {
                continue;
            }
            let search = Search {
                by_name: &by_name,
                referrer: &referrer,
                target,
                is_role: field.path.ends_with("roleRef/name"),
            };
            let outcome = field.visit(&mut resource.value, Make::Nothing, &mut |value| {
                search.set(value)
            });
            outcome.map_err(|message| failed(&message, resource, &resource.place()))?;
        }
    }
    Ok(())
}

/// An object that may be meant.
#[derive(Debug)]
struct Target {
    group: String,
    version: String,
    kind: String,
    name: String,
    namespace: String,
    effective: String,
    cluster_wide: bool,
    former: Vec<(String, String, String)>,
    /// Its namespace in the beginning.
    original: String,
    prefixes: Vec<String>,
    suffixes: Vec<String>,
    place: Place,
}

impl Target {
    fn new(resource: &Resource) -> Self {
        let (group, version) = resource.group_version();
        let former = resource.former.iter();
        Self {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: resource.kind().to_owned(),
            name: resource.name().to_owned(),
            namespace: resource.namespace().to_owned(),
            effective: resource.effective_namespace().to_owned(),
            cluster_wide: resource.is_cluster_wide(),
            former: former
                .map(|one| (one.kind.clone(), one.name.clone(), one.namespace.clone()))
                .collect(),
            original: resource.original().2.to_owned(),
            prefixes: resource.prefixes.clone(),
            suffixes: resource.suffixes.clone(),
            place: resource.place(),
        }
    }
}

/// The object that refers.
struct Referrer {
    cluster_wide: bool,
    effective: String,
    /// Namespaces of the service accounts that a binding names.
    accounts: Vec<String>,
    /// Group and kind of the role that a binding names.
    role: Option<(String, String)>,
    prefixes: Vec<String>,
    suffixes: Vec<String>,
}

impl Referrer {
    fn new(resource: &Resource) -> Self {
        let text =
            |value: &Value, key: &str| value.get(key).and_then(Value::as_text).map(str::to_owned);
        let subjects = resource
            .value
            .get("subjects")
            .map(Value::items)
            .unwrap_or_default();
        let subjects = subjects.iter().filter(|_| resource.kind() == "RoleBinding");
        let role = resource.value.get("roleRef");
        Self {
            cluster_wide: resource.is_cluster_wide(),
            effective: resource.effective_namespace().to_owned(),
            accounts: subjects
                .filter(|subject| text(subject, "kind").as_deref() == Some("ServiceAccount"))
                .filter_map(|subject| text(subject, "namespace"))
                .collect(),
            role: role.and_then(|role| Some((text(role, "apiGroup")?, text(role, "kind")?))),
            prefixes: resource.prefixes.clone(),
            suffixes: resource.suffixes.clone(),
        }
    }
}

struct Search<'a> {
    by_name: &'a HashMap<&'a str, Vec<&'a Target>>,
    referrer: &'a Referrer,
    target: &'a FieldSpec,
    is_role: bool,
}

impl Search<'_> {
    fn set(&self, value: &mut Value) -> Result<(), String> {
        match &mut value.data {
            Data::Null => Ok(()),
            Data::Map(_) => self.set_map(value),
            Data::List(items) => items.iter_mut().try_for_each(|item| match item.data {
                Data::Null => Ok(()),
                Data::Map(_) => self.set_map(item),
                Data::List(_) => Err("a reference is a name, not a list".to_owned()),
                _ => self.set_scalar(item),
            }),
            _ => self.set_scalar(value),
        }
    }

    fn set_scalar(&self, value: &mut Value) -> Result<(), String> {
        let old = scalar_text(value).unwrap_or_default();
        if let Some(found) = self.find(&old, None, false)?
            && found.name != old
        {
            *value = Value::new(Data::Text(found.name.clone()), found.place.clone());
        }
        Ok(())
    }

    fn set_map(&self, value: &mut Value) -> Result<(), String> {
        let name = value.get("name").and_then(scalar_text);
        let name = name.ok_or("a reference has no `name`")?;
        let namespace = value.get("namespace").and_then(scalar_text);
        let Some(found) = self.find(&name, namespace.as_deref(), true)? else {
            return Ok(());
        };
        let Some(map) = value.as_map_mut() else {
            return Ok(());
        };
        let text = |text: &str| Value::new(Data::Text(text.to_owned()), found.place.clone());
        if found.name != name {
            put(map, "name", text(&found.name));
        }
        if !found.namespace.is_empty() && namespace.as_deref() != Some(&found.namespace) {
            put(map, "namespace", text(&found.namespace));
        }
        Ok(())
    }

    /// The one object that is meant.
    fn find(
        &self,
        name: &str,
        namespace: Option<&str>,
        by_namespace: bool,
    ) -> Result<Option<&Target>, String> {
        let referrer = self.referrer;
        let all = self
            .by_name
            .get(name)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let mut found: Vec<&Target> = { all.iter().copied() }
            .filter(|target| {
                // Whatever could be meant at all.
                referrer.cluster_wide
                    || target.cluster_wide
                    || target.effective == referrer.effective
                    || referrer.accounts.contains(&target.namespace)
            })
            .collect();
        if let Some(namespace) = namespace {
            let original = |target: &&Target| target.original == namespace && namespace != CLUSTER;
            if found.iter().any(original) || self.any_original(namespace) {
                found.retain(original);
            } else {
                found.retain(|target| target.effective == namespace && namespace != CLUSTER);
            }
        }
        let is = |target: &Target, spec: &FieldSpec| {
            { target.former.iter() }
                .any(|(kind, ..)| spec.selects_kind(&target.group, &target.version, kind))
        };
        found.retain(|target| is(target, self.target));
        if let Some((group, kind)) = referrer.role.as_ref().filter(|_| self.is_role) {
            let role = FieldSpec {
                group: group.clone(),
                kind: kind.clone(),
                ..FieldSpec::default()
            };
            found.retain(|target| is(target, &role));
        }
        if !referrer.cluster_wide {
            found.retain(|target| {
                target.cluster_wide
                    || target.kind == "ServiceAccount"
                    || target.effective == referrer.effective
            });
        }
        if let [one] = found.as_slice() {
            return Ok(Some(one));
        }
        found.retain(|target| self.same_names(target, true));
        if found.len() > 1 {
            found.retain(|target| self.same_names(target, false));
        }
        let Some(first) = found.first() else {
            return Ok(None);
        };
        let same = found.iter().all(|target| {
            target.name == first.name && (!by_namespace || target.namespace == first.namespace)
        });
        if same {
            Ok(Some(first))
        } else {
            Err(format!("`{name}` could be several objects"))
        }
    }

    /// Whether any object that could be meant was in the namespace.
    fn any_original(&self, namespace: &str) -> bool {
        let referrer = self.referrer;
        namespace != CLUSTER
            && self.by_name.values().flatten().any(|target| {
                target.original == namespace
                    && (referrer.cluster_wide
                        || target.effective == referrer.effective
                        || referrer.accounts.contains(&target.namespace))
            })
    }

    /// Whether prefixes and suffixes of both are alike as far as both have them.
    fn same_names(&self, target: &Target, or_none: bool) -> bool {
        let same = |one: &[String], other: &[String]| {
            or_none && (one.is_empty() || other.is_empty())
                || one
                    .iter()
                    .rev()
                    .zip(other.iter().rev())
                    .all(|(one, other)| one == other)
        };
        let empty_differs = |one: &[String], other: &[String]| {
            // Nothing ends like something only where both are nothing.
            !or_none && one.is_empty() != other.is_empty()
        };
        let (prefixes, suffixes) = (&self.referrer.prefixes, &self.referrer.suffixes);
        same(prefixes, &target.prefixes)
            && same(suffixes, &target.suffixes)
            && !empty_differs(prefixes, &target.prefixes)
            && !empty_differs(suffixes, &target.suffixes)
    }
}

/// What stands for the namespace of a cluster-wide object.
const CLUSTER: &str = "_non_namespaceable_";
