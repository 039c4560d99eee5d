//! Whether etcd keeps its majority without some of its members.

use std::time::Duration;

use diagnostics::Diagnostic;
use talos_client::{Client, Kind};

use crate::clock::Clock;
use crate::rules;
use crate::wait;

/// What becomes of a member whose machine goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Going {
    /// It stays a member, and comes back.
    Away,
    /// It stays a member, and never comes back.
    Lost,
    /// It leaves before.
    Leaves,
}

/// A member of etcd that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voter {
    /// Its number.
    pub id: u64,
    /// The name of its machine.
    pub hostname: String,
    /// Where other members reach it.
    pub address: String,
    /// Whether its etcd is healthy.
    pub is_well: bool,
}

/// Asks the first control plane that answers for the members, and each of them how it is. None
/// where there is no etcd that could lose anything.
///
/// # Errors
///
/// `cluster/no-quorum` where no control plane tells.
pub fn voters(client: &Client, leads: &[String]) -> Result<Vec<Voter>, Diagnostic> {
    let mut found = None;
    for lead in leads {
        match client.node(lead).etcd_members() {
            Ok(members) => {
                found = Some(members);
                break;
            }
            Err(fault) if fault.kind == Kind::NotReady => return Ok(Vec::new()),
            Err(_) => {}
        }
    }
    let Some(members) = found else {
        return Err(rules::CLUSTER_NO_QUORUM
            .report("no control plane tells which members etcd has")
            .hint("mend etcd first; or `--force`, whatever becomes of it"));
    };
    let mut voters: Vec<Voter> = { members.into_iter() }
        .filter(|member| !member.is_learner)
        .map(|member| Voter {
            id: member.id,
            address: member
                .peer_urls
                .first()
                .map_or_else(String::new, |url| host(url)),
            hostname: member.hostname,
            is_well: false,
        })
        .collect();
    let addresses: Vec<String> = voters.iter().map(|one| one.address.clone()).collect();
    let well = client.each(&addresses, |node| node.is_healthy("etcd"));
    for (voter, well) in voters.iter_mut().zip(well) {
        voter.is_well = well == Ok(true);
    }
    Ok(voters)
}

/// The host of a URL, without brackets.
fn host(url: &str) -> String {
    let host = url.split("://").nth(1).unwrap_or(url);
    let host = host.split('/').next().unwrap_or(host);
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    host.trim_matches(['[', ']']).to_owned()
}

/// How long others may need until they know that a member has left.
const HEARD: Duration = Duration::from_secs(15);

/// Looks whether a member that was to leave has left, as the others tell; where nobody tells, there
/// is nobody whom it would be missed by. Talos leaves etcd in a graceful reset, but not on a node in
/// container mode (source: the sequence of a reset, 1.13.9).
///
/// # Errors
///
/// `cluster/member-stays`.
pub fn has_left(
    client: &Client,
    others: &[String],
    member: u64,
    name: &str,
    clock: &dyn Clock,
) -> Result<(), Diagnostic> {
    let stays = || {
        let all = voters(client, others).unwrap_or_default();
        let is_there = all.iter().any(|voter| voter.id == member);
        Ok(is_there.then(|| "it is a member still".to_owned()))
    };
    wait::until(clock, HEARD, &mut |_, _| {}, stays).map_err(|_| {
        rules::CLUSTER_MEMBER_STAYS
            .report(format!(
                "`{name}` is gone, and still a member of etcd: {member:016x}"
            ))
            .hint(format!(
                "`ichor talos etcd remove-member {member:016x}` takes it out; until then etcd wants one more of the others"
            ))
    })
}

/// The member that a number in hexadecimal digits or the name of a machine stands for; none where none
/// or several have it.
pub fn meant<'v>(voters: &'v [Voter], name: &str) -> Option<&'v Voter> {
    let number = u64::from_str_radix(name, 16).ok();
    let mut meant = { voters.iter() }.filter(|one| number == Some(one.id) || one.hostname == name);
    let one = meant.next();
    one.filter(|_| meant.next().is_none())
}

/// Takes a member out of etcd that is gone and did not leave. Whoever is well is asked, and passes it
/// on to the others.
///
/// # Errors
///
/// `cluster/no-quorum` where none of the others is well; what the node says.
pub fn remove(client: &Client, voters: &[Voter], gone: &Voter) -> Result<(), Diagnostic> {
    let well = { voters.iter() }.find(|one| one.is_well && one.id != gone.id);
    let Some(well) = well else {
        return Err(rules::CLUSTER_NO_QUORUM
            .report("no other member of etcd is well, so that none can be taken out")
            .hint("mend the others first: `ichor talos etcd status`"));
    };
    let removed = client.node(&well.address).etcd_remove(gone.id);
    removed.map_err(|fault| fault.diagnostic())
}

/// Refuses what leaves too few members that are well.
///
/// # Errors
///
/// `cluster/no-quorum`.
///
/// ```
/// use cluster::quorum::{Going, Voter, without};
///
/// let voter = |name: &str, is_well| Voter {
///     id: 0,
///     hostname: name.to_owned(),
///     address: String::new(),
///     is_well,
/// };
/// let mut three = [voter("a", true), voter("b", true), voter("c", true)];
/// let a = |voter: &Voter| voter.hostname == "a";
/// assert!(without(&three, a, Going::Away).is_ok());
/// three[2].is_well = false;
/// let problem = without(&three, a, Going::Away).expect_err("one is down already");
/// assert_eq!(
///     problem.message,
///     "etcd has 3 members and needs 2 of them; without `a`, 1 would be left, since `c` is not well"
/// );
/// ```
pub fn without(
    voters: &[Voter],
    goes: impl Fn(&Voter) -> bool,
    how: Going,
) -> Result<(), Diagnostic> {
    let (going, staying): (Vec<_>, Vec<_>) = voters.iter().partition(|voter| goes(voter));
    let (well, unwell): (Vec<_>, Vec<_>) = staying.into_iter().partition(|voter| voter.is_well);
    let counted = match how {
        Going::Away | Going::Lost => voters.len(),
        Going::Leaves => voters.len() - going.len(),
    };
    let needed = counted / 2 + 1;
    // Of one alone there is no majority to keep while it starts again.
    let is_alone = how == Going::Away && voters.len() == 1;
    if going.is_empty() || is_alone || well.len() >= needed {
        return Ok(());
    }
    let names = |voters: &[&Voter]| {
        let names = voters.iter().map(|voter| match voter.hostname.as_str() {
            "" => format!("`{}`", diagnostics::visible(&voter.address)),
            name => format!("`{}`", diagnostics::visible(name)),
        });
        names.collect::<Vec<_>>().join(", ")
    };
    let mut message = format!(
        "etcd has {} and needs {needed} of them; without {}, {} would be left",
        match voters.len() {
            1 => "1 member".to_owned(),
            many => format!("{many} members"),
        },
        names(&going),
        well.len(),
    );
    match unwell.as_slice() {
        [] => {}
        [_] => message.push_str(&format!(", since {} is not well", names(&unwell))),
        _ => message.push_str(&format!(", since {} are not well", names(&unwell))),
    }
    Err(rules::CLUSTER_NO_QUORUM
        .report(message)
        .hint("one control plane at a time, once the others are well; or `--force`, and etcd stands still"))
}

/// The same of a running cluster, whose members may need a while until they are well again.
///
/// # Errors
///
/// `cluster/no-quorum`.
pub fn keep(
    client: &Client,
    leads: &[String],
    goes: &dyn Fn(&Voter) -> bool,
    how: Going,
    patience: Duration,
    clock: &dyn Clock,
) -> Result<(), Diagnostic> {
    let mut last = Ok(());
    let look = || {
        last = voters(client, leads).and_then(|voters| without(&voters, goes, how));
        Ok(last.as_ref().err().map(|problem| problem.message.clone()))
    };
    // What is wrong is said by the last look.
    let _late = wait::until(clock, patience, &mut |_, _| {}, look);
    last
}
