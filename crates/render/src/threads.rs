//! Threads with stack enough for whatever a template may nest.

use std::sync::LazyLock;

use diagnostics::Diagnostic;
use rayon::ThreadPool;

use crate::rules;

/// Bytes of stack of each: templates may nest deeply, and running out of stack ends the
/// program.
const STACK: usize = 64 << 20;

/// Their number changes nothing but the time.
static THREADS: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    rayon::ThreadPoolBuilder::new()
        .stack_size(STACK)
        .build()
        .ok()
});

/// Runs something on them, with whatever it does in parallel. Everything that reads templates
/// must. `None` if the system gives no threads.
pub(crate) fn with_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    THREADS.as_ref().map(|threads| threads.install(work))
}

/// Runs something on the threads on which templates are read and rendered, with whatever it does
/// in parallel: who does much beside rendering starts no second set of threads. Where the system
/// gives none it runs where it is.
pub fn on_deep_stacks<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match THREADS.as_ref() {
        Some(threads) => threads.install(work),
        None => work(),
    }
}

/// The problem where the system gives none.
pub(crate) fn none_started() -> Diagnostic {
    rules::TEMPLATE_THREADS.report("no thread could be started")
}
