//! The page: the conclusion, then what shows it.

use std::fmt::Write as _;

use cluster::diagnosis::{Diagnosis, Event, Printed};
use cluster::overview::{First, Level, Object};
use unicode_width::UnicodeWidthStr as _;

use crate::command::status::{level, tone};
use crate::ui::{Tone, behind, word};

/// Where the rest of a line begins.
const INDENT: usize = 2;

/// The page for a screen of so many columns.
pub(super) fn page(diagnosis: &Diagnosis, width: Option<usize>) -> String {
    let mut page = String::new();
    let app: Vec<String> = diagnosis.app.iter().map(called).collect();
    let style = anstyle::Style::new().bold();
    match &diagnosis.conclusion {
        None => {
            let well = word("well", 0, Tone::New);
            let _ = writeln!(page, "{style}{}{style:#}: {well}", app.join(", "));
        }
        Some(first) => conclusion(diagnosis, &app, first, width, &mut page),
    }
    objects(diagnosis, width, &mut page);
    pods(diagnosis, width, &mut page);
    if !diagnosis.missing.is_empty() {
        heading(&mut page, "Named, and not there");
        for object in &diagnosis.missing {
            let _ = writeln!(page, "  {}", called(object));
        }
    }
    events(&diagnosis.events, width, &mut page);
    for printed in &diagnosis.logs {
        log(printed, &mut page);
    }
    if !diagnosis.unanswered.is_empty() {
        heading(&mut page, "Not answered");
        for one in &diagnosis.unanswered {
            told(
                &mut page,
                &format!("{}: {}", one.what, one.why),
                INDENT,
                width,
            );
        }
    }
    page
}

fn conclusion(
    diagnosis: &Diagnosis,
    app: &[String],
    first: &First,
    width: Option<usize>,
    page: &mut String,
) {
    let style = anstyle::Style::new().bold();
    let cause = word(first.cause.words(), 0, tone(first.level));
    let _ = writeln!(page, "{style}{}{style:#}: {cause}", app.join(", "));
    let is_elsewhere = !diagnosis.app.contains(&first.object);
    if is_elsewhere {
        told(
            page,
            &format!("It comes of {}:", first.object),
            INDENT,
            width,
        );
    }
    if !first.why.is_empty() {
        told(page, &first.why, INDENT, width);
    }
    match first.waiting {
        0 => {}
        1 => told(page, "1 other waits for it", INDENT, width),
        count => told(page, &format!("{count} others wait for it"), INDENT, width),
    }
    let _ = writeln!(page);
    told(page, &format!("Next: {}", first.next), 0, width);
    if diagnosis.chain.len() > 1 {
        heading(page, "From there to here");
        for (step, one) in diagnosis.chain.iter().rev().enumerate() {
            let arrow = if step == 0 { "  " } else { "→ " };
            let _ = writeln!(
                page,
                "  {arrow}{}: {}",
                called(&one.object),
                one.cause.words()
            );
        }
    }
}

fn objects(diagnosis: &Diagnosis, width: Option<usize>, page: &mut String) {
    if diagnosis.objects.is_empty() {
        return;
    }
    heading(page, "What it is made of");
    let names: Vec<String> = diagnosis
        .objects
        .iter()
        .map(|one| called(&one.object))
        .collect();
    let wide = names.iter().map(|name| name.width()).max().unwrap_or(0);
    for (one, name) in diagnosis.objects.iter().zip(&names) {
        let mark = mark(one.level);
        let before = wide + 11;
        let blanks = " ".repeat(wide - name.width());
        let text =
            behind(&one.told, before, width).replace('\n', &format!("\n{}", " ".repeat(before)));
        let _ = writeln!(
            page,
            "{}",
            format!("  {mark}  {name}{blanks}  {text}").trim_end()
        );
    }
}

fn mark(how: Option<Level>) -> String {
    match how {
        None => word("ok", 5, Tone::New),
        Some(how) => word(level(how), 5, tone(how)),
    }
}

fn pods(diagnosis: &Diagnosis, width: Option<usize>, page: &mut String) {
    if diagnosis.pods.is_empty() {
        return;
    }
    heading(page, "Pods that are not well");
    for group in &diagnosis.pods {
        let nodes = match group.nodes.as_slice() {
            [] => String::new(),
            nodes => format!(", on {}", nodes.join(", ")),
        };
        let container = match group.container.as_str() {
            "" => String::new(),
            container => format!(", container `{container}`"),
        };
        let count = match group.count {
            1 => String::new(),
            count => format!(", {count} of them"),
        };
        let text = format!(
            "{}{count}: {}{container}{nodes}",
            called(&group.owner),
            group.cause.words()
        );
        told(page, &text, INDENT, width);
        told(page, &group.why, INDENT + 2, width);
    }
}

fn events(events: &[Event], width: Option<usize>, page: &mut String) {
    if events.is_empty() {
        return;
    }
    heading(page, "Events, the newest last");
    for event in events {
        let times = match event.count {
            1 => String::new(),
            count => format!(" ({count} times)"),
        };
        let text = format!(
            "{} {} {}{times}: {}",
            event.time,
            called(&event.object),
            event.reason,
            event.message
        );
        told(page, &text, INDENT, width);
    }
}

fn log(printed: &Printed, page: &mut String) {
    let run = if printed.is_previous {
        ", the run before"
    } else {
        ""
    };
    let Printed { pod, container, .. } = printed;
    heading(page, &format!("Log of {pod}, container `{container}`{run}"));
    for line in &printed.lines {
        let _ = writeln!(page, "  | {line}");
    }
    if printed.lines.is_empty() {
        page.push_str("  it printed nothing\n");
    }
}

fn told(page: &mut String, text: &str, indent: usize, width: Option<usize>) {
    let blanks = " ".repeat(indent);
    let text = behind(text, indent, width).replace('\n', &format!("\n{blanks}"));
    let _ = writeln!(page, "{blanks}{text}");
}

fn heading(page: &mut String, text: &str) {
    let style = anstyle::Style::new().bold();
    let _ = writeln!(page, "\n{style}{text}{style:#}");
}

fn called(object: &Object) -> String {
    format!("{} {}", object.kind, object.path())
}
