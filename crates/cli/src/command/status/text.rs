//! The page: what there is in numbers, what to look at first, and what else is not well.

use std::fmt::Write as _;

use cluster::overview::{Count, Finding, First, Level, Overview};
use repository::git::Distance;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::Clone;
use crate::command::reconcile::short;
use crate::ui::{Tone, behind, plural, word};

/// So many things are looked at first, and so many are listed, where not all are wanted.
const FIRST: usize = 5;
const LISTED: usize = 20;

/// So many nodes are shown one by one.
const NODES: usize = 10;

/// A line whose message is cut has so many columns, where no terminal says otherwise.
const COLUMNS: usize = 160;

/// The page for a screen of so many columns and lines.
pub(super) fn page(
    overview: &Overview,
    clone: &Clone,
    all: bool,
    screen: Option<(usize, usize)>,
) -> String {
    let width = screen.map(|(columns, _)| columns);
    let mut page = numbers(overview, clone);
    page.push_str(&unanswered(overview, width));
    page.push_str(&first(overview, all, width));
    page.push_str(&others(overview, all, width));
    page
}

/// The word for how bad it is.
pub(in crate::command) fn level(level: Level) -> &'static str {
    match level {
        Level::Failing => "fails",
        Level::Waiting => "waits",
        Level::Remark => "note",
    }
}

/// Its colour.
pub(in crate::command) fn tone(level: Level) -> Tone {
    match level {
        Level::Failing => Tone::Danger,
        Level::Waiting => Tone::Changed,
        Level::Remark => Tone::Calm,
    }
}

/// A line of the numbers.
fn line(page: &mut String, is_bad: Option<Level>, what: &str, told: &str) {
    let mark = match is_bad {
        None => word("ok", 5, Tone::New),
        Some(bad) => word(level(bad), 5, tone(bad)),
    };
    let _ = writeln!(page, "{mark}  {what:<15} {told}");
}

fn counted(count: &Count, ready: &str) -> (Option<Level>, String) {
    let mut told = format!("{} of {} {ready}", count.ready, count.count);
    let more = [
        (count.failing, "fails", "fail"),
        (count.waiting, "waits", "wait"),
        (count.suspended, "suspended", "suspended"),
    ];
    for (number, one, several) in more {
        if number > 0 {
            let _ = write!(
                told,
                ", {number} {}",
                if number == 1 { one } else { several }
            );
        }
    }
    let bad = match (count.failing, count.waiting) {
        (0, 0) => None,
        (0, _) => Some(Level::Waiting),
        _ => Some(Level::Failing),
    };
    (bad, told)
}

fn numbers(overview: &Overview, clone: &Clone) -> String {
    let mut page = String::new();
    let kubernetes = match overview.kubernetes.as_str() {
        "" => String::new(),
        version => format!(", Kubernetes {version}"),
    };
    line(
        &mut page,
        None,
        "Cluster",
        &format!("{}{kubernetes}", overview.server),
    );
    let (bad, told) = counted(&overview.nodes, "ready");
    line(&mut page, bad, "Nodes", &told);
    page.push_str(&nodes(overview));
    if !overview.flux.is_empty() || !overview.controllers.is_empty() {
        let away = overview.controllers.iter().filter(|one| !one.is_ready);
        let count = away.count();
        let bad = (count > 0).then_some(Level::Failing);
        let version = match overview.flux.as_str() {
            "" => "an unknown version",
            version => version,
        };
        let all = overview.controllers.len();
        let told = format!("{version}, {} of {all} controllers run", all - count);
        line(&mut page, bad, "Flux", &told);
    } else if overview.has_no_flux() {
        let told = "there is none: `ichor bootstrap apps` brings it";
        line(&mut page, Some(Level::Remark), "Flux", told);
    }
    if let Some((bad, told)) = git(overview, clone) {
        line(&mut page, bad, "Git", &told);
    }
    let counts = [
        ("Sources", &overview.sources, "ready"),
        ("Kustomizations", &overview.kustomizations, "ready"),
        ("HelmReleases", &overview.helmreleases, "ready"),
        ("Pods", &overview.pods, "well"),
    ];
    for (what, count, ready) in counts {
        if count.count > 0 {
            let (bad, told) = counted(count, ready);
            line(&mut page, bad, what, &told);
        }
    }
    if overview.certificates.count > 0 {
        let (bad, mut told) = counted(&overview.certificates, "ready");
        if let Some(days) = overview.days_left {
            let _ = write!(told, ", the first ends in {}", plural_days(days));
        }
        line(&mut page, bad, "Certificates", &told);
    }
    addresses(overview, &mut page);
    page
}

fn plural_days(days: i64) -> String {
    match days {
        1 => "1 day".to_owned(),
        _ => format!("{days} days"),
    }
}

fn nodes(overview: &Overview) -> String {
    let all = &overview.node_list;
    let is_shown = all.len() <= NODES;
    let shown: Vec<_> = { all.iter() }
        .filter(|one| is_shown || !one.is_ready || one.is_cordoned)
        .take(NODES)
        .collect();
    let widest = |text: &dyn Fn(usize) -> usize| (0..shown.len()).map(text).max().unwrap_or(0);
    let name = widest(&|at| shown[at].name.width());
    let version = widest(&|at| shown[at].version.width());
    let mut page = String::new();
    for one in shown {
        let cordoned = one.is_cordoned.then_some("cordoned");
        let unready = (!one.is_ready).then_some("not ready");
        let how: Vec<&str> = { Some(one.os.as_str()).into_iter() }
            .chain(cordoned)
            .chain(unready)
            .filter(|part| !part.is_empty())
            .collect();
        let how = how.join(", ");
        let role = &one.role;
        let (label, number) = (&one.name, &one.version);
        let told = format!("       {label:<name$}  {role:<13}  {number:<version$}  {how}");
        let _ = writeln!(page, "{}", told.trim_end());
    }
    page
}

fn git(overview: &Overview, clone: &Clone) -> Option<(Option<Level>, String)> {
    let drift = overview.drift.as_ref()?;
    let others: usize = drift.behind.values().map(Vec::len).sum();
    let mut told = match drift.revision.as_str() {
        "" => "nothing fetched yet".to_owned(),
        revision => short(revision),
    };
    let _ = match others {
        0 if drift.revision.is_empty() => Ok(()),
        0 => write!(told, ", in all Kustomizations of it"),
        _ => write!(told, ", in {} of {}", drift.applied, drift.applied + others),
    };
    let bad = match drift.revision.as_str() {
        "" => Some(Level::Waiting),
        _ => (others > 0).then_some(Level::Remark),
    };
    let here = match clone.distance {
        None => String::new(),
        Some(Distance::Unknown) => "; this clone does not know that commit".to_owned(),
        Some(Distance::Known {
            ahead: 0,
            behind: 0,
        }) => "; this clone has the same".to_owned(),
        Some(Distance::Known { ahead, behind: 0 }) => {
            format!(
                "; this clone is {} ahead: push, or wait for Flux",
                plural(ahead, "commit")
            )
        }
        Some(Distance::Known { ahead: 0, behind }) => {
            format!("; this clone is {} behind: pull", plural(behind, "commit"))
        }
        Some(Distance::Known { ahead, behind }) => {
            format!("; this clone has gone another way: {ahead} ahead, {behind} behind")
        }
    };
    told.push_str(&here);
    Some((bad, told))
}

fn addresses(overview: &Overview, page: &mut String) {
    // The same address of a gateway and of its service is shown once.
    let mut known: Vec<&String> = Vec::new();
    let mut shown: Vec<String> = Vec::new();
    let mut without = 0;
    for one in &overview.entrances {
        if one.addresses.is_empty() {
            without += 1;
        }
        let new: Vec<&String> = { one.addresses.iter() }
            .filter(|address| !known.contains(address))
            .collect();
        if !new.is_empty() {
            let list: Vec<&str> = new.iter().map(|address| address.as_str()).collect();
            shown.push(format!("{} {}", one.object.name, list.join(" ")));
        }
        known.extend(new);
    }
    if overview.entrances.is_empty() {
        return;
    }
    if without > 0 {
        shown.push(format!("{without} without"));
    }
    let bad = (without > 0).then_some(Level::Failing);
    line(page, bad, "Addresses", &shown.join(", "));
}

fn unanswered(overview: &Overview, width: Option<usize>) -> String {
    let mut page = String::new();
    for one in &overview.unanswered {
        let mark = word("?", 5, Tone::Changed);
        let why = behind(&one.why, 23, width).replace('\n', &format!("\n{}", " ".repeat(23)));
        let _ = writeln!(page, "{mark}  {:<15} {why}", one.what);
    }
    page
}

fn heading(page: &mut String, text: &str) {
    let style = anstyle::Style::new().bold();
    let _ = writeln!(page, "\n{style}{text}{style:#}");
}

fn first(overview: &Overview, all: bool, width: Option<usize>) -> String {
    let mut page = String::new();
    if overview.first.is_empty() {
        if overview.unanswered.is_empty() {
            heading(&mut page, "All is well.");
        }
        return page;
    }
    heading(&mut page, "Look at first");
    let most = if all { usize::MAX } else { FIRST };
    for (number, one) in overview.first.iter().take(most).enumerate() {
        page.push_str(&entry(number + 1, one, width));
    }
    let more = overview.first.len().saturating_sub(most);
    if more > 0 {
        let _ = writeln!(page, "     and {more} more: `ichor status --all` has them");
    }
    page.push_str("\n     `ichor debug NAME` looks closer at one of them.\n");
    page
}

fn entry(number: usize, one: &First, width: Option<usize>) -> String {
    const INDENT: usize = 5;
    let mut page = String::new();
    let style = anstyle::Style::new().bold();
    let cause = word(one.cause.words(), 0, tone(one.level));
    let _ = writeln!(
        page,
        "{number:>3}. {style}{}{style:#}: {cause}",
        called(one)
    );
    let mut told = |text: &str| {
        let text = behind(text, INDENT, width).replace('\n', &format!("\n{}", " ".repeat(INDENT)));
        let _ = writeln!(page, "{}{text}", " ".repeat(INDENT));
    };
    if !one.why.is_empty() && one.why != one.cause.words() {
        told(&one.why);
    }
    if let Some(part) = one.parts.first() {
        let more = match one.parts.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        told(&format!("its {} `{}`{more}", part.kind, part.path()));
    }
    match one.waiting {
        0 => {}
        1 => told("1 other waits for it"),
        count => told(&format!("{count} others wait for it")),
    }
    told(&format!("next: {}", one.next));
    page
}

fn called(one: &First) -> String {
    format!("{} {}", one.object.kind, one.object.path())
}

/// What is not well beside what is to be looked at first.
fn others(overview: &Overview, all: bool, width: Option<usize>) -> String {
    let is_first = |one: &&Finding| {
        overview
            .first
            .iter()
            .any(|first| first.object == one.object)
    };
    let rest: Vec<&Finding> = { overview.findings.iter() }
        .filter(|one| !is_first(one))
        .collect();
    let mut page = String::new();
    if rest.is_empty() {
        return page;
    }
    let is_well = overview.first.is_empty();
    heading(&mut page, if is_well { "To know" } else { "Beside these" });
    let most = if all { usize::MAX } else { LISTED };
    let shown: Vec<_> = rest
        .iter()
        .take(most)
        .map(|one| (*one, name(one)))
        .collect();
    let wide = shown
        .iter()
        .map(|(_, name)| name.width())
        .max()
        .unwrap_or(0);
    for (one, name) in &shown {
        let mark = word(level(one.level), 5, tone(one.level));
        let blanks = " ".repeat(wide - name.width());
        let why = match &one.after {
            Some(after) => format!("{}: {after}", one.cause.words()),
            None if one.why.is_empty() => one.cause.words().to_owned(),
            None => format!("{}: {}", one.cause.words(), one.why),
        };
        let room = width.unwrap_or(COLUMNS).saturating_sub(wide + 11).max(20);
        let _ = writeln!(page, "  {mark}  {name}{blanks}  {}", cut(&why, room));
    }
    let more = rest.len().saturating_sub(most);
    if more > 0 {
        let _ = writeln!(page, "  and {more} more: `ichor status --all` lists them");
    }
    page
}

fn name(one: &Finding) -> String {
    let count = match one.count {
        Some(count) if count > 1 => format!(" ({count} pods)"),
        Some(_) if one.object.kind != "Pod" => " (1 pod)".to_owned(),
        _ => String::new(),
    };
    format!("{} {}{count}", one.object.kind, one.object.path())
}

/// As much of a text as a line has room for.
fn cut(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut used = 1;
    let kept = text.chars().take_while(|one| {
        used += one.width().unwrap_or(0);
        used <= room
    });
    let mut kept: String = kept.collect();
    kept.push('…');
    kept
}
