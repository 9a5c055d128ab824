//! Service accounts.

use super::deployment::Object;
use super::keys::{self, Key};
use super::placeholder;
use crate::source::{Entry, Node, Text};

/// A service account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServiceAccount<'a> {
    pub(crate) object: &'a Object,
}

impl<'a> ServiceAccount<'a> {
    /// The object as a service account, where it is one.
    pub(super) fn of(object: &'a Object) -> Option<Self> {
        let core = || object.node.known_at(&["apiVersion"]) == Some("v1");
        (object.kind == "ServiceAccount" && core()).then_some(Self { object })
    }

    /// Its metadata.
    pub(crate) fn metadata(self) -> Option<&'a Node> {
        self.object.node.get("metadata")
    }

    /// The entry of an annotation.
    pub(crate) fn annotation(self, key: Key) -> Option<&'a Entry> {
        keys::entry(self.metadata()?, "annotations", key)
    }

    /// The entry of a label.
    pub(crate) fn label(self, key: Key) -> Option<&'a Entry> {
        keys::entry(self.metadata()?, "labels", key)
    }

    /// The value of an annotation, where it is not empty.
    pub(crate) fn value(self, key: Key) -> Option<Text> {
        let text = placeholder::read(self.annotation(key)?.value.text()?);
        (text.known().is_none_or(|known| !known.trim().is_empty())).then_some(text)
    }
}
