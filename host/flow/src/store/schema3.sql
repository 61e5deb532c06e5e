-- Large inputs of turns, which are files of their own, named by their digest.

ALTER TABLE journal ADD COLUMN file BLOB;
CREATE INDEX journal_file ON journal (file) WHERE file IS NOT NULL;

-- Files that a turn no longer needs. Those who read the journal now may still read them.
CREATE TABLE dead_files (
    digest BLOB PRIMARY KEY,
    since INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER journal_deleted AFTER DELETE ON journal WHEN old.file IS NOT NULL
BEGIN
    INSERT OR REPLACE INTO dead_files VALUES (old.file, unixepoch());
END;
