//! Lists that are found in by key at the same speed however long they are.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// What a list finds its members by.
pub trait Keyed {
    /// The member's keys; one may have several, and several members may share one.
    fn keys(&self) -> Vec<&str>;
}

/// A list with an index over its members' [keys](Keyed), in which letter case, surrounding space and trailing
/// slashes do not count.
///
/// It is used as a `Vec`. The index is made when it is first asked, and again after the list was borrowed for change.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Indexed<T> {
    items: Vec<T>,
    #[serde(skip)]
    index: OnceLock<HashMap<Box<str>, Vec<u32>>>,
}

impl<T: Keyed> Indexed<T> {
    /// The first member with this key.
    pub fn find(&self, key: &str) -> Option<&T> {
        self.find_all(key).next()
    }

    /// Every member with this key, in the list's order.
    pub fn find_all(&self, key: &str) -> impl Iterator<Item = &T> {
        self.places(key).iter().filter_map(|place| self.items.get(*place as usize))
    }

    /// Changes the first member with this key. The index stays, so what `change` does must leave its keys as they are.
    pub(super) fn find_mut(&mut self, key: &str) -> Option<&mut T> {
        let place = self.places(key).first().copied()?;
        self.items.get_mut(place as usize)
    }

    /// Puts `item` in the place of the first member with this key, or at the end where there is none. The index
    /// stays where the keys do.
    pub fn put(&mut self, key: &str, item: T) {
        match self.places(key).first().copied() {
            None => self.push(item),
            Some(place) => {
                if let Some(old) = self.items.get_mut(place as usize) {
                    let same_keys = old.keys() == item.keys();
                    *old = item;
                    if !same_keys {
                        self.index.take();
                    }
                }
            }
        }
    }

    fn places(&self, key: &str) -> &[u32] {
        let index = self.index.get_or_init(|| index(&self.items));
        index.get(normal(key).as_ref()).map(Vec::as_slice).unwrap_or_default()
    }
}

fn index<T: Keyed>(items: &[T]) -> HashMap<Box<str>, Vec<u32>> {
    let mut index: HashMap<Box<str>, Vec<u32>> = HashMap::with_capacity(items.len());
    for (place, item) in (0_u32..).zip(items) {
        for key in item.keys() {
            let places = index.entry(normal(key)).or_default();
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
    }
    index
}

fn normal(key: &str) -> Box<str> {
    key.trim().trim_end_matches('/').to_ascii_lowercase().into()
}

impl<T> Deref for Indexed<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.items
    }
}

impl<T> DerefMut for Indexed<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        self.index.take();
        &mut self.items
    }
}

impl<T> Default for Indexed<T> {
    fn default() -> Self {
        Self::from(Vec::new())
    }
}

impl<T> From<Vec<T>> for Indexed<T> {
    fn from(items: Vec<T>) -> Self {
        Self { items, index: OnceLock::new() }
    }
}

impl<T> FromIterator<T> for Indexed<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::from(Vec::from_iter(items))
    }
}

impl<'a, T> IntoIterator for &'a Indexed<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<T: PartialEq> PartialEq for Indexed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.items == other.items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Named(Vec<&'static str>);

    impl Keyed for Named {
        fn keys(&self) -> Vec<&str> {
            self.0.clone()
        }
    }

    fn found<'a>(list: &'a Indexed<Named>, key: &str) -> Vec<&'a str> {
        list.find_all(key).filter_map(|item| item.0.first().copied()).collect()
    }

    #[test]
    fn members_are_found_by_each_key_in_order() {
        let list: Indexed<_> =
            [Named(vec!["A", "https://x/"]), Named(vec!["b"]), Named(vec!["c", "a"])].into_iter().collect();
        assert_eq!(found(&list, " a "), ["A", "c"]);
        assert_eq!(found(&list, "HTTPS://X"), ["A"]);
        assert!(list.find("d").is_none());
    }

    #[test]
    fn a_change_is_seen_by_the_next_search() {
        let mut list = Indexed::from(vec![Named(vec!["a"])]);
        assert!(list.find("b").is_none());
        list.push(Named(vec!["b"]));
        assert!(list.find("b").is_some());
        list.remove(0);
        assert_eq!((found(&list, "a").len(), found(&list, "b").len()), (0, 1));
        list.put("b", Named(vec!["b"]));
        list.put("e", Named(vec!["e"]));
        assert_eq!((found(&list, "b").len(), found(&list, "e").len()), (1, 1));
        list.put("e", Named(vec!["f"]));
        assert_eq!((found(&list, "e").len(), found(&list, "f").len()), (0, 1));
        list.iter_mut().for_each(|item| item.0 = vec!["c"]);
        assert_eq!((found(&list, "b").len(), found(&list, "c").len()), (0, 2));
    }
}
