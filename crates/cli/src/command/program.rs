//! The `helm` that the user has.

use helm::{Helm, NoHelm};
use repository::private::PrivateFolder;

use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::watch::Watch;

/// Finds it. Nothing of what it is given stays, and none goes on, however this program is told to
/// end.
pub(super) fn helm(watch: &Watch, hint: &str) -> Result<Helm, Failure> {
    let stop = |message: String| Failure::stopped(Exit::Usage, message).hint(hint);
    let program = environment::helm();
    let program = program.ok_or_else(|| stop("there is no `helm` on `PATH`".to_owned()))?;
    let unwritable = |error: std::io::Error| {
        stop(format!(
            "there is no place for what `helm` is given: {error}"
        ))
    };
    let helm = watch.make(|| {
        let folder = PrivateFolder::create(&environment::private_places())?;
        let remove = folder.remover();
        let helm = Helm::new(program.clone(), folder);
        let stop = helm.as_ref().ok().map(Helm::stopper);
        Ok((helm, move || {
            if let Some(stop) = &stop {
                stop();
            }
            remove();
        }))
    });
    let helm = helm.map_err(unwritable)?;
    helm.map_err(|why| match why {
        NoHelm::Unusable(why) => stop(format!("`{program}` cannot be used: {why}")),
        NoHelm::TooOld(version) => stop(format!("`{program}` is Helm {version}, which is too old")),
    })
}
