//! How the reader calls this program. Every text names commands as `ichor …`; here alone they
//! become words that work where the reader stands.

/// How a command starts in a text.
const MARK: &str = "`ichor ";

/// What takes the place of `ichor` in commands that are shown.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    program: String,
    /// The flag that leads to the repository, where that is not the current folder.
    directory: Option<String>,
}

impl Caller {
    /// A reader who calls the program by these words, and works on this folder.
    pub(crate) fn new(program: impl Into<String>, directory: &str) -> Self {
        let directory = (directory != "." && !directory.is_empty()).then(|| {
            let quoted = shlex::try_quote(directory).unwrap_or(directory.into());
            format!("-C {quoted}")
        });
        Self {
            program: program.into(),
            directory,
        }
    }

    /// A command that another program runs in the repository: `git …` is `git -C DIR …`.
    pub(crate) fn beside(&self, program: &str) -> String {
        match &self.directory {
            Some(directory) => format!("{program} {directory}"),
            None => program.to_owned(),
        }
    }

    /// The text with every command in backticks as the reader has to type it.
    pub(crate) fn spell(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(MARK) {
            out.push_str(&rest[..=at]);
            rest = &rest[at + MARK.len()..];
            out.push_str(&self.program);
            out.push(' ');
            if let Some(directory) = &self.directory
                && !rest.starts_with("-C ")
            {
                out.push_str(directory);
                out.push(' ');
            }
        }
        out.push_str(rest);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_spelt_as_the_reader_calls_the_program() {
        let text = "run `ichor configure`, or `ichor -C b diff`; `.ichor/outputs` of `ichor`";
        assert_eq!(Caller::new("ichor", ".").spell(text), text);
        assert_eq!(
            Caller::new("cargo run -p cli --", ".").spell(text),
            "run `cargo run -p cli -- configure`, or `cargo run -p cli -- -C b diff`; \
             `.ichor/outputs` of `ichor`"
        );
        assert_eq!(
            Caller::new("ichor", "my cluster").spell("`ichor init` é `ichor diff"),
            "`ichor -C 'my cluster' init` é `ichor -C 'my cluster' diff"
        );
    }

    #[test]
    fn other_programs_are_led_to_the_repository_too() {
        assert_eq!(Caller::new("ichor", ".").beside("git"), "git");
        assert_eq!(Caller::new("ichor", "a").beside("git"), "git -C a");
    }
}
