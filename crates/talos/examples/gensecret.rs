//! Prints the secrets of a new cluster, as `talhelper gensecret` does:
//!
//! ```sh
//! cargo run --release --package talos --example gensecret
//! ```

#![expect(clippy::disallowed_methods, reason = "certificates begin now")]

use std::io::Write as _;
use std::time::SystemTime;

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use talos::bundle::Bundle;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bundle = Bundle::generate(&mut UnwrapErr(SysRng), SystemTime::now())?;
    std::io::stdout().write_all(bundle.to_yaml().as_bytes())?;
    Ok(())
}
