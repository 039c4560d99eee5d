//! Rules about templates.

diagnostics::rules! {
    TEMPLATE_ARGUMENTS: error "template/arguments",
        "The function, filter, test or method is called with other arguments than it takes, which Python refuses as well.";
    TEMPLATE_BLOCK: error "template/block",
        "A block that is required was not filled, or there is none of this name.";
    TEMPLATE_CREDENTIAL: error "template/credential",
        "The template asks for a key or token whose file is not here. Without it the output would hold an empty value.";
    TEMPLATE_ENDLESS: error "template/endless",
        "Rendering does not end: a loop grows what it goes through, or templates and macros call each other in a circle.";
    TEMPLATE_EXTENDS: error "template/extends",
        "A template takes its layout from one parent. A second `extends` would have to replace the first.";
    TEMPLATE_FAILED: error "template/failed",
        "The engine refuses the template for a reason that may show values, so that only its kind is told.";
    TEMPLATE_LIMIT: error "template/limit",
        "The template makes more output, or asks for more work or memory, than any file needs.";
    TEMPLATE_LOOP: error "template/loop",
        "`loop(…)` calls the loop that it stands in, which works only where that one is marked `recursive`.";
    TEMPLATE_MISSING: error "template/missing",
        "The template that is included, imported or extended does not exist below the folders of templates.";
    TEMPLATE_OUTPUT_PATH: error "template/output-path",
        "The path of a template is that of its output. This one is no path inside of the repository.";
    TEMPLATE_SUPER: error "template/super",
        "`super()` shows what the parent's block holds. Here is no parent, or it has no such block.";
    TEMPLATE_SYNTAX: error "template/syntax",
        "The text is not a template of Jinja2: a tag does not end, or what stands in it cannot be read.";
    TEMPLATE_THREADS: error "template/threads",
        "The system gave not one thread to render with, perhaps because of a limit on processes.";
    TEMPLATE_TYPE: error "template/type",
        "The value is of a kind that the operation does not take, such as a list where a number is needed. Python refuses it as well.";
    TEMPLATE_UNDECLARED: error "template/undeclared",
        "Neither the configuration nor the template sets this name. It would render to nothing, and is often a misspelling.";
    TEMPLATE_UNDEFINED: error "template/undefined",
        "The value does not exist: no such key, index or variable here. Printing it as nothing would leave a hole in the output.";
    TEMPLATE_UNKNOWN: error "template/unknown",
        "There is no filter, test, function, method or built-in template of this name.";
    TEMPLATE_UNREADABLE: error "template/unreadable",
        "The template cannot be taken in: it is not text, or another template that it needs has errors of its own.";
    TEMPLATE_VALUE: error "template/value",
        "The value is of the right kind and still cannot be used, such as a text that is no number. Python refuses it as well.";
}
