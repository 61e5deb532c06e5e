-- What proves that a key is that of the store.

CREATE TABLE key_proof (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sealed BLOB NOT NULL
);
