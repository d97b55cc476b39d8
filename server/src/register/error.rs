//! Why an import cannot be previewed or applied.

use server_core::sheet::HeaderRefusal;

use crate::sheets::SheetError;
use crate::store::StoreError;

/// An import that cannot be. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is no table.
    #[error("the file cannot be read")]
    Sheet(#[from] SheetError),
    /// Its header is not that of its kind.
    #[error("the header cannot be read")]
    Header(HeaderRefusal),
    /// A header and no rows.
    #[error("the table has no rows")]
    NoRows,
    /// There is none of this name that the account sees.
    #[error("there is no such import")]
    Unknown,
    /// It was applied or put aside already.
    #[error("the import is {0}, not waiting")]
    Settled(String),
    /// The hash that came with the order is not the previewed file's.
    #[error("the order names another file than was previewed")]
    OtherFile,
    /// Rows are refused; all or nothing.
    #[error("{0} rows are refused")]
    Refused(i64),
    /// Everything is registered already.
    #[error("nothing would change")]
    NothingToDo,
    /// The register changed since the preview was made, or while it was made.
    #[error("the register has changed since")]
    RegisterChanged,
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}
