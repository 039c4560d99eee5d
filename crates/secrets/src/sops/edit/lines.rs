//! Values of dotenv and ini text set and taken out.

use diagnostics::Source;
use serde_json::Value as Json;

use super::problem::EditProblem;
use crate::sops::document::{ini_items, ini_value};
use crate::sops::path::{Path, Step};

pub(super) fn set_dotenv(text: &str, path: &Path, new: &Json) -> Result<String, EditProblem> {
    let key = dotenv_key(path)?;
    let line = format!("{key}={}\n", scalar(new)?.replace('\n', "\\n"));
    let mut out = String::with_capacity(text.len() + line.len());
    let mut found = false;
    for old in text.split_inclusive('\n') {
        if is_key(old, key) {
            out.push_str(if found { "" } else { &line });
            found = true;
        } else {
            out.push_str(old);
        }
    }
    if !found {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(&line);
    }
    Ok(out)
}

pub(super) fn unset_dotenv(text: &str, path: &Path) -> Result<String, EditProblem> {
    let key = dotenv_key(path)?;
    if !text.split_inclusive('\n').any(|line| is_key(line, key)) {
        return Err(EditProblem::NoSuchValue);
    }
    Ok(text
        .split_inclusive('\n')
        .filter(|line| !is_key(line, key))
        .collect())
}

pub(super) fn set_ini(source: &Source, path: &Path, new: &Json) -> Result<String, EditProblem> {
    let (section, key) = ini_place(path)?;
    let text = source.text();
    let value = ini_value(&scalar(new)?).ok_or(EditProblem::NoPlace)?;
    let items = ini_items(source).ok_or(EditProblem::NoPlace)?;
    if let Some((_, range)) = items.iter().find(|(at, _)| at.steps == path.steps) {
        let blank = if text[..range.start].ends_with('=') {
            " "
        } else {
            ""
        };
        return Ok(format!(
            "{}{blank}{value}{}",
            &text[..range.start],
            &text[range.end..]
        ));
    }
    if key.contains(['=', ':', '"', '`', '[', '\n', '#', ';'])
        || key.trim() != key
        || key.is_empty()
    {
        return Err(EditProblem::NoPlace);
    }
    let line = format!("{key} = {value}\n");
    let last = items
        .iter()
        .rfind(|(at, _)| matches!(at.steps.first(), Some(Step::Key(name)) if &**name == section));
    if let Some((_, range)) = last {
        let end = text[range.end..].find('\n').map(|at| range.end + at + 1);
        return Ok(match end {
            Some(end) => format!("{}{line}{}", &text[..end], &text[end..]),
            None => format!("{text}\n{line}"),
        });
    }
    if section.contains([']', '\n']) || section.is_empty() {
        return Err(EditProblem::NoPlace);
    }
    let gap = if text.is_empty() {
        ""
    } else if text.ends_with('\n') {
        "\n"
    } else {
        "\n\n"
    };
    Ok(format!("{text}{gap}[{section}]\n{line}"))
}

pub(super) fn unset_ini(source: &Source, path: &Path) -> Result<String, EditProblem> {
    ini_place(path)?;
    let text = source.text();
    let items = ini_items(source).ok_or(EditProblem::NoPlace)?;
    let (_, range) = items
        .iter()
        .find(|(at, _)| at.steps == path.steps)
        .ok_or(EditProblem::NoSuchValue)?;
    let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[range.end..]
        .find('\n')
        .map_or(text.len(), |at| range.end + at + 1);
    Ok(format!("{}{}", &text[..start], &text[end..]))
}

fn is_key(line: &str, key: &str) -> bool {
    line.split_once('=').is_some_and(|(name, _)| name == key)
}

fn dotenv_key(path: &Path) -> Result<&str, EditProblem> {
    match &path.steps[..] {
        [Step::Key(key)]
            if !key.contains(['=', '\n']) && !key.starts_with('#') && !key.is_empty() =>
        {
            Ok(key)
        }
        _ => Err(EditProblem::NoPlace),
    }
}

fn ini_place(path: &Path) -> Result<(&str, &str), EditProblem> {
    match &path.steps[..] {
        [Step::Key(section), Step::Key(key)] => Ok((section, key)),
        _ => Err(EditProblem::NoPlace),
    }
}

fn scalar(value: &Json) -> Result<String, EditProblem> {
    match value {
        Json::String(text) => Ok(text.clone()),
        Json::Number(_) | Json::Bool(_) => Ok(value.to_string()),
        Json::Null => Ok(String::new()),
        Json::Array(_) | Json::Object(_) => Err(EditProblem::NoPlace),
    }
}
