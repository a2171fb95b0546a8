#include "foxtail/store/sqlite/schema.hpp"

#include <array>

namespace foxtail::sqlite {
namespace {

// "Foxt": tells `file` and us whose file it is.
constexpr std::int64_t application_id = 0x466F7874;

constexpr const char* version_1 = R"sql(
CREATE TABLE about(
  topic TEXT PRIMARY KEY,
  says  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE state(
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE thing(
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL
) STRICT;

CREATE TABLE property(
  id           INTEGER PRIMARY KEY,
  address      TEXT NOT NULL,
  thing        INTEGER NOT NULL
) STRICT;

CREATE TABLE retention(
  property INTEGER PRIMARY KEY,
  us       INTEGER NOT NULL
) STRICT;

CREATE TABLE subject(
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL
) STRICT;

CREATE TABLE record(
  seq     INTEGER PRIMARY KEY,
  time    INTEGER NOT NULL,
  actor   INTEGER NOT NULL,
  cause   INTEGER,
  kind    TEXT NOT NULL,
  address TEXT,
  body    TEXT NOT NULL
) STRICT;
CREATE INDEX record_by_address ON record(address) WHERE address IS NOT NULL;
CREATE INDEX record_by_kind ON record(kind);

CREATE TABLE reading_batch(
  first_seq INTEGER PRIMARY KEY,
  last_seq  INTEGER NOT NULL,
  n         INTEGER NOT NULL,
  body      BLOB NOT NULL
) STRICT;

CREATE TABLE segment(
  id        INTEGER PRIMARY KEY,
  thing     INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq  INTEGER NOT NULL,
  oldest    INTEGER NOT NULL,
  newest    INTEGER NOT NULL,
  readings  INTEGER NOT NULL,
  messages  INTEGER NOT NULL,
  swept_at  INTEGER NOT NULL DEFAULT 0,
  body      BLOB NOT NULL
) STRICT;
CREATE INDEX segment_by_thing ON segment(thing, last_seq, first_seq, oldest, newest, readings, messages);
CREATE INDEX segment_by_seq ON segment(last_seq, first_seq);

CREATE TABLE snapshot(
  seq  INTEGER PRIMARY KEY,
  made INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;

CREATE VIEW journal_readable AS
  SELECT r.seq, strftime('%Y-%m-%dT%H:%M:%fZ', r.time / 1e6, 'unixepoch') AS time,
         coalesce(s.name, '#' || r.actor) AS actor, r.cause, r.kind, r.address, r.body
  FROM record r LEFT JOIN subject s ON s.id = r.actor;

CREATE VIEW segment_readable AS
  SELECT g.id, coalesce(t.name, '#' || g.thing) AS thing, g.first_seq, g.last_seq,
         strftime('%Y-%m-%dT%H:%M:%fZ', g.oldest / 1e3, 'unixepoch') AS oldest,
         strftime('%Y-%m-%dT%H:%M:%fZ', g.newest / 1e3, 'unixepoch') AS newest,
         g.readings, g.messages, length(g.body) AS bytes,
         round(length(g.body) * 1.0 / g.readings, 2) AS bytes_per_reading
  FROM segment g LEFT JOIN thing t ON t.id = g.thing;

INSERT INTO about(topic, says) VALUES
 ('file', 'One Foxtail household: its journal (everything that happened, in order) and the history of its properties. docs/journal-format.md of Foxtail describes every byte. Read it with any SQLite 3.37 or newer while Foxtail runs; do not write to it.'),
 ('seq', 'The number of a record: 1, 2, 3, ... Each is in exactly one place: a row of record, a batch of reading_batch, or a segment.'),
 ('time', 'UTC since 1970-01-01T00:00:00Z: microseconds in record.time and snapshot.made, milliseconds in segment.oldest and segment.newest.'),
 ('cause', 'The seq of the record that led to this one; NULL = it starts a chain of its own.'),
 ('state', 'sealed_to: readings up to this seq are in segments, later ones in reading_batch. readings_sealed: how many are in segments. readings_dropped: readings whose retention ended. dropped_to: the newest seq among those.'),
 ('thing', 'Things by the number that ids in bodies and segments mean.'),
 ('property', 'Properties by number; address is thing/property.'),
 ('retention', 'Properties whose readings are dropped when they are older than so many microseconds.'),
 ('subject', 'Who acts: record.actor is an id of this table; 0 is the hub itself.'),
 ('record', 'Every record that is no reading. body is JSON; address is what it is about. The view journal_readable shows it with names and times.'),
 ('reading_batch', 'Readings of one commit, not sealed yet: body = one byte of format (1 plain, 2 zstd), readings one after the other, CRC-32C of all before it (4 bytes, lowest first).'),
 ('segment', 'Sealed readings of one thing in columns packed with zstd, CRC-32C at the end. thing = number of a thing, or 4294967296 + number of a property that no thing had told. swept_at = the time (as in oldest) at which what was older than its retention was last taken out. The view segment_readable shows names, times and sizes.'),
 ('snapshot', 'The state after the record seq: one byte of format, size, zstd frame, CRC-32C. The two newest are kept; everything in them can be worked out again from the journal.');
INSERT INTO state(name, value) VALUES ('sealed_to', 0), ('readings_sealed', 0), ('readings_dropped', 0), ('dropped_to', 0);
)sql";

constexpr const char* version_2 = R"sql(
CREATE TABLE keepsake(
  owner INTEGER NOT NULL,
  name  TEXT NOT NULL,
  body  BLOB NOT NULL,
  PRIMARY KEY(owner, name)
) STRICT;
INSERT INTO about(topic, says) VALUES
 ('keepsake', 'What a connector (owner, an id of subject) wants back after a restart and is no history: only the newest is kept. Of the MQTT connector the retained messages, by topic.');
)sql";

constexpr const char* version_3 = R"sql(
ALTER TABLE record ADD COLUMN leaf INTEGER;
ALTER TABLE record ADD COLUMN salt BLOB;

CREATE TABLE ledger_leaf(
  leaf      INTEGER PRIMARY KEY,
  kind      TEXT NOT NULL,
  first_seq INTEGER,
  last_seq  INTEGER,
  day       INTEGER,
  body      TEXT NOT NULL
) STRICT;
CREATE INDEX ledger_leaf_by_kind ON ledger_leaf(kind, last_seq);
CREATE INDEX ledger_leaf_by_day ON ledger_leaf(day, first_seq, last_seq);

CREATE TABLE ledger_tile(
  id     INTEGER PRIMARY KEY,
  hashes BLOB NOT NULL
) STRICT;

CREATE TABLE ledger_secret(
  property INTEGER NOT NULL,
  day      INTEGER NOT NULL,
  secret   BLOB NOT NULL,
  PRIMARY KEY(property, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_block(
  leaf      INTEGER NOT NULL,
  property  INTEGER NOT NULL,
  chunk     INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq  INTEGER NOT NULL,
  hash      BLOB NOT NULL,
  PRIMARY KEY(leaf, property, chunk)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_checkpoint(
  size INTEGER PRIMARY KEY,
  made INTEGER NOT NULL,
  note TEXT NOT NULL
) STRICT;

INSERT INTO state(name, value) VALUES ('records_erased', 0);
INSERT INTO about(topic, says) VALUES
 ('ledger', 'The hash tree over the journal: docs/ledger-format.md of Foxtail describes it, foxtail journal export --ledger writes it for foxtail-verify to check. record.leaf is the number of the record''s leaf (NULL = from before the ledger), record.salt what its body is committed to with.'),
 ('ledger_leaf', 'The leaves that are not made of a row of record: kind readings (a stretch of readings, first_seq to last_seq, whose secrets are those of day), key (who signs from here on), erased (a record whose body is gone). body is the leaf.'),
 ('ledger_tile', 'Hashes of the tree, 256 neighbours each, 32 bytes a hash: id = level * 2^48 + number. Can be worked out again.'),
 ('ledger_secret', 'What the salts of one property''s readings of one day (since 1970, by the leaf''s time) are made from.'),
 ('ledger_block', 'Blocks of readings some of which were dropped: their hash in their leaf''s tree.'),
 ('ledger_checkpoint', 'Signed roots by the number of leaves; made in microseconds UTC. One a day and the newest.');
)sql";

// What one row a property and day was, is sixteen in one now.
constexpr const char* version_4 = R"sql(
ALTER TABLE ledger_secret RENAME TO ledger_secret_3;
CREATE TABLE ledger_secret(
  row     INTEGER NOT NULL,
  day     INTEGER NOT NULL,
  secrets BLOB NOT NULL,
  PRIMARY KEY(row, day)
) STRICT, WITHOUT ROWID;
INSERT INTO ledger_secret(row, day, secrets)
 SELECT property / 16, day, CAST(
  coalesce(max(CASE property % 16 WHEN 0 THEN secret END), zeroblob(32)) ||
  coalesce(max(CASE property % 16 WHEN 1 THEN secret END), zeroblob(32)) ||
  coalesce(max(CASE property % 16 WHEN 2 THEN secret END), zeroblob(32)) ||
  coalesce(max(CASE property % 16 WHEN 3 THEN secret END), zeroblob(32)) ||
  coalesce(max(CASE property % 16 WHEN 4 THEN secret END), zeroblob(32)) ||
  coalesce(max(CASE property % 16 WHEN 5 THEN secret END), zeroblob(32)) ||
  coalesce(max(CASE property % 16 WHEN 6 THEN secret END), zeroblob(32)) ||
  coalesce(max(CASE property % 16 WHEN 7 THEN secret END), zeroblob(32)) ||
  coalesce(max(CASE property % 16 WHEN 8 THEN secret END), zeroblob(32)) ||
  coalesce(max(CASE property % 16 WHEN 9 THEN secret END), zeroblob(32)) ||
  coalesce(max(CASE property % 16 WHEN 10 THEN secret END), zeroblob(32)) ||
  coalesce(max(CASE property % 16 WHEN 11 THEN secret END), zeroblob(32)) ||
  coalesce(max(CASE property % 16 WHEN 12 THEN secret END), zeroblob(32)) ||
  coalesce(max(CASE property % 16 WHEN 13 THEN secret END), zeroblob(32)) ||
  coalesce(max(CASE property % 16 WHEN 14 THEN secret END), zeroblob(32)) ||
  coalesce(max(CASE property % 16 WHEN 15 THEN secret END), zeroblob(32)) AS BLOB)
 FROM ledger_secret_3 GROUP BY property / 16, day;
DROP TABLE ledger_secret_3;
UPDATE about SET says = 'What the salts of the readings of one day (since 1970, by the leaf''s time) are made from: 32 bytes for each of the properties 16 * row to 16 * row + 15; zeros = none, or forgotten.' WHERE topic = 'ledger_secret';
)sql";

constexpr const char* version_5 = R"sql(
INSERT INTO state(name, value) VALUES ('forgotten_to', 0);
UPDATE about SET says = says || ' records_erased: records that were erased. forgotten_to: nothing is left of what records of kind forgotten up to this seq name.' WHERE topic = 'state';
)sql";

constexpr std::array<Migration, 5> steps = {{{"the first schema", version_1},
                                             {"room for retained messages", version_2},
                                             {"the ledger", version_3},
                                             {"secrets in rows of sixteen", version_4},
                                             {"how far it has forgotten", version_5}}};

}  // namespace

std::span<const Migration> migrations() {
    return steps;
}

Result<void> migrate(Database& database, std::span<const Migration> wanted) {
    const auto id = database.number("PRAGMA application_id");
    if (!id) return fail(id.error());
    const auto tables = database.number("SELECT count(*) FROM sqlite_schema");
    if (!tables) return fail(tables.error());
    if (*tables > 0 && *id != application_id)
        return fail(Code::corrupt, "a database, but not one of Foxtail's");
    const auto version = database.number("PRAGMA user_version");
    if (!version) return fail(version.error());
    const auto newest = static_cast<std::int64_t>(wanted.size());
    if (*version > newest) {
        return fail(Code::unavailable, "the file has schema version " + std::to_string(*version) +
                                           ", this Foxtail knows up to " + std::to_string(newest));
    }
    for (auto v = *version; v < newest; ++v) {
        Transaction transaction(database);
        if (auto begun = transaction.begin(); !begun) return begun;
        if (auto done = database.run(wanted[static_cast<std::size_t>(v)].sql); !done) return done;
        if (auto done = database.run("PRAGMA application_id = " + std::to_string(application_id));
            !done)
            return done;
        if (auto done = database.run("PRAGMA user_version = " + std::to_string(v + 1)); !done)
            return done;
        if (auto done = transaction.commit(); !done) return done;
    }
    return {};
}

}  // namespace foxtail::sqlite
