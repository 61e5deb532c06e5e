//! Remembers answers by the contents of sources.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, Hash, RandomState};

use parking_lot::Mutex;

/// Answers of the component, by the questions. The oldest are forgotten first.
pub(crate) struct Cache<Q, A> {
    entries: Mutex<Entries<Q, A>>,
    /// Sources are long, so each question is hashed once.
    hasher: RandomState,
    /// The maximum of all sizes together.
    max: usize,
}

struct Entries<Q, A> {
    /// The entries, by the hashes of the questions.
    known: HashMap<u64, Entry<Q, A>>,
    /// The hashes, the oldest first.
    order: VecDeque<u64>,
    size: usize,
}

struct Entry<Q, A> {
    question: Q,
    answer: A,
    size: usize,
}

impl<Q: Eq + Hash, A: Clone> Cache<Q, A> {
    pub(crate) fn new(max: usize) -> Self {
        Cache {
            entries: Mutex::new(Entries {
                known: HashMap::new(),
                order: VecDeque::new(),
                size: 0,
            }),
            hasher: RandomState::new(),
            max,
        }
    }

    pub(crate) fn hash(&self, question: &Q) -> u64 {
        self.hasher.hash_one(question)
    }

    /// Returns the answer to a question with this hash.
    pub(crate) fn get(&self, hash: u64, question: &Q) -> Option<A> {
        let entries = self.entries.lock();
        let entry = entries.known.get(&hash)?;
        (entry.question == *question).then(|| entry.answer.clone())
    }

    /// Remembers an answer, unless there is one of this hash. `size` is that of question and answer
    /// in bytes.
    pub(crate) fn insert(&self, hash: u64, question: Q, answer: A, size: usize) {
        let mut entries = self.entries.lock();
        if size > self.max || entries.known.contains_key(&hash) {
            return;
        }
        let entry = Entry {
            question,
            answer,
            size,
        };
        entries.known.insert(hash, entry);
        entries.order.push_back(hash);
        entries.size += size;
        while entries.size > self.max {
            let Some(oldest) = entries.order.pop_front() else {
                return;
            };
            if let Some(entry) = entries.known.remove(&oldest) {
                entries.size -= entry.size;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cache;

    #[test]
    fn the_oldest_answers_make_room() {
        let cache = Cache::new(10);
        let insert = |number, answer, size| cache.insert(cache.hash(&number), number, answer, size);
        let get = |number| cache.get(cache.hash(&number), &number);
        for number in 0..5 {
            insert(number, number * 2, 4);
            insert(number, 0, 4);
        }
        assert_eq!(
            [0, 1, 2, 3, 4].map(get),
            [None, None, None, Some(6), Some(8)]
        );
        insert(9, 9, 11);
        assert_eq!(get(9), None);
        assert_eq!(get(4), Some(8));
    }

    #[test]
    fn questions_of_the_same_hash_are_told_apart() {
        let cache = Cache::new(10);
        cache.insert(1, "a", 'A', 1);
        cache.insert(1, "b", 'B', 1);
        assert_eq!(cache.get(1, &"a"), Some('A'));
        assert_eq!(cache.get(1, &"b"), None);
    }
}
