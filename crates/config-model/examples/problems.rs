//! Prints the problems of a folder with `cluster.yaml` and `nodes.yaml`, as the negative
//! fixtures record them: `cargo run -p config-model --example problems -- fixtures/invalid/…`.

#![expect(clippy::print_stdout, reason = "printing is what this example is for")]
#![expect(
    clippy::disallowed_methods,
    reason = "the library does not read files itself"
)]

use std::path::PathBuf;

use config_model::fixture;

fn main() {
    for folder in std::env::args().skip(1).map(PathBuf::from) {
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
        let (_, diagnostics) = fixture::read(read);
        print!("{}", fixture::lines(&diagnostics));
    }
}
