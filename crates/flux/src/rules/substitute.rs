//! Variables put into objects.

diagnostics::rules! {
    FLUX_UNSET_VARIABLE: error "flux/unset-variable",
        "From Flux 2.9 on a variable without a value and without a default fails the whole Kustomization; before, it became empty without a word.";
    FLUX_SUBSTITUTION_SYNTAX: error "flux/substitution-syntax",
        "Where a Kustomization has variables, `${` begins one in every object that it applies; Flux fails on what is none.";
    FLUX_SUBSTITUTION_RESULT: error "flux/substitution-result",
        "Flux reads an object again once its variables are filled in, and fails where that text is no object any more.";
    FLUX_VARIABLE_NAME: error "flux/variable-name",
        "Flux fails the whole Kustomization where one key of the objects that its variables come from is no name of a variable, used or not.";
}
