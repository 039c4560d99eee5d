//! The program and its files.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use talos::certificates::KeyPair;

pub(crate) struct Openssl {
    pub(crate) program: PathBuf,
    folder: tempfile::TempDir,
}

/// PEM as openssl reads it: it knows Talos's label of Ed25519 keys no more than others do.
pub(crate) fn pem(text: &str) -> String {
    let pem = STANDARD.decode(text).expect("base64");
    let pem = String::from_utf8(pem).expect("PEM");
    pem.replace("ED25519 PRIVATE", "PRIVATE")
}

impl Openssl {
    pub(crate) fn find() -> Option<Self> {
        let Some(program) = std::env::var_os("ICHOR_OPENSSL") else {
            println!("skipped: ICHOR_OPENSSL does not name the real openssl");
            return None;
        };
        Some(Self {
            program: program.into(),
            folder: tempfile::tempdir().expect("a folder"),
        })
    }

    pub(crate) fn path(&self, name: &str) -> String {
        let path = self.folder.path().join(name);
        path.to_str().expect("text").to_owned()
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).expect("written");
        path
    }

    pub(crate) fn certificate(&self, name: &str, pair: &KeyPair) -> String {
        self.file(&format!("{name}.crt"), &pem(pair.certificate.expose()))
    }

    pub(crate) fn key(&self, name: &str, pair: &KeyPair) -> String {
        self.file(&format!("{name}.key"), &pem(pair.key.expose()))
    }

    /// Everything that it reads in a certificate, without what no two have in common.
    pub(crate) fn words(&self, certificate: &str) -> String {
        let text = self.run(&["x509", "-noout", "-text", "-in", certificate]);
        let mut out = String::new();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let trimmed = line.trim_start();
            let label = |label: &str| trimmed.starts_with(label);
            let is_hexadecimal = |line: &str| {
                let digits = line.trim().trim_end_matches(':');
                digits.split(':').count() > 4
                    && digits
                        .bytes()
                        .all(|byte| byte.is_ascii_hexdigit() || byte == b':')
            };
            if is_hexadecimal(line) {
                while lines.peek().is_some_and(|next| {
                    is_hexadecimal(next)
                        || next.trim().len() < 15
                            && next
                                .trim()
                                .bytes()
                                .all(|byte| byte.is_ascii_hexdigit() || byte == b':')
                }) {
                    lines.next();
                }
                out.push_str("<bytes>\n");
            } else if label("Not Before") || label("Not After") {
                out.push_str(trimmed.split(':').next().expect("a word"));
                out.push_str(": <time>\n");
            } else {
                out.push_str(line);
                out.push('\n');
            }
        }
        out
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        let faults = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {faults}");
        String::from_utf8(output.stdout).expect("text")
    }

    pub(crate) fn fails(&self, arguments: &[&str]) {
        assert!(!self.output(arguments).status.success(), "{arguments:?}");
    }

    pub(crate) fn output(&self, arguments: &[&str]) -> Output {
        let mut command = self.command();
        command.args(arguments).output().expect("openssl starts")
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(self.folder.path())
            .env_clear()
            .stdin(Stdio::null());
        command
    }
}
