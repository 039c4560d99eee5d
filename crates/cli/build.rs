//! How the program is linked.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |what: &str| std::env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    // At a fixed address, as the Go programs of this field are: else the loader writes 88,000
    // addresses into the tables of the program before the first line of `main`, which costs more
    // than all else of a start.
    if target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bin=ichor=-no-pie");
    }
}
