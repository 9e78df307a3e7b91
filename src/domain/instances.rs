//! All instances of a server, by name. Each is a world of its own, forked from its seed at first touch.

#![expect(clippy::disallowed_types, reason = "this is the file that holds the map")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use dashmap::DashMap;

use super::error::{Error, Result};
use super::instance::{Instance, InstanceSettings};
use super::world::World;
use crate::engine::Engine;

/// The instance of whoever names none.
pub const DEFAULT: &str = "default";

/// What instances begin with.
#[derive(Debug)]
pub struct Seeds {
    pub usual: Arc<World>,
    /// Those that do not begin with the usual.
    pub named: BTreeMap<String, Arc<World>>,
}

impl Seeds {
    /// Whether anybody can show that it is them.
    pub fn have_credentials(&self) -> bool {
        let mut all = std::iter::once(&self.usual).chain(self.named.values());
        all.any(|it| !it.directory.credentials().is_empty())
    }

    fn origin_for(&self, name: &str) -> Arc<World> {
        Arc::clone(self.named.get(name).unwrap_or(&self.usual))
    }
}

/// Clones are the same instances.
#[derive(Clone, Debug)]
pub struct Instances {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    seeds: Seeds,
    engine: Engine,
    settings: InstanceSettings,
    count_max: usize,
    default: Instance,
    /// Without the default one. An instance under a guard of the map is taken or put, never asked.
    by_name: DashMap<String, Instance>,
    /// Held while an instance is added, so that the limit holds.
    opening: Mutex<()>,
}

impl Instances {
    /// With the default instance, and at most `count_max` others.
    pub fn new(seeds: Seeds, engine: Engine, settings: InstanceSettings, count_max: usize) -> Self {
        let origin = seeds.origin_for(DEFAULT);
        let default = Instance::new(DEFAULT, origin, engine.clone(), settings.clone());
        let (by_name, opening) = (DashMap::new(), Mutex::new(()));
        let inner = Inner { seeds, engine, settings, count_max, default, by_name, opening };
        Self { inner: Arc::new(inner) }
    }

    pub fn default_instance(&self) -> Instance {
        self.inner.default.clone()
    }

    /// The instance of that name, made if there is none.
    pub fn open(&self, name: &str) -> Result<Instance> {
        self.keep(self.prepare(name)?)
    }

    /// The instance of that name; one that nobody else sees, until it is [kept](Self::keep), if there is none.
    pub fn prepare(&self, name: &str) -> Result<Instance> {
        if let Some(known) = self.find(name) {
            return Ok(known);
        }
        if !is_name(name) {
            let problem = format!("'{name}' cannot be one: letters, digits and hyphens can");
            return Err(Error::invalid("instance", problem));
        }
        let origin = self.inner.seeds.origin_for(name);
        let (engine, settings) = (self.inner.engine.clone(), self.inner.settings.clone());
        Ok(Instance::new(name, origin, engine, settings))
    }

    /// Makes a prepared instance one of these; the one that is there already where somebody was faster.
    pub fn keep(&self, prepared: Instance) -> Result<Instance> {
        let name = prepared.name();
        if let Some(known) = self.find(name) {
            return Ok(known);
        }
        let _opening = self.inner.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = self.find(name) {
            return Ok(known);
        }
        if self.inner.by_name.len() >= self.inner.count_max {
            return Err(Error::TooManyInstances {
                name: name.to_owned(),
                limit: self.inner.count_max,
            });
        }
        self.inner.by_name.insert(name.to_owned(), prepared.clone());
        Ok(prepared)
    }

    pub fn find(&self, name: &str) -> Option<Instance> {
        if name == DEFAULT {
            return Some(self.default_instance());
        }
        self.inner.by_name.get(name).map(|it| it.value().clone())
    }

    /// The name of the instance whose seed has this OAuth client.
    pub fn of_client(&self, id: &str, secret: &str) -> Option<&str> {
        let seeds = &self.inner.seeds;
        let knows = |world: &World| world.directory.credentials().client(id, secret).is_some();
        if knows(&seeds.origin_for(DEFAULT)) {
            return Some(DEFAULT);
        }
        seeds.named.iter().find(|(_, world)| knows(world)).map(|(name, _)| name.as_str())
    }

    /// The default one first, then by name.
    pub fn all(&self) -> Vec<Instance> {
        let mut named: Vec<_> = self.inner.by_name.iter().map(|it| it.value().clone()).collect();
        named.sort_by(|a, b| a.name().cmp(b.name()));
        named.insert(0, self.default_instance());
        named
    }

    /// Forgets an instance and all that is in it. The next touch makes it anew.
    pub fn remove(&self, name: &str) -> Result<()> {
        if name == DEFAULT {
            return Err(Error::invalid("instance", "the default one stays: reset it instead"));
        }
        let removed = self.inner.by_name.remove(name);
        removed.map(drop).ok_or_else(|| Error::not_found("instance", name))
    }
}

/// A label of a host name, in lower case.
pub fn is_name(text: &str) -> bool {
    let is_part = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    (1..=63).contains(&text.len())
        && text.chars().all(is_part)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_label_of_a_host_name() {
        let longest = "a".repeat(63);
        for name in ["acme", "acme--test-42", "1", &longest] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "-a", "a-", "a.b", "Acme", "ä", "a_b", &"a".repeat(64)] {
            assert!(!is_name(name), "{name}");
        }
    }
}
