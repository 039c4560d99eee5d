//! Rules about what a plan finds on disk.

diagnostics::rules! {
    PLAN_EDITED_ORPHAN: warning "plan/edited-orphan",
        "No template renders this file any more. It would be removed, but was changed by hand, so it stays.";
    PLAN_EDITED_OUTPUT: error "plan/edited-output",
        "The file was rendered, and then changed by hand. Writing it would lose the edit, and leaving it would lose what the template now says.";
    PLAN_FOREIGN_OUTPUT: error "plan/foreign-output",
        "A file that was not rendered stands where an output belongs, and says something else. It may be somebody's work, so it is not overwritten.";
    PLAN_INPUT_FILE: error "plan/input-file",
        "Configuration, keys and templates are what repositories are rendered from. A template that renders to one of them would change its own input.";
    PLAN_MISSING_FOLDER: error "plan/missing-folder",
        "The folder of the repository is not there any more.";
    PLAN_NOT_A_FILE: error "plan/not-a-file",
        "A folder, or something else that is no file, stands where a file is written.";
    PLAN_NOT_A_FOLDER: error "plan/not-a-folder",
        "A file, or something else that is no folder, stands where a folder is needed.";
    PLAN_SYMBOLIC_LINK: error "plan/symbolic-link",
        "A link leads to another place, perhaps outside of the repository. Whoever can place one could have outputs written anywhere, so that none is followed.";
    PLAN_UNKNOWN_FORCE_PATH: warning "plan/unknown-force-path",
        "The path that is to be overwritten is no output, so naming it does nothing. It may be misspelt.";
    PLAN_UNREADABLE: error "plan/unreadable",
        "What is on disk cannot be read, so nobody can tell whether it was edited.";
}
