//! The part of Go's templates that names of files and URLs of images use: fields, conditions
//! on them, and trimmed blanks. Everything else is refused by name.

/// What a field holds.
#[derive(Debug, Clone)]
pub(super) enum Field {
    Text(String),
    Flag(bool),
}

impl Field {
    fn is_true(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Flag(flag) => *flag,
        }
    }
}

/// Fields by name, without the dot.
pub(super) type Fields<'a> = &'a [(&'static str, Field)];

/// Expands a template; the error says what is wrong with it, as a clause.
pub(super) fn expand(template: &str, fields: Fields<'_>) -> Result<String, String> {
    let mut out = String::new();
    // For each open `if`: whether its branch is taken, and whether one was before.
    let mut open: Vec<(bool, bool)> = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (action, tail) = after.split_once("}}").ok_or("`{{` is not closed")?;
        let (action, trim_before) = match action.strip_prefix("- ") {
            Some(action) => (action, true),
            None => (action, false),
        };
        let (action, trim_after) = match action.strip_suffix(" -") {
            Some(action) => (action, true),
            None => (action, false),
        };
        let active = open.iter().all(|(taken, _)| *taken);
        if active {
            out.push_str(if trim_before {
                before.trim_end()
            } else {
                before
            });
        }
        rest = if trim_after { tail.trim_start() } else { tail };
        let words: Vec<&str> = action.split_whitespace().collect();
        match words.as_slice() {
            ["if", condition @ ..] => {
                let holds = active && holds(condition, fields)?;
                open.push((holds, holds));
            }
            ["else", "if", condition @ ..] => {
                let condition = holds(condition, fields)?;
                let (taken, done) = open.last_mut().ok_or("`else` stands without `if`")?;
                *taken = condition && !*done;
                *done |= condition;
            }
            ["else"] => {
                let (taken, done) = open.last_mut().ok_or("`else` stands without `if`")?;
                *taken = !*done;
                *done = true;
            }
            ["end"] => {
                open.pop().ok_or("`end` stands without `if`")?;
            }
            [name] => match field(name, fields)? {
                _ if !active => {}
                Field::Text(text) => out.push_str(text),
                Field::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
            },
            _ => {
                return Err(format!(
                    "`{{{{ {} }}}}` is not among the template actions that are supported",
                    action.trim()
                ));
            }
        }
    }
    if !open.is_empty() {
        return Err("`if` is not ended".to_owned());
    }
    out.push_str(rest);
    Ok(out)
}

fn holds(words: &[&str], fields: Fields<'_>) -> Result<bool, String> {
    match words {
        [name] => field(name, fields).map(Field::is_true),
        ["not", name] => field(name, fields).map(|value| !value.is_true()),
        ["and", names @ ..] if !names.is_empty() => names
            .iter()
            .try_fold(true, |all, name| Ok(field(name, fields)?.is_true() && all)),
        ["or", names @ ..] if !names.is_empty() => names
            .iter()
            .try_fold(false, |any, name| Ok(field(name, fields)?.is_true() || any)),
        ["eq", name, text] if text.len() > 1 && text.starts_with('"') && text.ends_with('"') => {
            let wanted = text.trim_matches('"');
            Ok(matches!(field(name, fields)?, Field::Text(text) if text == wanted))
        }
        _ => Err(format!(
            "`{}` is not among the template conditions that are supported",
            words.join(" ")
        )),
    }
}

fn field<'a>(name: &str, fields: Fields<'a>) -> Result<&'a Field, String> {
    let found = name
        .strip_prefix('.')
        .and_then(|name| fields.iter().find(|(known, _)| *known == name));
    found.map(|(_, value)| value).ok_or_else(|| {
        let known: Vec<_> = fields
            .iter()
            .map(|(name, _)| format!("`.{name}`"))
            .collect();
        format!(
            "`{name}` is none of the template fields {}",
            known.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{Field, expand};

    #[test]
    fn fields_conditions_and_trimmed_blanks() {
        let fields = [
            ("Name", Field::Text("a".to_owned())),
            ("Empty", Field::Text(String::new())),
            ("Yes", Field::Flag(true)),
        ];
        for (template, expected) in [
            ("x", "x"),
            ("{{ .Name }}-{{.Yes}}", "a-true"),
            ("{{if .Yes}}1{{else}}2{{end}}", "1"),
            ("{{if .Empty}}1{{else if .Yes}}2{{else}}3{{end}}4", "24"),
            ("{{if and .Yes .Empty}}1{{ else }}2{{end}}", "2"),
            ("{{if or .Yes .Empty}}{{if not .Empty}}1{{end}}{{end}}", "1"),
            ("{{if eq .Name \"a\"}}1{{end}}", "1"),
            ("b {{- .Name -}} c", "bac"),
        ] {
            assert_eq!(
                expand(template, &fields).as_deref(),
                Ok(expected),
                "{template}"
            );
        }
        for template in [
            "{{",
            "{{if .Yes}}",
            "{{end}}",
            "{{else}}",
            "{{ upper .Name }}",
            "{{.Nme}}",
        ] {
            assert!(expand(template, &fields).is_err(), "{template}");
        }
        insta::assert_snapshot!(expand("{{.Nme}}", &fields).expect_err("unknown"), @"`.Nme` is none of the template fields `.Name`, `.Empty`, `.Yes`");
    }
}
