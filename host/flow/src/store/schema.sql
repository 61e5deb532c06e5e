CREATE TABLE programs (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    engine BLOB NOT NULL,
    snapshot BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE engines (
    id BLOB PRIMARY KEY,
    component BLOB NOT NULL
);

CREATE TABLE flows (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    program BLOB NOT NULL,
    target BLOB,
    run INTEGER NOT NULL,
    created INTEGER NOT NULL,
    turns INTEGER NOT NULL,
    input BLOB NOT NULL,
    seed BLOB NOT NULL,
    status TEXT NOT NULL,
    wake INTEGER,
    wall INTEGER NOT NULL,
    monotonic INTEGER NOT NULL,
    waiting TEXT NOT NULL,
    result BLOB,
    progress BLOB,
    requests INTEGER NOT NULL,
    attention INTEGER NOT NULL,
    busy INTEGER NOT NULL,
    cancel INTEGER NOT NULL
);
CREATE INDEX flows_attention ON flows (number) WHERE attention = 1 AND status = 'running';
CREATE INDEX flows_wake ON flows (wake) WHERE wake IS NOT NULL AND status = 'running';
CREATE INDEX flows_busy ON flows (number) WHERE busy = 1 AND status = 'running';
CREATE INDEX flows_program ON flows (program);

CREATE TABLE journal (
    flow INTEGER NOT NULL,
    turn INTEGER NOT NULL,
    inputs BLOB NOT NULL,
    digest BLOB,
    ran INTEGER NOT NULL,
    PRIMARY KEY (flow, turn)
) WITHOUT ROWID;

CREATE TABLE snapshots (
    flow INTEGER PRIMARY KEY,
    turn INTEGER NOT NULL,
    bytes BLOB NOT NULL
);

CREATE TABLE signals (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    flow INTEGER NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    payload BLOB,
    UNIQUE (flow, id)
);
CREATE INDEX signals_waiting ON signals (flow, number) WHERE payload IS NOT NULL;

CREATE TABLE logs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    flow INTEGER NOT NULL,
    run INTEGER NOT NULL,
    turn INTEGER NOT NULL,
    place INTEGER NOT NULL,
    line BLOB NOT NULL,
    UNIQUE (flow, run, turn, place)
);
