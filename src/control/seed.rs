//! Seed folders → worlds.

use std::path::Path;

use crate::config::SeedConfig;
use crate::domain::Clock;
use crate::domain::directory::Directory;
use crate::domain::ids::Ids;
use crate::domain::store::World;
use crate::engine::Engine;

pub fn load(_dir: Option<&Path>, config: &SeedConfig, _engine: &Engine) -> anyhow::Result<World> {
    Ok(World::new(Directory::of_one_admin(), Clock::running(), Ids::seeded(config.id_seed)))
}
