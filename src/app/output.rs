//! A file that is written beside its place and put there whole, or not at all.

use super::AppError;
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// A file under way. Dropped before [`Output::finish`], it leaves nothing behind.
pub(super) struct Output {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
}

/// Who may read the file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Whoever the umask lets: it is made to be handed on.
    All,
    /// The owner alone: secrets are in it.
    Owner,
}

impl Output {
    pub fn beside(path: &Path, readers: Readers) -> Result<Self, AppError> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".bugathlon-").suffix(".part");
        #[cfg(unix)]
        if readers == Readers::All {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o644));
        }
        let file = builder.tempfile_in(folder).map_err(|why| fault(path, &why))?;
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::with_capacity(1 << 16, file),
        })
    }

    /// Makes the bytes durable and puts the file in its place, over one that is there.
    pub fn finish(self) -> Result<(), AppError> {
        let path = self.path;
        let file = self.file.into_inner().map_err(|why| fault(&path, why.error()))?;
        file.as_file().sync_all().map_err(|why| fault(&path, &why))?;
        file.persist(&path).map_err(|why| fault(&path, &why.error))?;
        // The new name is durable once the folder is; not every file system can say so, and then it is as
        // durable as it gets there.
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

pub(super) fn fault(path: &Path, why: &dyn std::fmt::Display) -> AppError {
    AppError::File {
        path: path.to_owned(),
        why: why.to_string(),
    }
}
