//! The state of a node as resources (COSI): one, all of a type, or what becomes of them.

mod columns;
mod definition;
mod facts;

pub use columns::Path;
pub use definition::{Column, Definition, Unclear};

use serde_json::Value;

use crate::api::cosi::{
    Event, EventType, GetRequest, GetResponse, ListRequest, ListResponse, Resource, WatchOptions,
    WatchRequest, WatchResponse,
};
use crate::client::{Method, Node};
use crate::fault::{Fault, Kind};

const GET: Method = Method("/cosi.resource.State/Get");
const LIST: Method = Method("/cosi.resource.State/List");
const WATCH: Method = Method("/cosi.resource.State/Watch");

/// So many resources of a type are taken, and so many bytes of them.
const MOST: [usize; 2] = [100_000, 64 << 20];

/// The type of the machine configuration.
pub const MACHINE_CONFIGS: &str = "MachineConfigs.config.talos.dev";

impl Resource {
    /// Its name within its namespace and type.
    pub fn id(&self) -> &str {
        self.metadata.as_ref().map_or("", |metadata| &metadata.id)
    }

    /// What it says, as the YAML that the node sent.
    pub fn yaml(&self) -> &str {
        self.spec.as_ref().map_or("", |spec| &spec.yaml_spec)
    }

    /// What it says, as far as a type has it; none where it says something else.
    pub fn read<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        serde_saphyr::from_str(self.yaml()).ok()
    }

    /// What it says; null where that is no YAML.
    pub fn value(&self) -> Value {
        serde_saphyr::from_str(self.yaml()).unwrap_or_default()
    }

    /// The text at a JSON pointer of what it says; empty where there is none.
    pub fn text(&self, pointer: &str) -> String {
        let value = self.value();
        let found = value.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_default().to_owned()
    }
}

impl<'c> Node<'c> {
    /// One resource.
    ///
    /// # Errors
    ///
    /// [`Kind::Missing`] where there is none.
    pub fn resource(&self, namespace: &str, kind: &str, id: &str) -> Result<Resource, Fault> {
        let request = GetRequest {
            namespace: namespace.to_owned(),
            r#type: kind.to_owned(),
            id: id.to_owned(),
        };
        let answer: GetResponse = self.unary(GET, request, self.patience())?;
        answer
            .resource
            .ok_or_else(|| self.fault(GET, Kind::Malformed, "there is no resource in it"))
    }

    /// One resource, or none where the node has no such.
    pub fn find(&self, namespace: &str, kind: &str, id: &str) -> Result<Option<Resource>, Fault> {
        match self.resource(namespace, kind, id) {
            Ok(found) => Ok(Some(found)),
            Err(fault) if matches!(fault.kind, Kind::Missing | Kind::Unsupported) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// All resources of a type.
    pub fn resources(&self, namespace: &str, kind: &str) -> Result<Vec<Resource>, Fault> {
        let request = ListRequest {
            namespace: namespace.to_owned(),
            r#type: kind.to_owned(),
        };
        let [most, most_bytes] = MOST;
        let mut all = Vec::new();
        let mut bytes = 0;
        for found in self.stream::<ListResponse>(LIST, request)?.gathered() {
            let Some(resource) = found?.resource else {
                continue;
            };
            bytes += resource.yaml().len();
            if all.len() == most || bytes > most_bytes {
                let words = format!("more than {most} resources, or {most_bytes} bytes of them");
                return Err(self.fault(LIST, Kind::TooLarge, &words));
            }
            all.push(resource);
        }
        Ok(all)
    }

    /// What becomes of the resources of a type, or of one of them, beginning with what there is.
    /// Never ends by itself.
    pub fn watch(
        &self,
        namespace: &str,
        kind: &str,
        id: Option<&str>,
    ) -> Result<impl Iterator<Item = Result<Event, Fault>> + use<'c>, Fault> {
        let request = WatchRequest {
            namespace: namespace.to_owned(),
            r#type: kind.to_owned(),
            id: id.map(str::to_owned),
            options: Some(WatchOptions {
                bootstrap_contents: id.is_none(),
            }),
            api_version: 1,
        };
        let node = self.clone();
        let answers = self.stream::<WatchResponse>(WATCH, request)?;
        let events = answers.flat_map(|answer| match answer {
            Ok(answer) => answer.event.into_iter().map(Ok).collect(),
            Err(fault) => vec![Err(fault)],
        });
        Ok(events.map(move |event| match event {
            Ok(event) if event.event_type() == EventType::Errored => {
                let words = event.error.as_deref().unwrap_or_default();
                Err(node.fault(WATCH, Kind::Failed, words))
            }
            other => other,
        }))
    }

    /// Every type of resources that the node has.
    pub fn definitions(&self) -> Result<Vec<Definition>, Fault> {
        let found = self.resources("meta", "ResourceDefinitions.meta.cosi.dev")?;
        let read = |resource: &Resource| Definition::read(resource.yaml());
        Ok(found.iter().filter_map(read).collect())
    }
}
