//! Identity, network and authorities of the cluster.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Done, deletion, items};
use crate::contract::Contract;
use crate::migrate::notes::Notes;
use crate::migrate::row::Row;
use crate::migrate::tree::{Body, Tree, UNKNOWN};
use crate::migrate::work::{Scope, Work, flag};
use crate::rules::MACHINE_CONFIG_STAYS;
use crate::validate::dangers;

/// The document of who signs tokens.
const ISSUER: &str = "KubeServiceAccountConfig";

/// The service that a configuration of 1.13 means without naming any.
const DISCOVERY: &str = "https://discovery.talos.dev/";

pub(crate) fn discovery(work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    let name = Some("default");
    if let Some(key) = deletion(&tree) {
        work.delete(row.kind, name, key, row.path);
        return Ok(None);
    }
    let said = |path: &str| tree.at(path).map(flag).transpose();
    let enabled = said("enabled")?;
    let kubernetes = said("registries.kubernetes.disabled")?;
    let service = said("registries.service.disabled")?.map(|disabled| !disabled);
    let endpoint = tree.at("registries.service.endpoint");
    let on = match work.scope {
        Scope::Patch => match (enabled, service) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (None, None) => endpoint.map(|_| true),
            _ => Some(true),
        },
        Scope::Configuration | Scope::Reading => {
            Some(enabled == Some(true) && service != Some(false))
        }
    };
    let uses_kubernetes = match work.scope {
        Scope::Patch => kubernetes == Some(false),
        Scope::Configuration | Scope::Reading => enabled == Some(true) && kubernetes != Some(true),
    };
    if uses_kubernetes {
        return Err("documents know no discovery through Kubernetes: `registries.kubernetes.disabled: true` leaves it to the service".into());
    }
    match on {
        Some(true) => {
            let endpoint = endpoint
                .cloned()
                .unwrap_or_else(|| Value::from(DISCOVERY).into());
            let head = tree.notes.above;
            let document = work.document(
                row.kind,
                name.map(|name| Value::from(name).into()),
                row.path,
            );
            document.head.extend(head);
            document.fields.put("endpoint", endpoint);
        }
        Some(false) if work.is_patch() => work.delete(row.kind, name, "$patch".into(), row.path),
        Some(false) => work.drop(row, "there is no discovery service without a document"),
        None => work.drop(row, "1.14 has no registry in Kubernetes"),
    }
    Ok(None)
}

/// Pods and services have networks of their own; a document takes as many of the one as of the
/// other, where the section did not count them.
pub(crate) fn subnets(work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    let count = |key: &str| {
        let list = work.original.at(&format!("cluster.network.{key}"));
        list.and_then(|list| list.value().as_array().map(Vec::len))
    };
    if work.scope == Scope::Configuration && count("podSubnets") != count("serviceSubnets") {
        return Err("a document takes as many networks of services as of pods".into());
    }
    if work.scope != Scope::Reading {
        let key = row.path.rsplit('.').next().unwrap_or_default();
        let section = json!({"cluster": {"network": {key: tree.value()}}});
        let found = dangers(&[section], Contract::NEWEST, None);
        let mut found = found.into_iter();
        if let Some(fault) = found.find(|one| one.rule == &MACHINE_CONFIG_STAYS) {
            return Err(fault.message);
        }
    }
    work.set(row.kind, row.field, tree, row.path);
    Ok(None)
}

/// The issuer of tokens is the endpoint unless it is said, and to the letter: who changes the one
/// by a patch has changed the other.
pub(crate) fn endpoint(work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    if work.is_patch() {
        if tree.is_deletion() {
            return Err("the cluster cannot do without its endpoint".into());
        }
        let issuer = Tree {
            notes: Notes::default(),
            ..tree.clone()
        };
        work.set(ISSUER, "issuer.issuerURL", issuer, row.path);
    }
    work.set(row.kind, row.field, tree, row.path);
    Ok(None)
}

pub(crate) fn port(work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    if tree.value() == json!(0) {
        work.drop(row, "6443 is the port without it");
    } else {
        work.set(row.kind, row.field, tree, row.path);
    }
    Ok(None)
}

pub(crate) fn service_account(work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    if tree.is_deletion() {
        return Err("tokens in use would be refused".into());
    }
    let Some(key) = tree.get("key") else {
        return Ok(None);
    };
    let key = pem(key)?;
    work.set(row.kind, "issuer.privateKey", key, row.path);
    // The issuer is a text in every token: it stays what it was, to the letter.
    match work.original.at("cluster.controlPlane.endpoint") {
        Some(endpoint) => {
            let endpoint = Tree::from(endpoint.value());
            work.set(row.kind, "issuer.issuerURL", endpoint, row.path);
        }
        None if work.is_patch() => {}
        None => {
            return Err(
                "the endpoint of the cluster is not known, and it is the issuer of tokens".into(),
            );
        }
    }
    Ok(None)
}

pub(crate) fn authority(work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    if tree.is_deletion() {
        return Err("the cluster cannot do without its authority".into());
    }
    let part = |name: &str| tree.get(name).filter(|part| part.text() != Some(""));
    let Some(certificate) = part("crt") else {
        return Err("it has no certificate, and a document takes both".into());
    };
    let certificate = pem(certificate)?;
    match part("key") {
        Some(key) => {
            let key = pem(key)?;
            work.set(row.kind, "issuingCA.cert", certificate, row.path);
            work.set(row.kind, "issuingCA.key", key, row.path);
        }
        None => accept(work, row, vec![certificate]),
    }
    Ok(None)
}

pub(crate) fn accepted(work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    if tree.is_deletion() {
        work.set(row.kind, row.field, tree, row.path);
        return Ok(None);
    }
    let certificates = items(tree)?
        .iter()
        .map(|item| item.get("crt").map_or_else(|| Err(UNKNOWN.to_owned()), pem))
        .collect::<Result<Vec<_>, _>>()?;
    if !certificates.is_empty() {
        accept(work, row, certificates);
    }
    Ok(None)
}

/// More authorities that are trusted.
fn accept(work: &mut Work<'_>, row: &'static Row, more: Vec<Tree>) {
    let document = work.document(row.kind, None, row.path);
    let mut all = match document.fields.take("acceptedCAs") {
        Some(there) => there.into_items().unwrap_or_default(),
        None => Vec::new(),
    };
    all.extend(more);
    document.fields.put("acceptedCAs", Body::List(all).into());
}

/// PEM out of base64.
fn pem(tree: &Tree) -> Result<Tree, String> {
    let text = tree.text().ok_or(UNKNOWN)?;
    let compact: String = text.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(compact).map_err(|_| "it is not base64")?;
    let text = String::from_utf8(bytes).map_err(|_| "it is not base64 of PEM")?;
    Ok(Tree {
        notes: tree.notes.clone(),
        ..Tree::from(Value::from(text))
    })
}

/// Both secrets become providers of one file, under the names that are part of what they wrote.
pub(crate) fn encryption(work: &mut Work<'_>, row: &'static Row, tree: Tree) -> Done {
    if work.is_patch() || tree.is_deletion() {
        return Err(
            "providers are a list, which a patch only adds to: what is stored could not be read"
                .into(),
        );
    }
    let secret = |path: &str| {
        let text = work.original.at(path).and_then(Tree::text);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let providers = [
        (
            "secretbox",
            "key2",
            secret("cluster.secretboxEncryptionSecret"),
        ),
        ("aescbc", "key1", secret("cluster.aescbcEncryptionSecret")),
    ];
    let mut providers: Vec<Value> = providers
        .into_iter()
        .filter_map(|(provider, name, secret)| {
            Some(json!({provider: {"keys": [{"name": name, "secret": secret?}]}}))
        })
        .collect();
    if providers.is_empty() {
        return Ok(None);
    }
    // The section's file ends with it: what was stored before anything encrypted is read.
    providers.push(json!({"identity": {}}));
    let config = json!({"resources": [{"providers": providers, "resources": ["secrets"]}]});
    work.set(row.kind, row.field, config.into(), row.path);
    Ok(None)
}

pub(crate) fn cni(work: &mut Work<'_>, row: &'static Row, mut tree: Tree) -> Done {
    if tree.is_deletion() {
        return Err("say which CNI: `name: none` deletes the document of Flannel".into());
    }
    let name = match tree.get("name") {
        Some(name) => Some(name.text().ok_or(UNKNOWN)?.to_owned()),
        None => None,
    };
    let head = std::mem::take(&mut tree.notes.above);
    let flannel = tree.take("flannel").filter(|flannel| !flannel.is_empty());
    match name.as_deref() {
        Some(without @ ("none" | "custom")) => {
            if work.is_patch() {
                work.delete(row.kind, None, "$patch".into(), row.path);
                work.document(row.kind, None, row.path).head.extend(head);
            } else {
                work.drop(row, "Flannel runs where there is a document of it");
            }
            let urls = tree
                .take("urls")
                .filter(|_| without == "custom" && !work.is_worker());
            for (index, url) in urls
                .map(items)
                .transpose()?
                .unwrap_or_default()
                .into_iter()
                .enumerate()
            {
                let name = match index {
                    0 => "custom-cni".to_owned(),
                    more => format!("custom-cni-{}", more + 1),
                };
                let name = Some(Value::from(name).into());
                let document = work.document("KubeExternalManifestConfig", name, row.path);
                document.fields.put("url", url);
            }
        }
        Some("flannel" | "") | None => {
            if work.is_worker() {
                return Ok(None);
            }
            if !work.is_patch() {
                work.set(row.kind, "backendType", json!("vxlan").into(), row.path);
                work.set(row.kind, "backendPort", json!(4789).into(), row.path);
            }
            match flannel {
                Some(flannel) => {
                    work.document(row.kind, None, row.path).head.extend(head);
                    for (key, value) in flannel.into_entries() {
                        work.set(row.kind, &key.name, value, row.path);
                    }
                }
                None if work.is_patch() => {
                    work.drop(row, "Flannel is what is generated without it");
                }
                None => {}
            }
        }
        Some(other) => return Err(format!("`{other}` is no CNI")),
    }
    Ok(None)
}
