//! `secrets exec-file`.

use camino::{Utf8Path, Utf8PathBuf};
use repository::View;
use repository::private::{self, PrivateFolder};
use vault::{Target, convert};
use zeroize::Zeroizing;

use super::exec_env::program;
use super::options::{Reading, Type};
use super::outcome;
use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;
use crate::watch::{self, Watch};

/// Run a program with the path of a decrypted file
///
/// `{}` in the command stands for the path. It is that of a pipe, which can be read once, so
/// that nothing is written to any disk; `--no-fifo` makes a file in a private folder in memory.
/// One word is run by `/bin/sh -c`, several as they stand. Ends as the program ends.
///
/// Examples:
///   ichor secrets exec-file secret.sops.yaml 'kubectl apply -f {}'
///   ichor secrets exec-file --no-fifo talosconfig.sops.yaml -- talosctl --talosconfig {} version
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct ExecFile {
    /// The encrypted file
    file: Utf8PathBuf,

    /// The command
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,

    /// Make a file, which can be read more than once, instead of a pipe
    #[arg(long)]
    no_fifo: bool,

    /// The name of the file; with it, it is no pipe
    #[arg(long, value_name = "NAME")]
    filename: Option<String>,

    /// The format of the file
    #[arg(long, value_enum, value_name = "TYPE")]
    output_type: Option<Type>,

    #[command(flatten)]
    reading: Reading,
}

impl ExecFile {
    pub(crate) fn run(&self, root: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
        let name = self.filename.as_deref().unwrap_or("tmp-file");
        if name.is_empty() || name.contains('/') || name == "." || name == ".." {
            return Err(Failure::stopped(
                Exit::Usage,
                format!("`{name}` is not the name of a file"),
            ));
        }
        let vault = self.reading.vault(root)?;
        let target = Target::named(&View::on_disk(root), &self.file);
        let clear = vault
            .decrypt(&target)
            .map_err(|problems| outcome::failure(problems, vault.keys()))?;
        let from = self.reading.format(&target.shown);
        let to = self.output_type.map_or(from, Type::format);
        let content = convert(&target.shown, &clear.content, from, to)?;
        let stop = |error: std::io::Error| {
            Failure::stopped(Exit::Usage, format!("the command cannot be run: {error}"))
        };
        let watch = Watch::start().map_err(stop)?;
        let folder = watch
            .make(|| {
                let folder = PrivateFolder::create(&environment::private_places())?;
                let remove = folder.remover();
                Ok((folder, remove))
            })
            .map_err(stop)?;
        let path = self.offer(&folder, name, content, ui).map_err(stop)?;
        let words: Vec<_> = self
            .command
            .iter()
            .map(|word| word.replace("{}", path.as_str()))
            .collect();
        let status = watch.run(&mut program(&words)).map_err(stop)?;
        Ok(Exit::Program(watch::code(status)))
    }

    /// The pipe, with somebody who waits at its other end, or the file.
    fn offer(
        &self,
        folder: &PrivateFolder,
        name: &str,
        content: Zeroizing<Vec<u8>>,
        ui: &mut Ui,
    ) -> std::io::Result<Utf8PathBuf> {
        if !self.no_fifo && self.filename.is_none() {
            match folder.pipe(name) {
                Ok(path) => {
                    let pipe = path.clone();
                    std::thread::spawn(move || private::feed(&pipe, &content));
                    return Ok(path);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Unsupported => {}
                Err(error) => return Err(error),
            }
        }
        if !folder.is_in_memory() {
            ui.warning(&format!(
                "no folder in memory was found: the file is in the clear in `{}` for now",
                folder.path()
            ));
        }
        folder.write(name, &content)
    }
}
