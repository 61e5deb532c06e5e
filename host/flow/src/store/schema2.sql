-- Lanes, which limit how many flows run at once; why a move was given up; schedules.

ALTER TABLE flows ADD COLUMN lane TEXT;
ALTER TABLE flows ADD COLUMN lane_limit INTEGER;
ALTER TABLE flows ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE flows ADD COLUMN refusal BLOB;
CREATE INDEX flows_held ON flows (lane, number) WHERE held = 1 AND status = 'running';
CREATE INDEX flows_lane ON flows (lane) WHERE held = 0 AND status = 'running' AND lane IS NOT NULL;

CREATE TABLE schedules (
    name TEXT PRIMARY KEY,
    cron TEXT NOT NULL,
    zone TEXT NOT NULL,
    missed TEXT NOT NULL,
    overlap INTEGER NOT NULL,
    program BLOB NOT NULL,
    input BLOB NOT NULL,
    next INTEGER NOT NULL,
    last TEXT
) WITHOUT ROWID;
CREATE INDEX schedules_next ON schedules (next);
