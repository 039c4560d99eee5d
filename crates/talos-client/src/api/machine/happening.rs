//! An event taken apart.

use std::fmt;

use super::{
    AddressEvent, ConfigErrorEvent, Event, MachineStatusEvent, PhaseEvent, SequenceEvent,
    ServiceStateEvent, TaskEvent,
};

/// What happened, out of an [`Event`].
#[derive(Debug, Clone, PartialEq)]
pub struct Happening {
    /// The kind, as Talos names it without `Event`: `ServiceState`, `MachineStatus`.
    pub kind: &'static str,
    /// It.
    pub what: What,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A sequence of phases.
    Sequence(SequenceEvent),
    /// A phase of tasks.
    Phase(PhaseEvent),
    /// A task.
    Task(TaskEvent),
    /// A service.
    Service(ServiceStateEvent),
    /// A configuration that cannot be used.
    Config(ConfigErrorEvent),
    /// Addresses of the node.
    Addresses(AddressEvent),
    /// How far the machine is.
    Status(MachineStatusEvent),
}

/// What stands before the name of a message.
const PREFIX: &str = "talos/runtime/machine.";

impl Happening {
    /// What an event holds; none where it is of no kind that is known here, or cannot be read.
    pub fn of(event: &Event) -> Option<Self> {
        let data = event.data.as_ref()?;
        let bytes = data.value.as_slice();
        let (kind, what) = match data.type_url.strip_prefix(PREFIX)? {
            "SequenceEvent" => ("Sequence", What::Sequence(read(bytes)?)),
            "PhaseEvent" => ("Phase", What::Phase(read(bytes)?)),
            "TaskEvent" => ("Task", What::Task(read(bytes)?)),
            "ServiceStateEvent" => ("ServiceState", What::Service(read(bytes)?)),
            "ConfigLoadErrorEvent" => ("ConfigLoadError", What::Config(read(bytes)?)),
            "ConfigValidationErrorEvent" => ("ConfigValidationError", What::Config(read(bytes)?)),
            "AddressEvent" => ("Address", What::Addresses(read(bytes)?)),
            "MachineStatusEvent" => ("MachineStatus", What::Status(read(bytes)?)),
            _ => return None,
        };
        Some(Self { kind, what })
    }
}

fn read<T: prost::Message + Default>(bytes: &[u8]) -> Option<T> {
    T::decode(bytes).ok()
}

impl fmt::Display for Happening {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Sequence(event) => {
                write!(formatter, "{} {:?}", event.sequence, event.action())?;
                match &event.error {
                    Some(error) => write!(formatter, ": {}", error.message),
                    None => Ok(()),
                }
            }
            What::Phase(event) => {
                write!(formatter, "{} {:?}", event.phase, event.action())
            }
            What::Task(event) => {
                write!(formatter, "{} {:?}", event.task, event.action())
            }
            What::Service(event) => write!(
                formatter,
                "{} {:?}: {}",
                event.service,
                event.action(),
                event.message
            ),
            What::Config(event) => formatter.write_str(&event.error),
            What::Addresses(event) => {
                write!(
                    formatter,
                    "{} {}",
                    event.hostname,
                    event.addresses.join(", ")
                )
            }
            What::Status(event) => {
                let status = event.status.clone().unwrap_or_default();
                write!(formatter, "{:?}", event.stage())?;
                if status.ready {
                    return formatter.write_str(", ready");
                }
                let missing: Vec<_> = status
                    .unmet_conditions
                    .iter()
                    .map(|condition| condition.name.as_str())
                    .collect();
                write!(formatter, ", not ready: {}", missing.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::Happening;
    use crate::api::common::Any;
    use crate::api::machine::{
        Event, MachineStage, MachineStatus, MachineStatusEvent, ServiceState, ServiceStateEvent,
        UnmetCondition,
    };

    fn event(name: &str, value: Vec<u8>) -> Event {
        let type_url = format!("talos/runtime/machine.{name}");
        Event {
            data: Some(Any { type_url, value }),
            ..Event::default()
        }
    }

    #[test]
    fn events_are_told_in_one_line_and_unknown_ones_passed_over() {
        let service = ServiceStateEvent {
            service: "etcd".to_owned(),
            action: ServiceState::Running.into(),
            message: "Started task etcd".to_owned(),
        };
        let condition = UnmetCondition {
            name: "services".to_owned(),
            reason: "etcd".to_owned(),
        };
        let status = MachineStatusEvent {
            stage: MachineStage::Booting.into(),
            status: Some(MachineStatus {
                ready: false,
                unmet_conditions: vec![condition],
            }),
        };
        let told = |event: &Event| Happening::of(event).map(|one| format!("{} {one}", one.kind));
        assert_eq!(
            told(&event("ServiceStateEvent", service.encode_to_vec())).as_deref(),
            Some("ServiceState etcd Running: Started task etcd")
        );
        assert_eq!(
            told(&event("MachineStatusEvent", status.encode_to_vec())).as_deref(),
            Some("MachineStatus Booting, not ready: services")
        );
        assert_eq!(told(&event("FutureEvent", Vec::new())), None);
        assert_eq!(told(&event("ServiceStateEvent", vec![0xff])), None);
        assert_eq!(told(&Event::default()), None);
    }
}
