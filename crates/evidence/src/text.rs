//! Error texts and logs.
