//! Rules about what was rendered.

diagnostics::rules! {
    OUTPUT_INVALID_YAML: relaxed "output/invalid-yaml",
        "The output is named as YAML and is none, so that Flux refuses the whole folder that it is in.";
    OUTPUT_MISSING_RESOURCE: relaxed "output/missing-resource",
        "A kustomization lists a file or folder that does not exist. kustomize stops there, and Flux applies nothing of it.";
    OUTPUT_NOT_UTF8: error "output/not-utf8",
        "The output is named as YAML, which is text in UTF-8. No program could read it.";
    PLAN_EDITS_OUTPUT: warning "plan/edits-output",
        "The file is an output: the next `configure` renders it again, and stops where it was edited by hand.";
    RECORD_NEWER_TEMPLATE_SET: error "record/newer-template-set",
        "A newer version of ichor rendered these outputs last. An older one would undo what has changed since.";
}
