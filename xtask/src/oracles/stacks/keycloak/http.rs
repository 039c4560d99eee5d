//! Questions over HTTP, by curl.

use anyhow::{Context as _, Result};

use crate::process;

/// What was answered.
pub(super) struct Answer {
    pub(super) status: u16,
    /// The head, as it came.
    head: String,
    pub(super) body: String,
}

impl Answer {
    /// A header's value.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(':'));
        let field = fields.find(|(field, _)| field.eq_ignore_ascii_case(name));
        field.map(|(_, value)| value.trim())
    }
}

/// The arguments of curl that send these fields as a form.
pub(super) fn form<'f>(fields: &[&'f str]) -> Vec<&'f str> {
    { fields.iter() }
        .flat_map(|field| ["--data-urlencode", *field])
        .collect()
}

/// Asks for an address, with further arguments of curl.
pub(super) fn ask(address: &str, arguments: &[&str]) -> Result<Answer> {
    let mut curl = process::command("curl");
    curl.args([
        "--silent",
        "--show-error",
        "--include",
        "--insecure",
        "--noproxy",
        "*",
    ]);
    curl.args(["--max-time", "30", "--http1.1"]).args(arguments);
    let words = process::quiet(curl.arg(address))?;
    let (head, body) = words.split_once("\r\n\r\n").context("no answer")?;
    let status = head.split(' ').nth(1).context("no status")?.parse()?;
    Ok(Answer {
        status,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}
