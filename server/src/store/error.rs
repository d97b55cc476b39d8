//! What a caller of the store can be told.

/// A question could not be answered, or a change not made.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address names no database that this program speaks to.
    #[error("\"{0}\" is no database address: sqlite:FILE or postgres://…")]
    Address(String),
    /// The database cannot be opened.
    #[error("cannot open the database")]
    Open(#[source] sqlx::Error),
    /// The tables cannot be brought up to date.
    #[error("cannot bring the database's tables up to date")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// What would be written exists already, or breaks a rule that the database guards.
    #[error("the database refused the change: {constraint}")]
    Conflict {
        /// The constraint's name where the database tells it, else its message.
        constraint: String,
    },
    /// The database is away or failed.
    #[error("the database did not answer")]
    Unavailable(#[source] sqlx::Error),
    /// A row holds what this program never writes.
    #[error("column {0} of a stored row cannot be understood")]
    Corrupt(&'static str),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error() {
            // Class 22: the value itself cannot be kept, however often it is tried.
            Some(told)
                if told.is_unique_violation()
                    || told.is_check_violation()
                    || told.is_foreign_key_violation()
                    || told.code().is_some_and(|code| code.starts_with("22") && code.len() == 5) =>
            {
                Self::Conflict {
                    constraint: told.constraint().map_or_else(|| told.message().to_owned(), str::to_owned),
                }
            }
            Some(_) | None => Self::Unavailable(error),
        }
    }
}

/// What the store answers.
pub type Stored<T> = Result<T, StoreError>;
