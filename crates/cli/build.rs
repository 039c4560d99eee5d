//! How the program is linked.

#[expect(
    clippy::disallowed_methods,
    reason = "Cargo says so, and in no other way, for what it builds"
)]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |what: &str| std::env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    let is_static = target("FEATURE").split(',').any(|one| one == "crt-static");
    // At a fixed address, as the Go programs of this field are: else the loader writes 88,000
    // addresses into the tables of the program before the first line of `main`, which costs more
    // than all else of a start.
    if target("OS") == "linux" && target("ENV") == "gnu" && !is_static {
        println!("cargo::rustc-link-arg-bin=ichor=-no-pie");
    }
}
