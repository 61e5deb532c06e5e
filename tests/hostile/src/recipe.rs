//! What a case is made of.

use std::fmt;

use super::random::Random;
use super::shape::{Shapes, Template};

/// The areas that cases belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    Script,
    Source,
    Program,
    Component,
    Damage,
    Snapshot,
    Server,
}

impl Area {
    /// Chooses an area. Those with more shapes come more often.
    fn random(random: &mut Random) -> Area {
        match random.below(20) {
            0..8 => Area::Script,
            8..13 => Area::Source,
            13..14 => Area::Program,
            14..16 => Area::Component,
            16 => Area::Damage,
            17 => Area::Snapshot,
            _ => Area::Server,
        }
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Area::Script => "scripts",
            Area::Source => "sources",
            Area::Program => "programs",
            Area::Component => "components",
            Area::Damage => "damaged components",
            Area::Snapshot => "snapshots",
            Area::Server => "servers",
        })
    }
}

/// The ways to damage a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotDamage {
    Bytes,
    Cut,
    /// With checksums that fit.
    Heap,
    /// A file of some KB that expands to all that is allowed, with checksums that fit.
    Bomb,
}

const SNAPSHOT_DAMAGES: [SnapshotDamage; 4] = [
    SnapshotDamage::Bytes,
    SnapshotDamage::Cut,
    SnapshotDamage::Heap,
    SnapshotDamage::Bomb,
];

/// What a case is made of: shapes, by their places in the lists, and numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipe {
    Script {
        frames: Vec<usize>,
        body: usize,
        count: usize,
    },
    Source {
        source: usize,
        extension: String,
        count: usize,
    },
    Program {
        program: usize,
        count: usize,
    },
    Component {
        component: usize,
        count: usize,
    },
    Damage {
        component: usize,
        seed: u64,
    },
    Snapshot {
        damage: SnapshotDamage,
        restore: bool,
        seed: u64,
    },
    Server {
        handler: usize,
        client: usize,
        seed: u64,
    },
}

fn any_count(counts: &[usize], random: &mut Random) -> usize {
    random.choose(counts).copied().unwrap_or(1)
}

impl Recipe {
    /// Makes a random recipe.
    pub fn random(shapes: &Shapes, random: &mut Random) -> Recipe {
        match Area::random(random) {
            Area::Script => {
                let frames = [0, 1, 1, 1, 2, 3][random.below(6)];
                // In a frame, what matters is mostly that the statements never end.
                let body = match frames > 0 && random.percent(50) {
                    true => 0,
                    false => random.below(shapes.body.len()),
                };
                Recipe::Script {
                    frames: (0..frames)
                        .map(|_| random.below(shapes.frame.len()))
                        .collect(),
                    body,
                    count: any_count(&shapes.body[body].counts, random),
                }
            }
            Area::Source => {
                let index = random.below(shapes.source.len());
                let source = &shapes.source[index];
                let extension = random.choose(&source.extensions).cloned();
                Recipe::Source {
                    source: index,
                    extension: extension.unwrap_or_default(),
                    count: any_count(&source.template.counts, random),
                }
            }
            Area::Program => {
                let program = random.below(shapes.program.len());
                let count = any_count(&shapes.program[program].counts, random);
                Recipe::Program { program, count }
            }
            Area::Component => {
                let component = random.below(shapes.component.len());
                let template = &shapes.component[component].template;
                let count = any_count(&template.counts, random);
                Recipe::Component { component, count }
            }
            Area::Damage => Recipe::Damage {
                component: random.below(shapes.component.len()),
                seed: random.next(),
            },
            Area::Snapshot => Recipe::Snapshot {
                damage: SNAPSHOT_DAMAGES[random.below(SNAPSHOT_DAMAGES.len())],
                restore: random.percent(50),
                seed: random.next(),
            },
            Area::Server => Recipe::Server {
                handler: random.below(shapes.handler.len()),
                client: random.below(shapes.client.len()),
                seed: random.next(),
            },
        }
    }

    /// Makes a recipe of each shape, with each count.
    pub fn all(shapes: &Shapes) -> Vec<Recipe> {
        let mut all = Vec::new();
        for (body, template) in shapes.body.iter().enumerate() {
            for count in &template.counts {
                all.push(Recipe::Script {
                    frames: Vec::new(),
                    body,
                    count: *count,
                });
            }
        }
        all.extend((0..shapes.frame.len()).map(|frame| Recipe::Script {
            frames: vec![frame],
            body: 0,
            count: 1,
        }));
        for (index, source) in shapes.source.iter().enumerate() {
            for extension in &source.extensions {
                for count in &source.template.counts {
                    all.push(Recipe::Source {
                        source: index,
                        extension: extension.clone(),
                        count: *count,
                    });
                }
            }
        }
        for (program, shape) in shapes.program.iter().enumerate() {
            let counts = shape.counts.iter();
            all.extend(counts.map(|count| Recipe::Program {
                program,
                count: *count,
            }));
        }
        for (component, shape) in shapes.component.iter().enumerate() {
            let counts = shape.template.counts.iter();
            all.extend(counts.map(|count| Recipe::Component {
                component,
                count: *count,
            }));
            all.push(Recipe::Damage {
                component,
                seed: component as u64,
            });
        }
        for damage in SNAPSHOT_DAMAGES {
            all.extend([false, true].map(|restore| Recipe::Snapshot {
                damage,
                restore,
                seed: 1,
            }));
        }
        // Each handler with the first client, and each client with the first handler.
        let handlers = (0..shapes.handler.len()).map(|handler| (handler, 0));
        let clients = (1..shapes.client.len()).map(|client| (0, client));
        all.extend(
            handlers
                .chain(clients)
                .map(|(handler, client)| Recipe::Server {
                    handler,
                    client,
                    seed: 1,
                }),
        );
        all
    }

    pub fn area(&self) -> Area {
        match self {
            Recipe::Script { .. } => Area::Script,
            Recipe::Source { .. } => Area::Source,
            Recipe::Program { .. } => Area::Program,
            Recipe::Component { .. } => Area::Component,
            Recipe::Damage { .. } => Area::Damage,
            Recipe::Snapshot { .. } => Area::Snapshot,
            Recipe::Server { .. } => Area::Server,
        }
    }

    /// Returns the names of its shapes, with their kinds.
    pub fn names(&self, shapes: &Shapes) -> Vec<String> {
        let named = |kind: &str, template: &Template| format!("{kind}/{}", template.name);
        match self {
            Recipe::Script { frames, body, .. } => frames
                .iter()
                .map(|frame| named("frame", &shapes.frame[*frame]))
                .chain([named("body", &shapes.body[*body])])
                .collect(),
            Recipe::Source {
                source, extension, ..
            } => {
                let name = named("source", &shapes.source[*source].template);
                vec![format!("{name}.{extension}")]
            }
            Recipe::Program { program, .. } => {
                vec![format!("program/{}", shapes.program[*program].name)]
            }
            Recipe::Component { component, .. } => {
                vec![named("component", &shapes.component[*component].template)]
            }
            Recipe::Damage { component, .. } => {
                vec![named("damage", &shapes.component[*component].template)]
            }
            Recipe::Snapshot {
                damage, restore, ..
            } => {
                let verb = if *restore { "restore" } else { "inspect" };
                let damage = format!("{damage:?}").to_lowercase();
                vec![format!("snapshot/{damage}-{verb}")]
            }
            Recipe::Server {
                handler, client, ..
            } => vec![
                named("handler", &shapes.handler[*handler]),
                format!("client/{}", shapes.client[*client].name),
            ],
        }
    }

    /// Returns simpler recipes, which may show the same failure.
    pub fn simpler(&self) -> Vec<Recipe> {
        let mut simpler = Vec::new();
        if let Recipe::Script {
            frames,
            body,
            count,
        } = self
        {
            for index in 0..frames.len() {
                let mut frames = frames.clone();
                frames.remove(index);
                simpler.push(Recipe::Script {
                    frames,
                    body: *body,
                    count: *count,
                });
            }
            if *body != 0 {
                simpler.push(Recipe::Script {
                    frames: frames.clone(),
                    body: 0,
                    count: 1,
                });
            }
        }
        let mut smaller = self.clone();
        if let Recipe::Script { count, .. }
        | Recipe::Source { count, .. }
        | Recipe::Program { count, .. }
        | Recipe::Component { count, .. } = &mut smaller
            && *count > 1
        {
            *count /= 2;
            simpler.push(smaller);
        }
        simpler
    }

    /// Returns how often its part repeats, if it has one.
    pub fn count(&self) -> Option<usize> {
        match self {
            Recipe::Script { count, .. }
            | Recipe::Source { count, .. }
            | Recipe::Program { count, .. }
            | Recipe::Component { count, .. } => Some(*count),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn shapes() -> Shapes {
        Shapes::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("shapes")).unwrap()
    }

    #[test]
    fn a_seed_always_makes_the_same_recipes() {
        let shapes = shapes();
        let make = |seed| -> Vec<Recipe> {
            (0..200)
                .map(|case| Recipe::random(&shapes, &mut Random::of_case(seed, case)))
                .collect()
        };
        assert_eq!(make(1), make(1));
        assert_ne!(make(1), make(2));
        let areas = make(1).iter().map(Recipe::area).collect();
        let all = Recipe::all(&shapes).iter().map(Recipe::area).collect();
        let (areas, all): (BTreeSet<_>, BTreeSet<_>) = (areas, all);
        assert_eq!(areas, all);
    }

    #[test]
    fn the_first_body_never_ends_and_names_are_unique() {
        let shapes = shapes();
        assert_eq!(shapes.body[0].name, "spin");
        let mut names: Vec<_> = Recipe::all(&shapes)
            .iter()
            .filter(|recipe| matches!(recipe, Recipe::Script { count: 1, .. }))
            .flat_map(|recipe| recipe.names(&shapes))
            .filter(|name| name != "body/spin")
            .collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn a_simpler_recipe_is_simpler() {
        let recipe = Recipe::Script {
            frames: vec![1, 2],
            body: 3,
            count: 100,
        };
        assert_eq!(recipe.simpler().len(), 4);
    }
}
