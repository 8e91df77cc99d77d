//! The name of a model on the command line: a folder, or with the feature `hub` a name on the hub.

use std::path::{Path, PathBuf};

use crate::Error;

/// The last part of the name, which tables print.
pub(crate) fn last_part(name: &str) -> &str {
    let name = name.trim_end_matches('/');
    name.rsplit_once('/').map_or(name, |(_, last)| last)
}

/// The folder of the model, which is downloaded if `name` is no folder.
#[cfg(feature = "hub")]
pub(crate) fn folder(name: &str) -> Result<PathBuf, Error> {
    if Path::new(name).is_dir() {
        return Ok(name.into());
    }
    let options = jacolbert::HubOptions::default();
    let fetched =
        jacolbert::fetch_checkpoint(name, &options, &mut |_| std::ops::ControlFlow::Continue(()));
    Ok(fetched.map_err(jacolbert::Error::from)?)
}

/// The folder of the model, which must be there.
#[cfg(not(feature = "hub"))]
pub(crate) fn folder(name: &str) -> Result<PathBuf, Error> {
    if !Path::new(name).is_dir() {
        return Err(Error::NoHub { name: name.to_owned() });
    }
    Ok(name.into())
}
