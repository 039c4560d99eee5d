//! Every call, by a number: what came of it. For tests, and for the fuzzing.

use std::time::Duration;

use talos_client::api::cluster::ClusterInfo;
use talos_client::api::machine::{ApplyMode, EventsRequest, LogsRequest, RebootMode, ResetRequest};
use talos_client::{Fault, Image, Node, Patience};

/// What is waited for where nothing good is to come.
pub(crate) const SHORT: Patience = Patience {
    connect: Duration::from_millis(300),
    answer: Duration::from_millis(100),
};

/// How many calls there are.
pub(crate) const CALLS: u8 = 28;

/// What is taken of answers that have no end of their own.
const MOST: usize = 256;

/// Makes one of the calls, to its end.
pub(crate) fn call(node: &Node<'_>, number: u8) -> Result<(), Fault> {
    let bytes =
        |stream: talos_client::Stream<'_, _>| stream.within(SHORT.answer).all(1 << 16).map(drop);
    match number % CALLS {
        0 => node.version().map(drop),
        1 => node.services().map(drop),
        2 => node.memory().map(drop),
        3 => node.boot_id().map(drop),
        4 => bytes(node.dmesg(true, false)?),
        5 => bytes(node.logs(LogsRequest::default())?),
        6 => bytes(node.read("/etc/os-release")?),
        7 => bytes(node.etcd_snapshot()?),
        8 => node.etcd_members().map(drop),
        9 => node.etcd_status().map(drop),
        10 => node.has_etcd_data().map(drop),
        11 => node.etcd_defragment().map(drop),
        12 => node.bootstrap(),
        13 => node.kubeconfig().map(drop),
        14 => node
            .apply("machine: {}", ApplyMode::Auto, true, None)
            .map(drop),
        15 => node.reboot(RebootMode::Default).map(drop),
        16 => node.shutdown(false).map(drop),
        17 => node.reset(ResetRequest::default()).map(drop),
        18 => node.rollback(),
        19 => node.upgrade_at_once("a:1").map(drop),
        20 => node.pull("a:1", Image::System).map(drop),
        21 => node
            .install("a:1")?
            .take(MOST)
            .try_for_each(|step| step.map(drop)),
        22 => node.resource("runtime", "A.b.c", "d").map(|found| {
            drop((found.value(), found.text("/a/0")));
        }),
        23 => node.resources("runtime", "A.b.c").map(drop),
        24 => node.definitions().map(drop),
        25 => node.machine_config().map(drop),
        26 => {
            let mut events = node.watch("runtime", "A.b.c", None)?.take(MOST);
            events.try_for_each(|event| event.map(drop))
        }
        _ => {
            let mut events = node.events(EventsRequest::default())?.take(MOST);
            events.try_for_each(|event| event.map(drop))?;
            let mut steps = node
                .health(SHORT.answer, ClusterInfo::default())?
                .take(MOST);
            steps.try_for_each(|step| step.map(drop))
        }
    }
}

/// A failure says what it has to, and nothing that commands a terminal.
pub(crate) fn told(fault: &Fault) {
    let problem = fault.diagnostic();
    assert!(problem.message.contains(fault.call), "{problem}");
    assert!(fault.words.chars().count() < 1100, "{problem}");
    let commands = problem.to_string();
    let commands = commands.chars().any(|one| one.is_control() && one != '\n');
    assert!(!commands, "{problem:?}");
}
