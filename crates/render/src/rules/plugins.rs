//! Rules about plugins, told while they run.

diagnostics::rules! {
    PLUGIN_ANSWER: error "plugin/answer",
        "A plugin answers with values that can be written as JSON, of limited size. What it gave is larger, or is none.";
    PLUGIN_ENDED: error "plugin/ended",
        "The plugin ended its own process, so that nothing more can be asked of it.";
    PLUGIN_EXCEPTION: error "plugin/exception",
        "The plugin raised an exception, so that the value that was asked for does not exist.";
    PLUGIN_MODULE: error "plugin/module",
        "The plugin imports a package that is not installed for the Python that runs it.";
    PLUGIN_NO_PYTHON: error "plugin/no-python",
        "Something that only the plugin gives is needed, and there is no `python3` to run it with.";
    PLUGIN_SLOW: error "plugin/slow",
        "The plugin took longer than it may. It probably waits for a network, a lock, or has a loop without an end.";
    PLUGIN_WITHHELD: error "plugin/withheld",
        "What the template asks for is given by the plugin only, which does not run.";
}
