//! What of helmfile's templates is followed: a path that begins at the root of the repository, and
//! files that hand on what they read of it.

use flux::value::Value;

/// Variables of the environment that the family's scripts set, and the folder of the repository
/// that each names.
const FOLDERS: [(&str, &str); 5] = [
    ("ROOT_DIR", ""),
    ("ROOT", ""),
    ("PROJECT_ROOT", ""),
    ("KUBERNETES_DIR", "kubernetes"),
    ("BOOTSTRAP_DIR", "bootstrap"),
];

/// Words of a template that does no more than hand on what it reads: it may choose a file, and
/// fill in variables, as Flux does.
const READING: &[&str] = &[
    "and",
    "coalesce",
    "contains",
    "default",
    "dict",
    "else",
    "end",
    "env",
    "eq",
    "expandenv",
    "fail",
    "fileExists",
    "fromYaml",
    "get",
    "if",
    "indent",
    "index",
    "isFile",
    "join",
    "list",
    "mustToYaml",
    "ne",
    "nindent",
    "not",
    "or",
    "printf",
    "quote",
    "readFile",
    "replace",
    "requiredEnv",
    "toYaml",
    "tpl",
    "trim",
    "with",
];

/// A text of a helmfile.
pub(in crate::bootstrap) enum Text {
    /// It says what it is. Where it begins at the root of the repository, that is left out.
    Plain { text: String, is_from_root: bool },
    /// A template says it.
    Template,
}

/// A text with the simple templates of a release filled in.
pub(in crate::bootstrap) fn text(text: &str, name: &str, namespace: &str) -> Text {
    let mut out = String::new();
    let mut is_from_root = false;
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        out.push_str(rest.get(..start).unwrap_or_default());
        let inner = rest.get(start + 2..).unwrap_or_default();
        let Some(end) = inner.find("}}") else {
            return Text::Template;
        };
        let action = inner.get(..end).unwrap_or_default();
        rest = inner.get(end + 2..).unwrap_or_default();
        let words: Vec<&str> = action.trim_matches('-').split_whitespace().collect();
        match words.as_slice() {
            [".Release.Name"] => out.push_str(name),
            [".Release.Namespace"] => out.push_str(namespace),
            ["requiredEnv" | "env", variable] if out.is_empty() => {
                let variable = variable.trim_matches(['"', '`']);
                let known = FOLDERS.iter().find(|(known, _)| *known == variable);
                let Some((_, folder)) = known else {
                    return Text::Template;
                };
                out.push_str(folder);
                is_from_root = true;
            }
            _ => return Text::Template,
        }
    }
    out.push_str(rest);
    Text::Plain {
        text: out,
        is_from_root,
    }
}

/// Whether a file is a template that only hands on what it reads.
pub(in crate::bootstrap) fn reads_only(file: &str) -> bool {
    let mut rest = file;
    let mut reads = false;
    loop {
        let start = rest.find("{{");
        let outside = rest.get(..start.unwrap_or(rest.len())).unwrap_or_default();
        let is_bare = |line: &str| ["", "---"].contains(&line) || line.starts_with('#');
        if !outside.lines().map(str::trim).all(is_bare) {
            return false;
        }
        let Some(start) = start else { return reads };
        let inner = rest.get(start + 2..).unwrap_or_default();
        let Some(end) = end_of(inner) else {
            return false;
        };
        let action = inner.get(..end).unwrap_or_default();
        rest = inner.get(end + 2..).unwrap_or_default();
        if action.trim_start_matches(['-', ' ']).starts_with("/*") {
            continue;
        }
        for word in words(action) {
            reads |= word == "readFile";
            if !READING.contains(&word.as_str()) {
                return false;
            }
        }
    }
}

/// Where an action ends, whatever stands in its texts and comments.
fn end_of(action: &str) -> Option<usize> {
    let start = action.trim_start_matches(['-', ' ']);
    if start.starts_with("/*") {
        let at = action.len() - start.len();
        let comment = action.get(at..)?.find("*/")?;
        return Some(at + comment + action.get(at + comment..)?.find("}}")?);
    }
    let mut quote = None;
    let mut is_escaped = false;
    for (at, one) in action.char_indices() {
        match quote {
            Some(_) if is_escaped => is_escaped = false,
            Some('"') if one == '\\' => is_escaped = true,
            Some(open) if one == open => quote = None,
            Some(_) => {}
            None if one == '"' || one == '`' => quote = Some(one),
            None if one == '}' && action.get(at..)?.starts_with("}}") => return Some(at),
            None => {}
        }
    }
    None
}

/// The words of an action that name functions: no texts, fields, variables or numbers.
fn words(action: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut is_escaped = false;
    for one in action.chars().chain([' ']) {
        match quote {
            Some(_) if is_escaped => is_escaped = false,
            Some('"') if one == '\\' => is_escaped = true,
            Some(open) if one == open => quote = None,
            Some(_) => {}
            None if one.is_alphanumeric() || "_.$".contains(one) => word.push(one),
            None => {
                if word.starts_with(|first: char| first.is_alphabetic()) {
                    words.push(word.clone());
                }
                word.clear();
                if one == '"' || one == '`' {
                    quote = Some(one);
                }
            }
        }
    }
    words
}

/// The text of a scalar as it is written, where it is one.
pub(in crate::bootstrap) fn scalar(value: &Value) -> Option<String> {
    if let Some(text) = value.as_text() {
        return Some(text.to_owned());
    }
    if value.is_null() || value.as_map().is_some() || value.as_list().is_some() {
        return None;
    }
    // A version such as 1.10 is no number.
    let written = value.place.source()?.text().get(value.place.range())?;
    Some(written.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_helmfiles() {
        for (given, wanted) in [
            (
                "./templates/values.yaml.gotmpl",
                Some(("./templates/values.yaml.gotmpl", false)),
            ),
            (
                "{{ requiredEnv \"ROOT_DIR\" }}/kubernetes/a.yaml",
                Some(("/kubernetes/a.yaml", true)),
            ),
            (
                "{{ env \"KUBERNETES_DIR\" }}/a.yaml",
                Some(("kubernetes/a.yaml", true)),
            ),
            (
                "../{{ .Release.Namespace }}/{{- .Release.Name -}}.yaml",
                Some(("../kube-system/cilium.yaml", false)),
            ),
            ("{{ requiredEnv \"SOMETHING\" }}/a.yaml", None),
            ("{{ .Values.a }}", None),
            ("a/{{ env \"ROOT_DIR\" }}", None),
            ("{{ open", None),
        ] {
            let found = match text(given, "cilium", "kube-system") {
                Text::Plain { text, is_from_root } => Some((text, is_from_root)),
                Text::Template => None,
            };
            let wanted = wanted.map(|(text, is)| (text.to_owned(), is));
            assert_eq!(found, wanted, "{given}");
        }
    }

    #[test]
    fn templates_that_hand_on_what_they_read() {
        for (file, is) in [
            (
                "{{ (fromYaml (readFile (printf \"../%s/%s/app/helmrelease.yaml\" .Release.Namespace .Release.Name))).spec.values | toYaml }}\n",
                true,
            ),
            (
                "{{- /* The values }} of the release. */ -}}\n{{- $path := printf \"%s\" .Release.Name -}}\n{{- $release := fromYaml (readFile $path) -}}\n{{ toYaml $release.spec.values }}\n",
                true,
            ),
            (
                "{{- if eq $ns $name -}}\n{{ (readFile (printf \"a/%s\" $ns)) }}\n{{- else -}}\n{{ readFile `b` }}\n{{- end -}}\n",
                true,
            ),
            (
                "{{ (readFile \"a\" | fromYaml).spec.values | toYaml | replace \"${A}\" (requiredEnv \"A\") }}",
                true,
            ),
            (
                "{{- $values := toYaml (fromYaml (readFile \"a\")).spec.values -}}\n{{- $expanded := $values | expandenv -}}\n{{- $expanded | fromYaml | toYaml -}}\n",
                true,
            ),
            ("---\n# as Flux has them\n{{ readFile \"a.yaml\" }}\n", true),
            (
                "{{ mergeOverwrite (fromYaml (readFile \"a\")) (dict \"a\" 1) | toYaml }}",
                false,
            ),
            (
                "{{ exec \"sh\" (list \"-c\" \"true\") }}{{ readFile \"a\" }}",
                false,
            ),
            ("a: 1\n{{ readFile \"a\" }}\n", false),
            ("a: {{ readFile \"a\" }}\n", false),
            ("a: {{ .Values.b }}\n", false),
            ("{{ readFile \"a\"", false),
            ("", false),
        ] {
            assert_eq!(reads_only(file), is, "{file}");
        }
    }
}
